// Export: reads the CSV as it is streamed, shows how far it is, and saves a file only when it holds every row that was promised.
//
// The file is gathered in the browser's store of blobs, which goes to disk when it is large; the page itself holds a few
// megabytes. Writing straight into a file that one chooses was left out: only some browsers can, it asks for a place
// instead of downloading, and a file that is cut midway would lie there looking whole.
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { isProblem } from '../lib/api.ts'
import { countCsvRecords } from '../lib/csv-count.ts'
import { fileNameOf, saveFile } from '../lib/files.ts'
import { formatBytes, formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { exportProgress, setExportProgress, useExportProgress } from './export-progress.ts'
import classes from './exporting.module.css'
import { tell, tellFailure } from './toasts.ts'

const TOAST = 'export'

interface Export {
  /** Asks for the file; its header Earmark-Rows promises the number of rows. */
  fetchFile: (signal: AbortSignal) => Promise<Response>
  /** What the file is called, before its time, when the server does not say it. */
  name: string
  /** What is said when nothing matches, and at a good end. */
  noneWords: () => string
  doneWords: (count: number) => string
}

/** Saves a file of CSV; goes on when the page is left. Tells its end by a toast, whatever the end is. */
export async function exportCsv({ fetchFile, name, noneWords, doneWords }: Export): Promise<void> {
  if (exportProgress() !== null) return
  const abort = new AbortController()
  setExportProgress({ rows: 0, total: null, bytes: 0 })
  notifications.show({
    id: TOAST,
    role: 'status',
    autoClose: false,
    allowClose: false,
    withCloseButton: false,
    message: <ExportProgress onCancel={() => abort.abort()} />,
  })
  try {
    const file = await receive(await fetchFile(abort.signal), name)
    notifications.hide(TOAST)
    if (file.promised === 0) return void tell(noneWords())
    if (file.rows !== file.promised) {
      const [rows, promised] = [file.rows, file.promised].map(formatCount) as [string, string]
      return void tellFailure(m.export_incomplete({ rows, promised }))
    }
    saveFile(file.name, file.content)
    tell(doneWords(file.rows))
  } catch (error) {
    notifications.hide(TOAST)
    if (abort.signal.aborted) tell(m.export_cancelled())
    else if (isProblem(error)) tellFailure(m.export_failed(), error)
    else tellFailure(m.export_broken())
  } finally {
    setExportProgress(null)
  }
}

/** Pieces of so many bytes leave the page's memory. */
const PART_BYTES = 4_000_000
const SHOWN_EVERY_MS = 120

async function receive(response: Response, name: string) {
  const promised = Number(response.headers.get('earmark-rows') ?? NaN)
  if (!Number.isInteger(promised)) throw new Error('The export came without the number of its rows.')
  const reader = response.body!.getReader()
  const counter = countCsvRecords()
  const parts: Blob[] = []
  let pieces: Uint8Array<ArrayBuffer>[] = []
  let pieceBytes = 0
  let bytes = 0
  let shownAt = -Infinity
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    counter.push(value)
    pieces.push(value)
    bytes += value.length
    pieceBytes += value.length
    if (pieceBytes >= PART_BYTES) {
      parts.push(new Blob(pieces))
      pieces = []
      pieceBytes = 0
    }
    if (performance.now() - shownAt > SHOWN_EVERY_MS) {
      shownAt = performance.now()
      setExportProgress({ rows: rowsOf(counter.records()), total: promised, bytes })
    }
  }
  return {
    name: fileNameOf(response) ?? `${name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}Z.csv`,
    promised,
    rows: rowsOf(counter.records()),
    content: new Blob([...parts, ...pieces], { type: 'text/csv;charset=utf-8' }),
  }
}

/** The header is not a row. */
const rowsOf = (records: number) => Math.max(0, records - 1)

function ExportProgress({ onCancel }: { onCancel: () => void }) {
  const { rows, total, bytes } = useExportProgress() ?? { rows: 0, total: null, bytes: 0 }
  return (
    <span className={classes.root}>
      <span>{m.exporting()}</span>
      {/* Numbers that change many times a second are not read out. */}
      <span className={classes.numbers} aria-hidden>
        {total !== null &&
          m.export_progress({ rows: formatCount(rows), total: formatCount(total), bytes: formatBytes(bytes) })}
      </span>
      <Button size="compact-xs" variant="transparent" className={classes.cancel} onClick={onCancel}>
        {m.cancel()}
      </Button>
      <span
        className={classes.bar}
        role="progressbar"
        aria-label={m.exporting()}
        aria-valuemax={total ?? undefined}
        aria-valuenow={total === null ? undefined : rows}
        style={{ inlineSize: total ? `${(rows / total) * 100}%` : 0 }}
      />
    </span>
  )
}
