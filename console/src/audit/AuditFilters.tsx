// What of the audit log is shown: a search, what was done, by whom, and on which days.
import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core'
import { IconSearch, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useOrganization } from '../access/queries.ts'
import { daysOf, daysRange } from '../contacts/periods.ts'
import { m } from '../paraglide/messages.js'
import { Days } from '../ui/Days.tsx'
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
      <SearchText text={search.search ?? ''} onChange={(text) => onChange({ search: text }, true)} />
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
    whatsapp: m.whatsapp,
    contacts: m.contacts,
  })[group]()

const PAUSE_MS = 250

/** The address follows a moment after the last letter. */
function SearchText({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text)
  const put = useRef(text)
  const timer = useRef<number | undefined>(undefined)
  useEffect(() => {
    // What comes by Back or a link wins over what is half typed.
    if (text === put.current) return
    window.clearTimeout(timer.current)
    put.current = text
    setTyped(text)
  }, [text])
  useEffect(() => () => window.clearTimeout(timer.current), [])

  const type = (next: string, pause = PAUSE_MS) => {
    setTyped(next)
    window.clearTimeout(timer.current)
    timer.current = window.setTimeout(() => {
      put.current = next
      onChange(next)
    }, pause)
  }
  return (
    <search className={classes.search}>
      <TextInput
        label={m.audit_search()}
        value={typed}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !event.nativeEvent.isComposing) type('', 0)
        }}
        leftSection={<IconSearch size={15} stroke={1.7} />}
        rightSection={
          typed !== '' && (
            <ActionIcon size={22} aria-label={m.search_clear()} onClick={() => type('', 0)}>
              <IconX size={14} />
            </ActionIcon>
          )
        }
      />
    </search>
  )
}
