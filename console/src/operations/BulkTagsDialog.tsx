// Changing tags of many contacts: which tags, what that would do in exact numbers, and then its progress and report in the same place.
import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { BulkPreview } from '../../../server/operations/schema.ts'
import type { Tag } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import type { ContactQuery } from '../contacts/search.ts'
import { isProblem } from '../lib/api.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { tagsQuery } from '../tags/queries.ts'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { TagChip } from '../ui/TagChip.tsx'
import { TagList } from '../ui/TagList.tsx'
import classes from './BulkTagsDialog.module.css'
import { OperationReport } from './OperationDialog.tsx'
import { previewQuery, useStartOperation, type BulkBody } from './queries.ts'
import type { Chosen } from './selection.ts'

interface BulkTagsDialogProps {
  change: 'add' | 'remove'
  chosen: Chosen
  query: ContactQuery
  onClose: (started: boolean) => void
}

export function BulkTagsDialog({ change, chosen, query, onClose }: BulkTagsDialogProps) {
  useReturnsFocus()
  const [startedId, setStartedId] = useState<string | null>(null)
  const close = () => onClose(startedId !== null)
  return (
    <Modal
      opened
      onClose={close}
      title={change === 'add' ? m.bulk_add() : m.bulk_remove()}
      size={460}
      returnFocus={false}
      closeOnClickOutside={startedId !== null}
    >
      {startedId === null ? (
        <Choice change={change} chosen={chosen} query={query} onStarted={setStartedId} onCancel={close} />
      ) : (
        <OperationReport id={startedId} onShow={setStartedId} onClose={close} />
      )}
    </Modal>
  )
}

interface ChoiceProps {
  change: 'add' | 'remove'
  chosen: Chosen
  query: ContactQuery
  onStarted: (id: string) => void
  onCancel: () => void
}

function Choice({ change, chosen, query, onStarted, onCancel }: ChoiceProps) {
  const organization = useOrganization()
  const [picked, setPicked] = useState<readonly Tag[]>([])
  const tags = useQuery(tagsQuery(organization.slug))
  const body: BulkBody = {
    ...(chosen === 'all' ? { filter: { ...query } } : { ids: [...chosen] }),
    [change]: picked.map((tag) => tag.id),
  }
  const preview = useQuery({ ...previewQuery(organization.slug, body), enabled: picked.length > 0 })
  const start = useStartOperation(organization.slug)
  const counted = picked.length > 0 && !preview.isPlaceholderData ? preview.data : undefined
  const ready = counted !== undefined && counted.changes > 0 && !preview.isFetching
  const toggle = (tag: Tag) =>
    setPicked((before) =>
      before.some((each) => each.id === tag.id) ? before.filter((each) => each.id !== tag.id) : [...before, tag],
    )
  const submit = () =>
    counted &&
    start.mutate(
      { ...body, expected: counted.matched },
      {
        onSuccess: (operation) => onStarted(operation.id),
        onError: (error) => {
          if (isProblem(error, 409)) void preview.refetch()
        },
      },
    )
  if (tags.error && !tags.data) return <ErrorNotice error={tags.error} onRetry={() => void tags.refetch()} />
  if (tags.data?.length === 0) return <p className={classes.quiet}>{m.tags_none_title()}</p>
  return (
    <div className={classes.root}>
      <div className={classes.list}>
        <TagList
          tags={tags.data}
          label={m.tags()}
          chosen={new Set(picked.map((tag) => tag.id))}
          onPick={toggle}
          note={(tag) => formatCount(tag.contact_count)}
        />
      </div>
      {picked.length > 0 && (
        <p className={classes.picked}>
          {picked.map((tag) => (
            <TagChip key={tag.id} name={tag.name} color={tag.color} />
          ))}
        </p>
      )}
      <div className={classes.numbers} role="status" aria-busy={preview.isFetching}>
        {picked.length === 0 ? (
          <p className={classes.quiet}>{change === 'add' ? m.bulk_pick_add() : m.bulk_pick_remove()}</p>
        ) : counted ? (
          <Numbers preview={counted} change={change} />
        ) : (
          !preview.error && <p className={classes.quiet}>{m.bulk_counting()}</p>
        )}
      </div>
      {preview.error && <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} />}
      {start.error && <ErrorNotice error={start.error} />}
      <div className={classes.foot}>
        <Button variant="default" onClick={onCancel}>
          {m.cancel()}
        </Button>
        <Button disabled={!ready} loading={start.isPending} onClick={submit}>
          {submitWords(change, picked.length, counted)}
        </Button>
      </div>
    </div>
  )
}

function submitWords(change: 'add' | 'remove', tags: number, preview: BulkPreview | undefined): string {
  if (!preview || tags === 0) return change === 'add' ? m.bulk_add() : m.bulk_remove()
  const words = { count: preview.changes, shown: formatCount(preview.changes) }
  return change === 'add' ? m.bulk_submit_add(words) : m.bulk_submit_remove(words)
}

/** What would happen, before anything does. */
function Numbers({ preview, change }: { preview: BulkPreview; change: 'add' | 'remove' }) {
  const { matched, changes, unchanged, refused, missing, tags } = preview
  const words = (count: number) => ({ count, shown: formatCount(count) })
  const unchangedWords = change === 'add' ? m.bulk_have_already : m.bulk_have_not
  return (
    <>
      <p>
        <strong>{m.bulk_matched(words(matched))}</strong>{' '}
        {changes > 0 ? m.bulk_will_change(words(changes)) : m.bulk_nothing_to_change()}
        {changes > 0 && unchanged > 0 && ` ${unchangedWords(words(unchanged))}`}
      </p>
      {refused > 0 && <p>{m.bulk_refused(words(refused))}</p>}
      {missing > 0 && <p>{m.bulk_missing(words(missing))}</p>}
      {tags.length > 1 && (
        <ul className={classes.perTag}>
          {tags.map(({ tag, changes: by }) => (
            <li key={tag.id}>
              <TagChip {...tag} />
              <span>{change === 'add' ? m.bulk_tag_added_to(words(by)) : m.bulk_tag_taken_from(words(by))}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
