// What the address of an AI agent's page carries: which of its acts are shown.
export const ACTS_SHOWN = ['all', 'handed_over', 'tags', 'failures'] as const
export type ActsShown = (typeof ACTS_SHOWN)[number]

export interface AiAgentSearch {
  show?: Exclude<ActsShown, 'all'>
}

/** Keeps what can be meant and drops the rest. */
export function readAiAgentSearch({ show }: Record<string, unknown>): AiAgentSearch {
  const found = ACTS_SHOWN.find((each) => each === show)
  return found === undefined || found === 'all' ? {} : { show: found }
}
