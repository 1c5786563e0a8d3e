// What the address of the administrators' list of conversations carries: its filters, and the conversation that is open.
import type { ConversationStatus } from '../../../server/conversations/schema.ts'
import { PERIODS, readInstant, type Period } from '../contacts/periods.ts'
import { idsOf } from '../contacts/search.ts'
import type { ConversationQuery } from './placing.ts'

export const STATUSES = [
  'pending',
  'active',
  'closed_by_agent',
  'closed_by_admin',
  'expired',
  'ai_auto_closed',
] as const satisfies ConversationStatus[]

export interface OversightSearch {
  search?: string
  status?: ConversationStatus
  agent?: string
  channel?: string
  tag?: string
  from?: string
  before?: string
  conversation?: string
  /** The agents' figures in place of the list: of a period, or of the days from `from` and before `before`. */
  figures?: Period | 'days'
}

/** Keeps what can be meant and drops the rest, so that a mangled link still opens the list. */
export function readOversightSearch(given: Record<string, unknown>): OversightSearch {
  const read: OversightSearch = {}
  const { search } = given
  if (typeof search === 'string' && search !== '') read.search = search.slice(0, 200)
  const status = STATUSES.find((each) => each === given['status'])
  if (status !== undefined) read.status = status
  for (const name of ['agent', 'channel', 'tag', 'conversation'] as const) {
    const [id] = idsOf(given[name])
    if (id !== undefined) read[name] = id
  }
  const figures = [...PERIODS, 'days' as const].find((each) => each === given['figures'])
  if (figures !== undefined) read.figures = figures
  const [from, before] = [readInstant(given['from']), readInstant(given['before'])]
  if (from !== null) read.from = from
  if (before !== null) read.before = before
  return read
}

/** The filters as the server takes them. */
export const oversightQueryOf = (search: OversightSearch): ConversationQuery => ({
  ...(search.search === undefined ? {} : { search: search.search }),
  ...(search.status === undefined ? {} : { statuses: search.status }),
  ...(search.agent === undefined ? {} : { agents: search.agent }),
  ...(search.channel === undefined ? {} : { channels: search.channel }),
  ...(search.tag === undefined ? {} : { any_tags: search.tag }),
  ...(search.from === undefined ? {} : { active_from: search.from }),
  ...(search.before === undefined ? {} : { active_before: search.before }),
})
