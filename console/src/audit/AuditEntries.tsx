// The entries of the audit log: a sentence each, which opens to everything that was recorded.
import { IconChevronRight } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import type { AuditEntry } from '../../../server/audit/schema.ts'
import { listWords } from '../lib/lists.ts'
import { formatCount } from '../lib/numbers.ts'
import { exactTime } from '../lib/time.ts'
import { FilterWords } from '../operations/FilterWords.tsx'
import { m } from '../paraglide/messages.js'
import { Time } from '../ui/Time.tsx'
import { actName, nameIn, roleWords, entrySentence, type Place } from './act-words.ts'
import classes from './AuditPage.module.css'

export function AuditEntries({ entries, stale }: { entries: readonly AuditEntry[]; stale: boolean }) {
  return (
    <ul className={classes.entries} aria-busy={stale} data-stale={stale || undefined}>
      {entries.map((entry) => (
        <li key={entry.id}>
          <Entry entry={entry} />
        </li>
      ))}
    </ul>
  )
}

function Entry({ entry }: { entry: AuditEntry }) {
  const [open, setOpen] = useState(false)
  const names: Record<Place, string> = {
    actor: entry.actor.name,
    // An invitation need not say whom.
    subject: entry.subject?.name || m.audit_somebody(),
    name: nameIn(entry),
  }
  return (
    <details className={classes.entry} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={classes.summary}>
        <IconChevronRight size={15} stroke={2} className={classes.chevron} aria-hidden />
        <span className={classes.sentence}>
          {entrySentence(entry).map((piece) =>
            'text' in piece ? (
              piece.text
            ) : (
              <bdi key={piece.place} className={classes.name}>
                {names[piece.place]}
              </bdi>
            ),
          )}
        </span>
        <span className={classes.address}>{entry.address}</span>
        <span className={classes.time}>
          <Time at={entry.at} />
        </span>
      </summary>
      {open && <Facts entry={entry} />}
    </details>
  )
}

function Facts({ entry }: { entry: AuditEntry }) {
  return (
    <dl className={classes.facts} aria-label={m.audit_details()}>
      <Fact name={m.audit_act()}>{actName(entry.act)}</Fact>
      <Fact name={m.audit_time()}>{exactTime(entry.at)}</Fact>
      <Fact name={m.audit_address()}>{entry.address ?? m.audit_address_none()}</Fact>
      {inOrder(entry.details ?? {}).map(([key, value]) => (
        <Fact key={key} name={labelOf(key)}>
          {entry.act === 'contacts.exported' && key === 'filter' ? (
            <FilterWords filter={filterAsGiven(value)} />
          ) : (
            valueWords(key, value)
          )}
        </Fact>
      ))}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </>
  )
}

/** What the details are called; what is not here is shown as the server names it. */
const LABELS: Record<string, () => string> = {
  rows: m.audit_detail_rows,
  filter: m.audit_detail_filter,
  role: m.audit_detail_role,
  from: m.audit_detail_before,
  to: m.audit_detail_after,
  before: m.audit_detail_before,
  after: m.audit_detail_after,
  changed: m.audit_detail_changed,
  number: m.audit_detail_number,
  numbers: m.numbers,
  name: m.audit_detail_name,
  email: m.email,
  portfolio_id: m.portfolio_id,
  waba_id: m.waba_id,
  app_secret: m.app_secret,
  access_token: m.access_token,
  contacts: m.contacts,
  contact_id: m.audit_detail_contact_id,
  tags: m.column_tags,
  sessions_ended: m.audit_detail_sessions,
  invited_by: m.audit_detail_invited_by,
  by_reset_link: m.audit_detail_reset_link,
  by_operator: m.audit_detail_operator,
  turns_off_two_factor: m.audit_detail_no_two_factor,
  step: m.audit_detail_step,
  on: m.two_factor,
  recovery_codes: m.recovery_codes,
  message_days: () => m.retention_days_of({ what: m.retention_messages() }),
  delivery_days: () => m.retention_days_of({ what: m.retention_deliveries() }),
  kind: m.audit_detail_kind,
  scopes: m.audit_detail_scopes,
  expires_at: m.audit_detail_expires,
  allowed_ips: m.audit_detail_networks,
  per_minute: m.audit_detail_per_minute,
  grace_hours: m.audit_detail_grace,
  url: m.webhook_url,
  base_url: m.model_base_url,
  model: m.model_model,
  new_key: m.audit_detail_new_key,
  tags_closed_conversations: m.models_tagging,
  monthly_tokens: m.models_monthly_tokens,
  model_log_days: m.models_keep_days,
  description: m.column_description,
  types: m.webhook_types,
  events: m.webhook_types,
  reason: m.audit_detail_reason,
  resumes: m.audit_detail_resumes,
  which: m.audit_detail_which,
  happened_from: m.audit_detail_happened_from,
  happened_before: m.audit_detail_happened_before,
  acts: m.audit_what,
  actor: m.audit_who,
  search: m.audit_search,
}

/** At which of its steps signing in failed. */
const STEPS = { password: m.password, code: m.audit_step_code }

/** The database keeps no order. */
const inOrder = (details: Record<string, unknown>): [string, unknown][] => {
  const known = Object.keys(LABELS)
  const place = (key: string) => (known.includes(key) ? known.indexOf(key) : known.length)
  return Object.entries(details).toSorted(([a], [b]) => place(a) - place(b))
}

const labelOf = (key: string): string => (Object.hasOwn(LABELS, key) ? LABELS[key]!() : key)

function valueWords(key: string, value: unknown): string {
  if (key === 'role' || ((key === 'from' || key === 'to') && (value === 'admin' || value === 'agent')))
    return roleWords(value)
  if (key === 'step' && (value === 'password' || value === 'code')) return STEPS[value]()
  if (key === 'recovery_codes' && value === 'renewed') return m.audit_codes_renewed()
  if (key === 'message_days' && value === null) return m.retention_for_ever()
  if (typeof value === 'boolean') return value ? m.audit_yes() : m.audit_no()
  if (typeof value === 'number') return formatCount(value)
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return '—'
  if (Array.isArray(value)) {
    const words = value.map((each: unknown) =>
      key === 'changed' ? labelOf(String(each)) : key === 'acts' ? actName(String(each)) : valueWords('', each),
    )
    return words.length === 0 ? '—' : listWords(words)
  }
  const parts = Object.entries(value).map(([name, each]) =>
    m.filter_words({ what: labelOf(name), words: valueWords(name, each) }),
  )
  return parts.length === 0 ? '—' : parts.join(' · ')
}

/** A filter of contacts as it stands in an address. */
const filterAsGiven = (filter: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((filter ?? {}) as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
  )
