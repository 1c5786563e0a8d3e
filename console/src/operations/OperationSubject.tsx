// What an operation does, in words and chips: which tags, and on which contacts.
import { Link } from '@tanstack/react-router'
import type { Operation } from '../../../server/operations/schema.ts'
import type { TagChip as Tag } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { readContactSearch } from '../contacts/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { TagChip } from '../ui/TagChip.tsx'
import { FilterWords } from './FilterWords.tsx'
import classes from './OperationSubject.module.css'

export function OperationSubject({ operation }: { operation: Operation }) {
  const { kind, add, remove, merge } = operation
  return (
    <div className={classes.root}>
      <p className={classes.what}>
        {kind === 'undo' && <span>{m.operation_undo_of()}</span>}
        {operation.import ? (
          <>
            <span>{m.operation_imports()}</span> <bdi>{operation.import.file_name}</bdi>
          </>
        ) : merge ? (
          <>
            <span>{m.operation_merges()}</span> <TagChip {...merge.from} /> <span>{m.operation_into()}</span>{' '}
            <TagChip {...merge.into} />
          </>
        ) : (
          <>
            <Tags words={m.operation_adds()} tags={add} />
            <Tags words={m.operation_removes()} tags={remove} />
          </>
        )}
      </p>
      {kind === 'change_tags' && <Contacts operation={operation} />}
    </div>
  )
}

function Tags({ words, tags }: { words: string; tags: Tag[] }) {
  if (tags.length === 0) return null
  return (
    <>
      <span>{words}</span>
      {tags.map((tag) => (
        <TagChip key={tag.id} {...tag} />
      ))}
    </>
  )
}

/** The filter leads to the list that it shows now, which may be another one than it was then. */
function Contacts({ operation: { filter, matched } }: { operation: Operation }) {
  const organization = useOrganization()
  if (filter === null)
    return <p className={classes.whom}>{m.operation_chosen({ count: matched, shown: formatCount(matched) })}</p>
  return (
    <p className={classes.whom}>
      <Link
        to="/o/$organization/contacts"
        params={{ organization: organization.slug }}
        search={readContactSearch(filter)}
        className={classes.link}
      >
        <FilterWords filter={filter} />
      </Link>
    </p>
  )
}
