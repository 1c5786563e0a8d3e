// Where one operation stands: its bar and counts while it runs, its report when it has ended, and what can be done with it.
import { Button, Progress } from '@mantine/core'
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircleCheck,
  IconPlayerPlay,
  IconPlayerStop,
} from '@tabler/icons-react'
import type { Operation } from '../../../server/operations/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from './OperationProgress.module.css'
import { isUnderWay } from './latest.ts'
import { useCancelOperation, useResumeOperation, useUndoOperation } from './queries.ts'
import { errorWords, resultWords, statusWord } from './words.ts'

export function OperationProgress({ operation }: { operation: Operation }) {
  const { matched, done } = operation
  const share = matched === 0 ? 100 : (done / matched) * 100
  const words = m.operation_progress({ done: formatCount(done), matched: formatCount(matched) })
  if (!isUnderWay(operation)) {
    return (
      <div className={classes.root}>
        <p className={classes.result} data-status={operation.status}>
          {operation.status === 'done' && (
            <IconCircleCheck size={16} stroke={1.8} className={classes.done} aria-hidden />
          )}
          {operation.status !== 'done' && <strong>{statusWord(operation.status)} · </strong>}
          {done < matched && `${words} · `}
          {resultWords(operation)}
        </p>
        {operation.error_reason !== null && (
          <p className={classes.error}>
            <IconAlertTriangle size={15} stroke={1.8} aria-hidden />
            {errorWords(operation.error_reason)}
          </p>
        )}
      </div>
    )
  }
  return (
    <div className={classes.root}>
      <Progress.Root size={6} radius="xl">
        <Progress.Section
          value={share}
          aria-label={m.operation_progress_label()}
          aria-valuetext={words}
          className={classes.bar}
        />
      </Progress.Root>
      <p className={classes.numbers}>
        <span>{operation.status === 'running' ? words : statusWord(operation.status)}</span>
        <span>{Math.floor(share)}%</span>
      </p>
    </div>
  )
}

/** The buttons that an operation offers as it stands. */
export function OperationActions({
  operation,
  onUndone,
}: {
  operation: Operation
  onUndone?: (undo: Operation) => void
}) {
  const organization = useOrganization()
  const cancel = useCancelOperation(organization.slug)
  const resume = useResumeOperation(organization.slug)
  const undo = useUndoOperation(organization.slug)
  return (
    <>
      {operation.can_cancel && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerStop size={14} stroke={1.8} />}
          loading={cancel.isPending}
          onClick={() => cancel.mutate(operation.id)}
        >
          {m.operation_cancel()}
        </Button>
      )}
      {operation.can_resume && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPlay size={14} stroke={1.8} />}
          loading={resume.isPending}
          onClick={() => resume.mutate(operation.id)}
        >
          {m.operation_resume()}
        </Button>
      )}
      {operation.can_undo && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArrowBackUp size={14} stroke={1.8} />}
          loading={undo.isPending}
          onClick={() => undo.mutate(operation.id, { onSuccess: (begun) => onUndone?.(begun) })}
        >
          {m.undo()}
        </Button>
      )}
    </>
  )
}
