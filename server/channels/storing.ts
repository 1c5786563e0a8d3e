// Storing deliveries: durable before they are answered, many in one commit when many arrive at once.
import type pg from 'pg'
import { answerWithin, databaseSilent } from '../lib/http.ts'

export interface NewDelivery {
  org_id: string
  account_id: string
  body: Buffer
}

const MOST_ROWS = 64
const MOST_BYTES = 8 << 20
/** Two commits under way at once keep the disk busy; more only make smaller batches. */
const WRITERS = 2
/** Nobody waits longer than this, and a connection that is silent for so long is given up: Meta had better come again. */
const SILENT_MS = 5_000

interface Waiting extends NewDelivery {
  since: number
  stored: () => void
  failed: (error: unknown) => void
}

export interface DeliveryStore {
  /**
   * Resolves once the delivery is on disk; rejects when that is not certain. It may be there nevertheless, when the
   * database fell silent at the last moment: Meta sends it again, and it is recognized.
   */
  store(delivery: NewDelivery): Promise<void>
}

/**
 * Opens the store. While a commit is under way the deliveries that arrive meanwhile gather, and share the next one:
 * over 16 connections this trebles what one commit each can do. `onStored` is called after each commit, with how many it held.
 */
export function openDeliveryStore(pool: pg.Pool, onStored: (count: number) => void): DeliveryStore {
  const waiting: Waiting[] = []
  let writing = 0

  const write = async (): Promise<void> => {
    writing++
    while (waiting.length > 0) {
      const batch = takeBatch(waiting)
      if (batch.length === 0) break
      try {
        await answerWithin(2 * SILENT_MS, pool.query(insertion(batch)))
        for (const delivery of batch) delivery.stored()
        onStored(batch.length)
      } catch (error) {
        for (const delivery of batch) delivery.failed(error)
      }
    }
    writing--
  }

  return {
    store: (delivery) =>
      answerWithin(
        SILENT_MS,
        new Promise((stored, failed) => {
          waiting.push({ ...delivery, since: performance.now(), stored, failed })
          if (writing < WRITERS) void write()
        }),
      ),
  }
}

/** With a limit of its own, which also holds when nothing comes from the other side; the driver's types do not know it. */
function insertion(batch: readonly NewDelivery[]): pg.QueryConfig & { query_timeout: number } {
  const rows = batch.map((_, n) => `($${n * 3 + 1}, $${n * 3 + 2}, $${n * 3 + 3})`)
  return {
    query_timeout: SILENT_MS,
    name: `store-deliveries-${batch.length}`,
    text: `insert into deliveries (org_id, account_id, body) values ${rows.join(', ')}`,
    values: batch.flatMap((delivery) => [delivery.org_id, delivery.account_id, delivery.body]),
  }
}

/** What can share a commit. What nobody waits for any more is let go, or an outage would leave a queue behind. */
function takeBatch(waiting: Waiting[]): Waiting[] {
  const inTime = waiting.findIndex(({ since }) => since > performance.now() - SILENT_MS)
  for (const { failed } of waiting.splice(0, inTime === -1 ? waiting.length : inTime)) failed(databaseSilent())
  let bytes = 0
  let rows = 0
  while (
    rows < waiting.length &&
    rows < MOST_ROWS &&
    (rows === 0 || bytes + waiting[rows]!.body.length <= MOST_BYTES)
  ) {
    bytes += waiting[rows]!.body.length
    rows++
  }
  return waiting.splice(0, rows)
}
