// What is let go of when the organization that is shown is left: by signing out, or for another one.
const acts = new Set<() => void>()

/** Does it each time an organization is left. */
export const whenLeaving = (act: () => void): void => void acts.add(act)

export const leaveOrganization = (): void => acts.forEach((act) => act())
