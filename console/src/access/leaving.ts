// What is let go of when the organization that is shown is left, by signing out or for another one, and when a person leaves.
const acts = new Set<() => void>()

/** Does it each time an organization is left. */
export const whenLeaving = (act: () => void): void => void acts.add(act)

export const leaveOrganization = (): void => acts.forEach((act) => act())

const ends = new Set<() => void>()

/** Does it each time a person has signed out, and before one comes in. */
export const whenPersonLeaves = (act: () => void): void => void ends.add(act)

export const leavePerson = (): void => ends.forEach((act) => act())
