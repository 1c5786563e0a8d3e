// Backups by the clock: made by a process of their own so that requests do not wait, and the oldest removed after a new one.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CronItem } from 'graphile-worker'
import { sql } from 'kysely'
import type { Config } from '../config.ts'
import type { Db } from '../lib/db.ts'
import type { Log } from '../lib/log.ts'
import { removeLeftParts } from './file.ts'

const TOOL = fileURLToPath(new URL('../../tools/backup.ts', import.meta.url))
const NAME = /^earmark-\d{8}T\d{6}Z\.tar$/
const nameAt = (at: Date) => `earmark-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.tar`
/** One that was missed while no server ran is made at the next start, within this time. */
const MISSED_MS = 12 * 60 * 60 * 1000
/** Within some four hours, ever more rarely; then it is up to the next time of day. */
const TRIES = 10
/** A part that was not written to for so long is of no backup that runs, on whatever machine. */
const LEFT_MS = 60 * 60 * 1000

export const backupTimes = ({ backups }: Config): CronItem[] =>
  (backups?.at ?? []).map((time) => {
    const [hour, minute] = time.split(':').map(Number)
    return {
      task: 'back-up',
      match: `${minute} ${hour} * * *`,
      identifier: `back-up ${time}`,
      // The queue: one at a time, whichever server makes it.
      options: { backfillPeriod: MISSED_MS, queueName: 'back-up', maxAttempts: TRIES },
    }
  })

export interface Backups {
  /**
   * Makes the one that was due, unless a later one is there already, and removes the oldest. What goes wrong is logged and
   * thrown, so that it is tried again; no backup is removed then.
   */
  make(due: Date): Promise<void>
  /** Ends one that is under way, as a failure; nothing of it stays. */
  stop(): Promise<void>
}

export function openBackups({
  config: { backups, backupPassphrase },
  db,
  log,
}: {
  config: Config
  db: Db
  log: Pick<Log, 'info' | 'error'>
}): Backups {
  let running: { child: ChildProcess; ended: Promise<void> } | null = null
  let stopped = false

  async function write(file: string): Promise<string> {
    if (stopped) throw new Error('The server stops.')
    const child = spawn(
      process.execPath,
      [TOOL, file, ...(backupPassphrase === undefined ? [] : ['--with-secret-key'])],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    running = { child, ended: new Promise((resolve) => child.once('close', () => resolve())) }
    const said = sayings(child)
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // It has ended, or this system gives no priorities: the backup is the same.
    }
    return said.finally(() => (running = null))
  }

  return {
    async make(due) {
      if (!backups) return
      const { dir, keep } = backups
      const now = new Date()
      const file = join(dir, nameAt(now))
      try {
        mkdirSync(dir, { recursive: true, mode: 0o700 })
        // First: the disk may be full of it.
        for (const name of await removeLeft(dir)) log.info({ file: name }, 'what a killed backup had left was removed')
        const since = await findMade(dir, { from: due, to: now })
        if (since === undefined) log.info({ file, said: await write(file) }, 'backed up')
        else log.info({ file: since }, 'the backup that was due is there')
        for (const name of await removeOldest(dir, keep)) log.info({ file: name }, 'an old backup was removed')
        await settleFailed(db)
      } catch (error) {
        if (stopped) log.info({ file }, 'the backup was stopped with the server, and is tried again')
        else log.error({ err: error, file }, 'the backup failed')
        throw error
      }
    },
    async stop() {
      stopped = true
      running?.child.kill('SIGTERM')
      await running?.ended
    },
  }
}

/** One that was begun within this time: of several that were missed, one is enough. */
async function findMade(dir: string, { from, to }: { from: Date; to: Date }): Promise<string | undefined> {
  return (await readdir(dir)).find((name) => NAME.test(name) && name >= nameAt(from) && name <= nameAt(to))
}

/** Those that failed before need no other try, and no alert. */
async function settleFailed(db: Db): Promise<void> {
  await sql`select from graphile_worker.complete_jobs(array(
    select id from graphile_worker.jobs where task_identifier = 'back-up' and last_error is not null and locked_at is null))`.execute(
    db,
  )
}

/** What the tool prints; rejects with what it complains of. */
function sayings(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let said = ''
  let complaint = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  child.once('error', reject)
  child.once('close', (code, signal) => {
    if (code === 0) resolve(said.split('\n')[0]!)
    else reject(new Error(complaint.trim() || `it ended with ${code ?? signal}`))
  })
  return promise
}

/** Removes what killed backups by the clock left, unless another machine may be writing it. Answers the names. */
export const removeLeft = (dir: string): Promise<string[]> =>
  removeLeftParts(dir, { of: (name) => NAME.test(name), idleMs: LEFT_MS })

/** Removes backups by the clock beyond the newest `keep`; files of other names are none of ours. Answers their names. */
export async function removeOldest(dir: string, keep: number): Promise<string[]> {
  const names = (await readdir(dir)).filter((name) => NAME.test(name)).toSorted()
  const old = names.slice(0, Math.max(0, names.length - keep))
  for (const name of old) await rm(join(dir, name), { force: true })
  return old
}
