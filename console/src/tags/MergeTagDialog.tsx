// Merging a tag into another: which one, what that would do, and then its progress in the same place.
import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Tag } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { OperationReport } from '../operations/OperationDialog.tsx'
import { useMergeTags } from '../operations/queries.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { TagChip } from '../ui/TagChip.tsx'
import { TagList } from '../ui/TagList.tsx'
import classes from './MergeTagDialog.module.css'
import { MergeWords } from './MergeWords.tsx'
import { tagsQuery } from './queries.ts'

interface MergeTagDialogProps {
  tag: Tag
  into?: Tag | undefined
  onClose: () => void
}

export function MergeTagDialog({ tag, into, onClose }: MergeTagDialogProps) {
  useReturnsFocus()
  const [startedId, setStartedId] = useState<string | null>(null)
  return (
    <Modal
      opened
      onClose={onClose}
      title={m.merge_title()}
      size={480}
      returnFocus={false}
      closeOnClickOutside={startedId !== null}
    >
      {startedId === null ? (
        <Choice tag={tag} into={into} onStarted={setStartedId} onCancel={onClose} />
      ) : (
        <OperationReport id={startedId} onShow={setStartedId} onClose={onClose} />
      )}
    </Modal>
  )
}

interface ChoiceProps {
  tag: Tag
  into: Tag | undefined
  onStarted: (operationId: string) => void
  onCancel: () => void
}

function Choice({ tag, into, onStarted, onCancel }: ChoiceProps) {
  const { slug } = useOrganization()
  const { data: tags = [] } = useQuery(tagsQuery(slug))
  const merge = useMergeTags(slug)
  const [pickedId, setPickedId] = useState(into?.id)
  // What was deleted meanwhile can no longer be merged into.
  const picked = tags.find((each) => each.id === pickedId)
  const others = tags.filter((each) => each.id !== tag.id)
  return (
    <div className={classes.root}>
      <p className={classes.pair}>
        <TagChip name={tag.name} color={tag.color} deleted={tag.deleted_at !== null} />
        <span>{m.operation_into()}</span>
        {picked ? <TagChip name={picked.name} color={picked.color} /> : <span className={classes.soft}>…</span>}
      </p>
      {others.length === 0 ? (
        <p className={classes.soft}>{m.merge_no_other()}</p>
      ) : (
        <div className={classes.list}>
          <TagList
            tags={others}
            label={m.tags()}
            chosen={new Set(picked ? [picked.id] : [])}
            onPick={(each) => setPickedId(each.id)}
            note={(each) => formatCount(each.contact_count)}
            single
          />
        </div>
      )}
      {picked && <MergeWords from={tag} into={picked} />}
      {merge.error && <ErrorNotice error={merge.error} />}
      <div className={classes.foot}>
        <Button variant="default" onClick={onCancel}>
          {m.cancel()}
        </Button>
        <Button
          className={classes.submit}
          disabled={!picked}
          loading={merge.isPending}
          onClick={() =>
            picked &&
            merge.mutate({ from: tag.id, into: picked.id }, { onSuccess: (operation) => onStarted(operation.id) })
          }
        >
          {picked ? m.merge_submit({ name: picked.name }) : m.merge_submit_none()}
        </Button>
      </div>
    </div>
  )
}
