// Every act in words: its name for the filter, and a sentence that names who did it and to whom.
import type { AuditAct, AuditEntry } from '../../../server/audit/schema.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'

/** What stands in a sentence in place of the names, which are shown as elements of their own. */
export const PLACES = { actor: '\uE001', subject: '\uE002', name: '\uE003' } as const
export type Place = keyof typeof PLACES

type Told = Pick<AuditEntry, 'act' | 'actor' | 'subject' | 'details'>
interface Words {
  name: () => string
  sentence: (entry: Told) => string
}

const { actor, subject, name } = PLACES

const detail = (entry: Told, key: string): unknown => entry.details?.[key]
export function roleWords(role: unknown): string {
  if (role === 'admin') return m.role_admin()
  if (role === 'agent') return m.role_agent()
  return typeof role === 'string' ? role : '—'
}

/** The number that stands in the details under a name. */
function counted(entry: Told, key: string) {
  const count = Number(detail(entry, key) ?? 0)
  return { actor, count, shown: formatCount(count) }
}

const WORDS: Record<AuditAct, Words> = {
  'person.signed_in': { name: m.audit_name_signed_in, sentence: () => m.audit_signed_in({ actor }) },
  'person.sign_in_failed': { name: m.audit_name_sign_in_failed, sentence: () => m.audit_sign_in_failed({ actor }) },
  'person.sessions_ended': { name: m.audit_name_sessions_ended, sentence: () => m.audit_sessions_ended({ actor }) },
  'person.password_changed': {
    name: m.audit_name_password_changed,
    sentence: () => m.audit_password_changed({ actor }),
  },
  'person.two_factor_changed': {
    name: m.audit_name_two_factor,
    sentence: (entry) =>
      detail(entry, 'recovery_codes') !== undefined
        ? m.audit_recovery_codes({ actor })
        : detail(entry, 'on') === false
          ? m.audit_two_factor_off({ actor })
          : m.audit_two_factor_on({ actor }),
  },
  'person.reset_link_made': {
    name: m.audit_name_reset_link,
    sentence: () => m.audit_reset_link_made({ actor, subject }),
  },
  'person.invited': {
    name: m.audit_name_invited,
    sentence: (entry) => m.audit_invited({ actor, subject, role: roleWords(detail(entry, 'role')) }),
  },
  'person.invitation_withdrawn': {
    name: m.audit_name_withdrawn,
    sentence: () => m.audit_invitation_withdrawn({ actor, subject }),
  },
  'person.joined': {
    name: m.audit_name_joined,
    sentence: (entry) => m.audit_joined({ actor, role: roleWords(detail(entry, 'role')) }),
  },
  'person.renamed': { name: m.audit_name_person_renamed, sentence: () => m.audit_person_renamed({ actor, name }) },
  'person.role_changed': {
    name: m.audit_name_role_changed,
    sentence: (entry) => m.audit_role_changed({ actor, subject, role: roleWords(detail(entry, 'to')) }),
  },
  'person.removed': {
    name: m.audit_name_removed,
    sentence: (entry) =>
      entry.subject?.id === entry.actor.id ? m.audit_left({ actor }) : m.audit_removed({ actor, subject }),
  },
  'organization.created': { name: m.audit_name_created, sentence: () => m.audit_organization_created({ actor }) },
  'organization.renamed': { name: m.audit_name_renamed, sentence: () => m.audit_organization_renamed({ actor, name }) },
  'settings.changed': { name: m.audit_name_settings, sentence: () => m.audit_settings_changed({ actor }) },
  'key.created': { name: m.audit_name_key_created, sentence: () => m.audit_key_created({ actor, subject }) },
  'key.changed': { name: m.audit_name_key_changed, sentence: () => m.audit_key_changed({ actor, subject }) },
  'key.rotated': { name: m.audit_name_key_rotated, sentence: () => m.audit_key_rotated({ actor, subject }) },
  'key.revoked': { name: m.audit_name_key_revoked, sentence: () => m.audit_key_revoked({ actor, subject }) },
  'webhook.created': {
    name: m.audit_name_webhook_created,
    sentence: () => m.audit_webhook_created({ actor, subject }),
  },
  'webhook.changed': {
    name: m.audit_name_webhook_changed,
    sentence: () => m.audit_webhook_changed({ actor, subject }),
  },
  'webhook.deleted': {
    name: m.audit_name_webhook_deleted,
    sentence: () => m.audit_webhook_deleted({ actor, subject }),
  },
  'webhook.rotated': {
    name: m.audit_name_webhook_rotated,
    sentence: () => m.audit_webhook_rotated({ actor, subject }),
  },
  'webhook.switched_off': { name: m.audit_name_webhook_off, sentence: () => m.audit_webhook_off({ actor, subject }) },
  'webhook.switched_on': { name: m.audit_name_webhook_on, sentence: () => m.audit_webhook_on({ actor, subject }) },
  'webhook.replayed': {
    name: m.audit_name_webhook_replayed,
    sentence: () => m.audit_webhook_replayed({ actor, subject }),
  },
  'model_provider.created': {
    name: m.audit_name_model_created,
    sentence: () => m.audit_model_created({ actor, subject }),
  },
  'model_provider.changed': {
    name: m.audit_name_model_changed,
    sentence: () => m.audit_model_changed({ actor, subject }),
  },
  'model_provider.deleted': {
    name: m.audit_name_model_deleted,
    sentence: () => m.audit_model_deleted({ actor, subject }),
  },
  'whatsapp_account.connected': {
    name: m.audit_name_account_connected,
    sentence: () => m.audit_account_connected({ actor, subject }),
  },
  'whatsapp_account.changed': {
    name: m.audit_name_account_changed,
    sentence: () => m.audit_account_changed({ actor, subject }),
  },
  'whatsapp_account.number_added': {
    name: m.audit_name_number_added,
    sentence: () => m.audit_number_added({ actor, subject, name }),
  },
  'contacts.exported': {
    name: m.audit_name_contacts_exported,
    sentence: (entry) => m.audit_contacts_exported(counted(entry, 'rows')),
  },
  'contact.exported': { name: m.audit_name_contact_exported, sentence: () => m.audit_contact_exported({ actor }) },
  'contact.erased': { name: m.audit_name_contact_erased, sentence: () => m.audit_contact_erased({ actor }) },
  'test_contacts.erased': {
    name: m.audit_name_test_erased,
    sentence: (entry) => m.audit_test_erased(counted(entry, 'contacts')),
  },
  'ai_agent.added': {
    name: m.audit_name_ai_agent_added,
    sentence: () => m.audit_ai_agent_added({ actor, subject }),
  },
  'ai_agent.changed': {
    name: m.audit_name_ai_agent_changed,
    sentence: () => m.audit_ai_agent_changed({ actor, subject }),
  },
  'ai_agent.removed': {
    name: m.audit_name_ai_agent_removed,
    sentence: () => m.audit_ai_agent_removed({ actor, subject }),
  },
  'demo.filled': { name: m.audit_name_demo, sentence: () => m.audit_demo_filled({ actor }) },
  'audit.exported': {
    name: m.audit_name_log_exported,
    sentence: (entry) => m.audit_log_exported(counted(entry, 'rows')),
  },
}

const wordsOf = (act: string): Words | undefined => (Object.hasOwn(WORDS, act) ? WORDS[act as AuditAct] : undefined)

/** What an act is called; one that a newer server knows is called as it is. */
export const actName = (act: string): string => wordsOf(act)?.name() ?? act

/** The entry as a sentence, in pieces: texts, and the places of names. */
export function entrySentence(entry: Told): ({ text: string } | { place: Place })[] {
  const sentence = wordsOf(entry.act)?.sentence(entry) ?? m.audit_other({ actor, act: entry.act })
  const places = Object.entries(PLACES) as [Place, string][]
  return sentence
    .split(/([\uE001-\uE003])/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const place = places.find(([, sign]) => sign === piece)?.[0]
      return place === undefined ? { text: piece } : { place }
    })
}

/** The third name of a sentence, beside who did it and to whom. */
export function nameIn({ act, details }: Told): string {
  const named =
    act === 'whatsapp_account.number_added'
      ? details?.['number']
      : act === 'person.renamed'
        ? details?.['name']
        : details?.['to']
  return typeof named === 'string' ? named : '—'
}
