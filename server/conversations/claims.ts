// Who sends by a number: one process at a time, by a lock that ends with its connection.
import { sql } from 'kysely'
import type pg from 'pg'
import { databaseOn, type Db } from '../lib/db.ts'
import { answerWithin } from '../lib/http.ts'

/** A statement that takes longer is given up, and with it the connection and its locks. */
const SILENT_MS = 30_000

export interface Claims {
  /** Takes the number, unless another process has it. */
  claim(channelId: string): Promise<boolean>
  release(channelId: string): Promise<void>
  /** Works on the connection of the locks: without them, nothing is taken by it. Fails when it is broken, or breaks it. */
  run<T>(work: (db: Db) => Promise<T>): Promise<T>
  broken(): boolean
  /** Gives the connection back, with no number claimed. */
  close(): void
  /** Ends the connection, and with it the claims. */
  break(): void
}

/** `onBroken` is called once, when the connection is lost: from then on others may send by the same numbers. */
export async function openClaims(pool: pg.Pool, onBroken: () => void): Promise<Claims> {
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
  const run = async <T>(work: (db: Db) => Promise<T>): Promise<T> => {
    if (!open) throw new Error('The connection that holds the claims is closed.')
    try {
      return await answerWithin(SILENT_MS, work(db))
    } catch (error) {
      breakOff()
      throw error
    }
  }
  return {
    claim: (channelId) =>
      run(async (on) => {
        const { rows } = await sql<{
          locked: boolean
        }>`select pg_try_advisory_lock(${lockOf(channelId)}) as locked`.execute(on)
        return rows[0]!.locked
      }),
    release: (channelId) =>
      run(async (on) => {
        await sql`select pg_advisory_unlock(${lockOf(channelId)})`.execute(on)
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

const lockOf = (channelId: string) => sql`hashtextextended('earmark:send:' || ${channelId}, 0)`
