// Who works on something, such as sending by a number: one process at a time, by a lock that ends with its connection.
import { sql } from 'kysely'
import type pg from 'pg'
import { databaseOn, type Db } from './db.ts'
import { answerWithin } from './http.ts'

/** A statement that takes longer is given up, and with it the connection and its locks. */
const SILENT_MS = 30_000

export interface Claims {
  /** Takes what bears the id, unless another process has it. */
  claim(id: string): Promise<boolean>
  release(id: string): Promise<void>
  /** Works on the connection of the locks: without them, nothing is taken by it. Fails when it is broken, or breaks it. */
  run<T>(work: (db: Db) => Promise<T>): Promise<T>
  broken(): boolean
  /** Gives the connection back, with nothing claimed. */
  close(): void
  /** Ends the connection, and with it the claims. */
  break(): void
}

/** `onBroken` is called once, when the connection is lost: from then on others may claim the same. */
export async function openClaims(
  pool: pg.Pool,
  onBroken: () => void,
  { purpose = 'send' }: { purpose?: 'send' | 'fetch' | 'webhook' | 'agent' } = {},
): Promise<Claims> {
  const client = await pool.connect()
  const db = databaseOn(client)
  let open = true
  const breakOff = () => {
    if (!open) return
    open = false
    client.off('error', breakOff)
    client.release(true)
    onBroken()
  }
  client.on('error', breakOff)
  let last: Promise<unknown> = Promise.resolve()
  /** One after another: a connection does one thing at a time. */
  const run = <T>(work: (db: Db) => Promise<T>): Promise<T> => {
    const turn = last.then(() => runNow(work))
    last = turn.catch(() => {})
    return turn
  }
  const runNow = async <T>(work: (db: Db) => Promise<T>): Promise<T> => {
    if (!open) throw new Error('The connection that holds the claims is closed.')
    try {
      return await answerWithin(SILENT_MS, work(db))
    } catch (error) {
      breakOff()
      throw error
    }
  }
  return {
    claim: (id) =>
      run(async (on) => {
        const { rows } = await sql<{
          locked: boolean
        }>`select pg_try_advisory_lock(${lockOf(purpose, id)}) as locked`.execute(on)
        return rows[0]!.locked
      }),
    release: (id) =>
      run(async (on) => {
        await sql`select pg_advisory_unlock(${lockOf(purpose, id)})`.execute(on)
      }),
    run,
    broken: () => !open,
    close() {
      if (!open) return
      open = false
      client.off('error', breakOff)
      client.release()
    },
    break: breakOff,
  }
}

const lockOf = (purpose: string, id: string) => sql`hashtextextended(${`earmark:${purpose}:${id}`}, 0)`
