// A filter of contacts in one line of words, as it stood when something was done to all that matched.
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { channelsQuery } from '../channels/channel-names.ts'
import { facetLabel } from '../contacts/facets.ts'
import { modeLabel, rangeWords } from '../contacts/filter-words.ts'
import { idsOf, readContactSearch, sourcesOf, TAG_MODES, TIMES, timeRange } from '../contacts/search.ts'
import { useToday } from '../lib/time.ts'
import { listWords } from '../lib/lists.ts'
import { m } from '../paraglide/messages.js'
import { tagsByIdQuery } from '../tags/queries.ts'
import { sourceLabel } from '../tags/source-label.ts'

export function FilterWords({ filter }: { filter: Record<string, string> }) {
  const organization = useOrganization()
  const today = useToday()
  const search = readContactSearch(filter)
  const { data: tags } = useQuery(tagsByIdQuery(organization.slug))
  const { data: channels = [] } = useQuery({
    ...channelsQuery(organization.slug),
    enabled: search.channels !== undefined,
  })
  const tagNames = (ids: string | undefined) => idsOf(ids).map((id) => tags?.get(id)?.name ?? m.tag_unknown())
  const channelNames = idsOf(search.channels).map(
    (id) => channels.find((channel) => channel.id === id)?.name ?? m.channel_unknown(),
  )
  const asked: [what: string, words: string][] = [
    ...TAG_MODES.map((mode): [string, string] => [modeLabel(mode), listWords(tagNames(search[mode]))]),
    [facetLabel('sources'), listWords(sourcesOf(search.sources).map(sourceLabel))],
    ...TIMES.map((time): [string, string] => [facetLabel(time), rangeWords(timeRange(search, time, today))]),
    [facetLabel('channels'), listWords(channelNames)],
  ]
  const parts = [
    ...(search.search === undefined ? [] : [m.filter_search({ search: search.search })]),
    ...(search.untagged === undefined ? [] : [m.filter_untagged()]),
    ...asked.flatMap(([what, words]) => (words === '' ? [] : [m.filter_words({ what, words })])),
  ]
  return parts.length === 0 ? m.filter_everyone() : m.filter_matching({ filter: parts.join(' · ') })
}
