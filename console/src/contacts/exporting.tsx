// Export: reads the CSV as it is streamed, shows how far it is, and saves a file only when it is complete.
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useSyncExternalStore } from 'react'
import type { exportContacts } from '../../../server/contacts/schema.ts'
import { fetchRoute, isProblem } from '../lib/api.ts'
import { countCsvRecords } from '../lib/csv-count.ts'
import { formatBytes, formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { tell, tellFailure } from '../ui/toasts.ts'
import classes from './exporting.module.css'
import type { ContactQuery } from './search.ts'

interface Progress {
  rows: number
  bytes: number
}

let progress: Progress | null = null
const watchers = new Set<() => void>()

function setProgress(next: Progress | null): void {
  progress = next
  for (const each of watchers) each()
}

const watch = (onChange: () => void) => {
  watchers.add(onChange)
  return () => void watchers.delete(onChange)
}

/** What is exported now, or null; one export at a time. */
export const useExportProgress = (): Progress | null => useSyncExternalStore(watch, () => progress)

const TOAST = 'export'

/** Exports what matches now; goes on when the page is left. Tells its end by a toast, whatever the end is. */
export async function exportMatching(organization: string, query: ContactQuery): Promise<void> {
  if (progress !== null) return
  const abort = new AbortController()
  setProgress({ rows: 0, bytes: 0 })
  notifications.show({
    id: TOAST,
    role: 'status',
    autoClose: false,
    allowClose: false,
    withCloseButton: false,
    message: <ExportProgress onCancel={() => abort.abort()} />,
  })
  try {
    const file = await receive(organization, query, abort.signal)
    notifications.hide(TOAST)
    if (file.rows === 0) return void tell(m.contacts_no_match())
    save(file.name, file.content)
    tell(m.export_done({ count: file.rows }))
  } catch (error) {
    notifications.hide(TOAST)
    if (abort.signal.aborted) tell(m.export_cancelled())
    else if (isProblem(error)) tellFailure(m.export_failed(), error)
    else tellFailure(m.export_broken())
  } finally {
    setProgress(null)
  }
}

async function receive(organization: string, query: ContactQuery, signal: AbortSignal) {
  const response = await fetchRoute<typeof exportContacts>('get', '/v1/contacts/export', {
    organization,
    query,
    signal,
  })
  const counter = countCsvRecords()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  let shownAt = 0
  const reader = response.body!.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    counter.push(value)
    pieces.push(value)
    bytes += value.length
    if (performance.now() - shownAt > 120) {
      shownAt = performance.now()
      setProgress({ rows: rowsOf(counter.records()), bytes })
    }
  }
  return {
    name: nameOf(response),
    rows: rowsOf(counter.records()),
    content: new Blob(pieces, { type: 'text/csv;charset=utf-8' }),
  }
}

/** The header is not a row. */
const rowsOf = (records: number) => Math.max(0, records - 1)

function nameOf(response: Response): string {
  const name = /filename="?([^";]+)"?/i.exec(response.headers.get('content-disposition') ?? '')?.[1]
  return name ?? `contacts-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}Z.csv`
}

function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Some browsers read the blob a moment after the click.
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

function ExportProgress({ onCancel }: { onCancel: () => void }) {
  const now = useExportProgress()
  return (
    <span className={classes.root}>
      <span>{m.exporting()}</span>
      {/* Numbers that change many times a second are not read out. */}
      <span className={classes.numbers} aria-hidden>
        {m.export_progress({
          count: now?.rows ?? 0,
          rows: formatCount(now?.rows ?? 0),
          bytes: formatBytes(now?.bytes ?? 0),
        })}
      </span>
      <Button size="compact-xs" variant="transparent" className={classes.cancel} onClick={onCancel}>
        {m.cancel()}
      </Button>
    </span>
  )
}
