// Choosing a file of contacts, by clicking or dropping, and sending it.
import { Button, Progress } from '@mantine/core'
import { IconFileTypeCsv } from '@tabler/icons-react'
import { useRef, useState, type DragEvent } from 'react'
import { MOST_IMPORT_BYTES, type Import } from '../../../server/imports/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatBytes } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import classes from './ImportPage.module.css'
import { sendFile } from './queries.ts'

interface Sending {
  file: File
  sent: number
  abort: AbortController
}

export function ChooseFile({ onSent }: { onSent: (file: Import) => void }) {
  const organization = useOrganization()
  const input = useRef<HTMLInputElement>(null)
  const [sending, setSending] = useState<Sending | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [over, setOver] = useState(false)

  const send = async (file: File | undefined) => {
    if (!file || sending) return
    const abort = new AbortController()
    setFailure(null)
    setSending({ file, sent: 0, abort })
    try {
      onSent(
        await sendFile(organization.slug, file, {
          signal: abort.signal,
          onSent: (sent) => setSending({ file, sent, abort }),
        }),
      )
    } catch (error) {
      if (!abort.signal.aborted) setFailure(error)
    } finally {
      setSending(null)
    }
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void send(event.dataTransfer.files[0])
  }

  if (sending) {
    const share = (sending.sent / sending.file.size) * 100
    const words = m.import_sent({ sent: formatBytes(sending.sent), size: formatBytes(sending.file.size) })
    return (
      <section className={classes.card} aria-label={m.import_sending()}>
        <h2 className={classes.title}>
          {m.import_sending()} <bdi>{sending.file.name}</bdi>
        </h2>
        <Progress.Root size={6} radius="xl">
          <Progress.Section value={share} aria-label={m.import_sending()} aria-valuetext={words} />
        </Progress.Root>
        <p className={classes.quiet}>{words}</p>
        <div>
          <Button variant="default" onClick={() => sending.abort.abort()}>
            {m.cancel()}
          </Button>
        </div>
      </section>
    )
  }
  return (
    <>
      {failure !== null && <ErrorNotice error={failure} />}
      <section
        className={classes.drop}
        data-over={over || undefined}
        aria-label={m.import_choose()}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileTypeCsv size={34} stroke={1.4} aria-hidden />
        <p className={classes.quiet}>{m.import_drop({ size: formatBytes(MOST_IMPORT_BYTES) })}</p>
        <input
          ref={input}
          type="file"
          hidden
          data-testid="import-file"
          accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
          onChange={(event) => {
            void send(event.currentTarget.files?.[0])
            event.currentTarget.value = ''
          }}
        />
        <Button onClick={() => input.current?.click()}>{m.import_choose()}</Button>
      </section>
      <p className={classes.quiet}>{m.import_phones_hint()}</p>
      <p className={classes.quiet}>{m.import_kept_hint()}</p>
    </>
  )
}
