// One operation in a dialog: what was asked of whom, its progress, and, when it has ended, its report and the way back.
import { Button, Modal, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { tellFailure } from '../ui/toasts.ts'
import { FailureList } from './FailureList.tsx'
import classes from './OperationDialog.module.css'
import { OperationActions, OperationProgress } from './OperationProgress.tsx'
import { OperationSubject } from './OperationSubject.tsx'
import { isUnderWay } from './latest.ts'
import { operationQuery } from './queries.ts'

export function OperationDialog({ id, onShow, onClose }: ReportProps) {
  useReturnsFocus()
  return (
    <Modal opened onClose={onClose} title={m.operation_report()} size={520} returnFocus={false}>
      <OperationReport id={id} onShow={onShow} onClose={onClose} />
    </Modal>
  )
}

/** What was refused before, and on the way. */
function RefusedRows({ id }: { id: string }) {
  const organization = useOrganization()
  return (
    <p className={classes.quiet}>
      {m.import_refused_text()}{' '}
      <Button size="compact-xs" variant="default" onClick={() => void save(organization.slug, id)}>
        {m.operation_refused_rows()}
      </Button>
    </p>
  )
}

async function save(organization: string, id: string): Promise<void> {
  try {
    const { saveRefused } = await import('../imports/queries.ts')
    await saveRefused(organization, id)
  } catch {
    // What saves could not be loaded; a file that fails tells of itself.
    tellFailure(m.export_broken())
  }
}

interface ReportProps {
  id: string
  /** Shows another one instead: the undo of this one. */
  onShow: (id: string) => void
  onClose: () => void
}

export function OperationReport({ id, onShow, onClose }: ReportProps) {
  const organization = useOrganization()
  const { data: operation, error, refetch } = useQuery(operationQuery(organization.slug, id))
  if (!operation) {
    return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Skeleton height={80} radius={8} />
  }
  const underWay = isUnderWay(operation)
  return (
    <div className={classes.root} data-operation={operation.id}>
      <OperationSubject operation={operation} />
      <div role="status">
        <OperationProgress operation={operation} />
      </div>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {underWay && <p className={classes.quiet}>{m.operation_goes_on()}</p>}
      {!underWay && operation.kind !== 'import' && operation.failed > 0 && <FailureList operation={operation} />}
      {operation.kind === 'import' && operation.import !== null && operation.import.refused > 0 && (
        <RefusedRows id={operation.import.id} />
      )}
      {operation.import !== null && operation.can_undo && <p className={classes.quiet}>{m.import_undo_keeps_tags()}</p>}
      {operation.undone_by !== null && <p className={classes.quiet}>{m.operation_was_undone()}</p>}
      <div className={classes.foot}>
        <OperationActions operation={operation} onUndone={(undo) => onShow(undo.id)} />
        <Button size="xs" onClick={onClose} data-autofocus>
          {m.close()}
        </Button>
      </div>
    </div>
  )
}
