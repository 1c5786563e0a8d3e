// Operations in words: what was asked, where it stands, and what came of it.
import type { Operation } from '../../../server/operations/schema.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'

export const statusWord = (status: Operation['status']): string =>
  ({
    waiting: m.operation_waiting,
    running: m.operation_running,
    cancelling: m.operation_cancelling,
    cancelled: m.operation_cancelled,
    done: m.operation_done,
    failed: m.operation_failed,
  })[status]()

/** `1,203 contacts changed · 14 were so already · 3 could not be changed`. */
export function resultWords({ kind, changed: all, created, unchanged, failed, import: file }: Operation): string {
  const isImport = kind === 'import'
  const changed = isImport ? all - created : all
  const words = { shown: formatCount(changed), count: changed }
  const parts = isImport ? [m.operation_created({ count: created, shown: formatCount(created) })] : []
  if (!isImport || changed > 0) parts.push(kind === 'undo' ? m.operation_restored(words) : m.operation_changed(words))
  if (unchanged > 0) parts.push(m.operation_unchanged({ count: unchanged, shown: formatCount(unchanged) }))
  if (isImport) {
    const refused = file?.refused ?? failed
    if (refused > 0) parts.push(m.operation_rows_refused({ count: refused, shown: formatCount(refused) }))
  } else if (failed > 0) {
    const failures = { count: failed, shown: formatCount(failed) }
    parts.push(kind === 'undo' ? m.operation_not_undone(failures) : m.operation_failures(failures))
  }
  return parts.join(' · ')
}

/** Why it ended before its work was done. */
export const errorWords = (reason: NonNullable<Operation['error_reason']>): string =>
  ({
    tag_deleted: m.operation_error_tag_deleted,
    tag_unknown: m.operation_error_tag_unknown,
    internal: m.operation_error_internal,
  })[reason]()

/** The one sentence of a toast, once it has ended. */
export function endWords(operation: Operation): string {
  if (operation.error_reason !== null) return m.operation_ended_failed({ error: errorWords(operation.error_reason) })
  const result = resultWords(operation)
  return operation.status === 'cancelled' ? m.operation_ended_cancelled({ result }) : m.operation_ended({ result })
}
