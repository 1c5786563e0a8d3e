// What merging a tag into another would do: in exact numbers, and in sentences.
import { useQuery } from '@tanstack/react-query'
import type { TagChip as Chip } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { mergePreviewQuery } from '../operations/queries.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import classes from './MergeWords.module.css'

type Named = Pick<Chip, 'id' | 'name'>

export function MergeWords({ from, into }: { from: Named; into: Named }) {
  const { slug } = useOrganization()
  const { data, error, refetch } = useQuery(mergePreviewQuery(slug, from.id, into.id))
  const names = { from: from.name, into: into.name }
  const words = (count: number) => ({ count, shown: formatCount(count), ...names })
  return (
    <div className={classes.root}>
      <p className={classes.numbers} role="status">
        {data && (
          <>
            <strong>{data.contacts === 0 ? m.merge_nobody(names) : m.merge_contacts(words(data.contacts))}</strong>{' '}
            {data.both > 0 && m.merge_both(words(data.both))}
          </>
        )}
        {!data && !error && m.bulk_counting()}
      </p>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <ul className={classes.list}>
        <li>{m.merge_moves(names)}</li>
        <li>{m.merge_older()}</li>
        <li>{m.merge_leads(names)}</li>
        <li>{m.merge_no_undo()}</li>
      </ul>
    </div>
  )
}
