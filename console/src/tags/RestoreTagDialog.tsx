// Restoring a tag whose name an active tag bears now: under another name, or merged into that one.
import { Button, Modal, Radio, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { Tag } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { isProblem, sentenceOf } from '../lib/api.ts'
import { fold } from '../lib/fold.ts'
import { OperationReport } from '../operations/OperationDialog.tsx'
import { useMergeTags } from '../operations/queries.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { TagChip } from '../ui/TagChip.tsx'
import { tell } from '../ui/toasts.ts'
import { MergeWords } from './MergeWords.tsx'
import classes from './MergeTagDialog.module.css'
import { tagsQuery, useRestoreTag } from './queries.ts'

interface RestoreTagDialogProps {
  tag: Tag
  /** The active tag that bears its name. */
  bearerId: string
  onClose: () => void
}

export function RestoreTagDialog({ tag, bearerId, onClose }: RestoreTagDialogProps) {
  useReturnsFocus()
  const [startedId, setStartedId] = useState<string | null>(null)
  return (
    <Modal
      opened
      onClose={onClose}
      title={m.restore_title()}
      size={480}
      returnFocus={false}
      closeOnClickOutside={false}
    >
      {startedId === null ? (
        <Decision tag={tag} bearerId={bearerId} onStarted={setStartedId} onClose={onClose} />
      ) : (
        <OperationReport id={startedId} onShow={setStartedId} onClose={onClose} />
      )}
    </Modal>
  )
}

interface DecisionProps extends RestoreTagDialogProps {
  onStarted: (operationId: string) => void
}

function Decision({ tag, bearerId, onStarted, onClose }: DecisionProps) {
  const { slug } = useOrganization()
  const { data: tags = [] } = useQuery(tagsQuery(slug))
  const restore = useRestoreTag(slug)
  const merge = useMergeTags(slug)
  const [way, setWay] = useState<'rename' | 'merge'>('rename')
  const [name, setName] = useState(() => freeName(tag.name, tags))
  const bearer = tags.find((each) => each.id === bearerId)
  const atName = isProblem(restore.error) && restore.error.field === 'new_name'

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (way === 'merge' && bearer)
      merge.mutate({ from: tag.id, into: bearer.id }, { onSuccess: (operation) => onStarted(operation.id) })
    else
      restore.mutate(
        { id: tag.id, new_name: name },
        {
          onSuccess: () => {
            tell(m.tag_restored())
            onClose()
          },
        },
      )
  }
  return (
    <form className={classes.root} noValidate onSubmit={submit}>
      <p className={classes.pair}>
        <span>{m.restore_taken()}</span> {bearer && <TagChip name={bearer.name} color={bearer.color} />}
      </p>
      <Radio.Group value={way} onChange={(value) => setWay(value)} aria-label={m.restore_title()}>
        <div className={classes.ways}>
          <Radio value="rename" label={m.restore_rename()} />
          {way === 'rename' && (
            <TextInput
              data-autofocus
              className={classes.within}
              aria-label={m.restore_new_name()}
              value={name}
              dir="auto"
              autoComplete="off"
              onChange={(event) => {
                setName(event.currentTarget.value)
                restore.reset()
              }}
              error={atName ? sentenceOf(restore.error) : undefined}
            />
          )}
          {bearer && <Radio value="merge" label={m.restore_merge({ name: bearer.name })} />}
          {bearer && way === 'merge' && (
            <div className={classes.within}>
              <MergeWords from={tag} into={bearer} />
            </div>
          )}
        </div>
      </Radio.Group>
      {restore.error && !atName && <ErrorNotice error={restore.error} />}
      {merge.error && <ErrorNotice error={merge.error} />}
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          {m.cancel()}
        </Button>
        <Button type="submit" className={classes.submit} loading={restore.isPending || merge.isPending}>
          {way === 'merge' && bearer ? m.merge_submit({ name: bearer.name }) : m.tag_restore()}
        </Button>
      </div>
    </form>
  )
}

/** `VIP 2`, or the next number that is free. */
function freeName(name: string, tags: readonly Tag[]): string {
  const taken = new Set(tags.map((tag) => fold(tag.name)))
  let n = 2
  while (taken.has(fold(`${name} ${n}`))) n++
  return `${name} ${n}`
}
