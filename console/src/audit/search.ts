// What the address of the audit log carries: what was done, by whom, when, and a search.
import type { RouteArgs } from '../../../server/lib/route.ts'
import type { AuditAct, listAuditEntries } from '../../../server/audit/schema.ts'
import { readInstant } from '../contacts/periods.ts'

/** Acts as they are told together. */
export const ACT_GROUPS = {
  sign_in: [
    'person.signed_in',
    'person.sign_in_failed',
    'person.sessions_ended',
    'person.password_changed',
    'person.two_factor_changed',
    'person.reset_link_made',
  ],
  people: [
    'person.invited',
    'person.invitation_withdrawn',
    'person.joined',
    'person.renamed',
    'person.role_changed',
    'person.removed',
  ],
  organization: [
    'organization.created',
    'organization.renamed',
    'settings.changed',
    'demo.filled',
    'learning.forgotten',
    'learning.rebuilt',
    'audit.exported',
  ],
  ai_agents: ['ai_agent.added', 'ai_agent.changed', 'ai_agent.removed'],
  keys: ['key.created', 'key.changed', 'key.rotated', 'key.revoked'],
  webhooks: [
    'webhook.created',
    'webhook.changed',
    'webhook.deleted',
    'webhook.rotated',
    'webhook.switched_off',
    'webhook.switched_on',
    'webhook.replayed',
  ],
  models: ['model_provider.created', 'model_provider.changed', 'model_provider.deleted'],
  whatsapp: ['whatsapp_account.connected', 'whatsapp_account.changed', 'whatsapp_account.number_added'],
  contacts: ['contacts.exported', 'contact.exported', 'contact.erased', 'test_contacts.erased'],
} as const satisfies Record<string, readonly AuditAct[]>
export type ActGroup = keyof typeof ACT_GROUPS

export const GROUPS = Object.keys(ACT_GROUPS) as ActGroup[]
const ACTS: readonly string[] = Object.values(ACT_GROUPS).flat()

export interface AuditSearch {
  search?: string
  /** A group of acts, or one act. */
  what?: string
  who?: string
  from?: string
  before?: string
}

/** Keeps what can be meant and drops the rest, so that a mangled link still opens the log. */
export function readAuditSearch(given: Record<string, unknown>): AuditSearch {
  const { search, what, who } = given
  const read: AuditSearch = {}
  if (typeof search === 'string' && search !== '') read.search = search.slice(0, 200)
  if (typeof what === 'string' && (isGroup(what) || ACTS.includes(what))) read.what = what
  if (typeof who === 'string' && who !== '') read.who = who.slice(0, 200)
  const [from, before] = [readInstant(given['from']), readInstant(given['before'])]
  if (from !== null) read.from = from
  if (before !== null) read.before = before
  return read
}

const isGroup = (what: string): what is ActGroup => Object.hasOwn(ACT_GROUPS, what)

export type AuditQuery = NonNullable<RouteArgs<typeof listAuditEntries>['query']>

/** The filters as the server takes them, without what else stands in the address. */
export function auditQueryOf(search: AuditSearch): AuditQuery {
  const { what, who, ...rest } = readAuditSearch({ ...search })
  const acts = what === undefined ? undefined : isGroup(what) ? ACT_GROUPS[what].join(',') : what
  return { ...rest, ...(acts === undefined ? {} : { acts }), ...(who === undefined ? {} : { actor: who }) }
}
