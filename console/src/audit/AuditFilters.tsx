// What of the audit log is shown: a search, what was done, by whom, and on which days.
import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { daysOf, daysRange } from '../contacts/periods.ts'
import { m } from '../paraglide/messages.js'
import { Days } from '../ui/Days.tsx'
import { SearchText } from '../ui/SearchText.tsx'
import { actName } from './act-words.ts'
import classes from './AuditPage.module.css'
import { auditActorsQuery } from './queries.ts'
import { ACT_GROUPS, GROUPS, type ActGroup, type AuditSearch } from './search.ts'

interface AuditFiltersProps {
  search: AuditSearch
  filtered: boolean
  onChange: (changes: { [K in keyof AuditSearch]?: AuditSearch[K] | undefined }, replace?: boolean) => void
  onClear: () => void
}

export function AuditFilters({ search, filtered, onChange, onClear }: AuditFiltersProps) {
  const organization = useOrganization()
  const { from, before } = search
  const { data: actors = [] } = useQuery(auditActorsQuery(organization.slug))
  const chosenIsKnown = search.who === undefined || actors.some((each) => each.id === search.who)
  return (
    <div className={classes.filters}>
      <SearchText
        className={classes.search}
        label={m.audit_search()}
        text={search.search ?? ''}
        onChange={(text) => onChange({ search: text }, true)}
      />
      <NativeSelect
        label={m.audit_what()}
        value={search.what ?? ''}
        onChange={(event) => onChange({ what: event.currentTarget.value })}
        data={[
          { value: '', label: m.audit_everything() },
          ...GROUPS.map((group) => ({
            group: groupLabel(group),
            items: [
              { value: group, label: m.audit_group_all({ group: groupLabel(group) }) },
              ...ACT_GROUPS[group].map((act) => ({ value: act, label: actName(act) })),
            ],
          })),
        ]}
      />
      <NativeSelect
        label={m.audit_who()}
        value={search.who ?? ''}
        onChange={(event) => onChange({ who: event.currentTarget.value })}
        data={[
          { value: '', label: m.audit_everybody() },
          ...actors.map(({ id, name }) => ({ value: id, label: name })),
          ...(chosenIsKnown ? [] : [{ value: search.who!, label: '…' }]),
        ]}
      />
      <Days
        {...daysOf({ ...(from === undefined ? {} : { from }), ...(before === undefined ? {} : { before }) })}
        onChange={(first, last) => {
          const range = daysRange(first, last)
          onChange({ from: range.from, before: range.before })
        }}
      />
      {filtered && (
        <Button variant="subtle" color="gray" className={classes.clear} onClick={onClear}>
          {m.filters_clear_all()}
        </Button>
      )}
    </div>
  )
}

const groupLabel = (group: ActGroup): string =>
  ({
    sign_in: m.audit_group_sign_in,
    people: m.audit_group_people,
    organization: m.audit_group_organization,
    ai_agents: m.ai_agents,
    keys: m.audit_group_keys,
    webhooks: m.audit_group_webhooks,
    models: m.audit_group_models,
    whatsapp: m.whatsapp,
    contacts: m.contacts,
  })[group]()
