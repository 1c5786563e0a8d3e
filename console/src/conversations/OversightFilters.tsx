// Which conversations administrators see: a search in what was said, their status, agent, number, a tag, and the days of the last activity.
import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { channelsQuery } from '../channels/channel-names.ts'
import { daysOf, daysRange } from '../contacts/periods.ts'
import { m } from '../paraglide/messages.js'
import { tagsQuery } from '../tags/queries.ts'
import { Days } from '../ui/Days.tsx'
import { SearchText } from '../ui/SearchText.tsx'
import classes from './ConversationsPage.module.css'
import { readOversightSearch, STATUSES, type OversightSearch } from './oversight-search.ts'
import { aiColleaguesQuery, colleaguesQuery } from './queries.ts'
import { statusLabel } from './words.ts'

interface OversightFiltersProps {
  search: OversightSearch
  filtered: boolean
  /** Who has or had the conversations that are shown: also people who left. */
  agents: readonly { id: string; name: string; ai: boolean }[]
  onChange: (changes: { [K in keyof OversightSearch]?: OversightSearch[K] | undefined }, replace?: boolean) => void
  onClear: () => void
}

export function OversightFilters({ search, filtered, agents, onChange, onClear }: OversightFiltersProps) {
  const organization = useOrganization()
  const { data: colleagues = [] } = useQuery(colleaguesQuery(organization.slug))
  const { data: ais = [] } = useQuery(aiColleaguesQuery(organization.slug))
  const { data: channels = [] } = useQuery(channelsQuery(organization.slug))
  const { data: tags = [] } = useQuery(tagsQuery(organization.slug))
  const { from, before } = search
  const former = agents
    .filter(({ id }) => id === search.agent && [...colleagues, ...ais].every((each) => each.id !== id))
    .slice(0, 1)
  const choices = (
    name: 'status' | 'agent' | 'channel' | 'tag',
    any: string,
    items: readonly { id: string; name: string }[],
  ) => ({
    value: search[name] ?? '',
    data: [
      { value: '', label: any },
      ...items.map((item) => ({ value: item.id, label: item.name })),
      // Chosen by a link, and not known here.
      ...(search[name] === undefined || items.some(({ id }) => id === search[name])
        ? []
        : [{ value: search[name], label: '…' }]),
    ],
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ [name]: readOversightSearch({ [name]: event.currentTarget.value })[name] }),
  })
  return (
    <div className={classes.filters}>
      <SearchText
        className={classes.search}
        label={m.inbox_search()}
        text={search.search ?? ''}
        onChange={(text) => onChange({ search: text }, true)}
      />
      <NativeSelect
        label={m.conversation_status()}
        {...choices(
          'status',
          m.conversation_any_status(),
          STATUSES.map((status) => ({ id: status, name: statusLabel(status) })),
        )}
      />
      <NativeSelect
        label={m.conversation_agent_column()}
        {...choices('agent', m.conversation_any_agent(), [
          ...colleagues,
          ...[...ais, ...former.filter(({ ai }) => ai)].map(({ id, name }) => ({ id, name: m.ai_mark_name({ name }) })),
          ...former.filter(({ ai }) => !ai),
        ])}
      />
      <NativeSelect label={m.channel()} {...choices('channel', m.conversation_any_channel(), channels)} />
      <NativeSelect
        label={m.conversation_tag()}
        {...choices(
          'tag',
          m.conversation_any_tag(),
          tags.filter((tag) => tag.deleted_at === null),
        )}
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
