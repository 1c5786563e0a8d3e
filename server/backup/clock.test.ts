// What a backup by the clock promises: it is made once, and one that failed or was stopped is tried again and counted.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { readBacklog } from '../watching/backlog.ts'
import { startWorker, type Worker } from '../worker.ts'

const HOUR_MS = 60 * 60 * 1000
/** For a busy machine. */
const WAIT = { timeout: 25_000 }
const WHOLE = /^earmark-\d{8}T\d{6}Z\.tar$/

let folder: string
let dir: string
let server: TestServer
const workers: Worker[] = []
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'earmark-clock-'))
  dir = join(folder, 'backups')
  const at = [2, 1].map((hours) => new Date(Date.now() - hours * HOUR_MS).toISOString().slice(11, 16))
  server = await openTestServer({ config: { backups: { dir, at, keep: 3 } } })
  // What the backup's own process connects to.
  vi.stubEnv('DATABASE_URL', server.databaseUrl)
})
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop()
  await server.close()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** A server whose worker knew the times of day while no server ran. */
async function startMissed(on = server): Promise<Worker> {
  const first = await startWorker(server)
  // Nothing was missed at times that are new.
  const age = `update graphile_worker._private_known_crontabs set known_since = now() - interval '5 hours' where identifier like 'back-up%'`
  await vi.waitUntil(async () => (await server.pool.query(age)).rowCount === 2, WAIT)
  await first.stop()
  return start(on)
}

async function start(on = server): Promise<Worker> {
  const worker = await startWorker(on)
  workers.push(worker)
  return worker
}

interface Job {
  attempts: number
  max_attempts: number
  last_error: string | null
  locked: boolean
}

const jobs = async (): Promise<Job[]> =>
  (
    await server.pool.query<Job>(
      `select attempts, max_attempts, last_error, locked_at is not null as locked from graphile_worker.jobs where task_identifier = 'back-up'`,
    )
  ).rows

const whole = () => readdirSync(dir).filter((name) => WHOLE.test(name))

test('of two that were missed one is made, and never two beside each other', async () => {
  await startMissed()
  await vi.waitUntil(async () => (await jobs()).length === 2, WAIT)
  let most = 0
  await vi.waitUntil(
    async () => {
      const left = await jobs()
      most = Math.max(most, left.filter((job) => job.locked).length)
      return left.length === 0
    },
    { ...WAIT, interval: 10 },
  )
  expect(most).toBe(1)
  expect(whole()).toHaveLength(1)
})

test('one that fails is tried again and counts as failing, until one goes well', async () => {
  writeFileSync(dir, 'a file where the folder should be')
  await startMissed()
  await vi.waitUntil(async () => (await jobs()).filter((job) => job.last_error !== null).length === 2, WAIT)
  for (const job of await jobs()) expect(job.attempts).toBeLessThan(job.max_attempts)
  expect(await readBacklog(server.db)).toMatchObject({ jobs_failing: 2 })
  // One of them has used up its tries.
  await server.pool.query(
    `update graphile_worker._private_jobs set attempts = max_attempts where id = (select min(id) from graphile_worker.jobs where task_identifier = 'back-up')`,
  )
  rmSync(dir)
  await vi.waitUntil(async () => (await jobs()).length === 0, WAIT)
  expect(whole()).toHaveLength(1)
  expect(await readBacklog(server.db)).toMatchObject({ jobs_failing: 0 })
})

test('one that a stop of the server cuts short leaves no file, and the next start makes it', async () => {
  const client = await server.pool.connect()
  await client.query('begin; lock table contacts in access exclusive mode')
  // With connections of its own, which end with it.
  const stopped = await openTestServer({ beside: server, config: server.config })
  const worker = await startMissed(stopped)
  const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'lock table%'`
  while ((await server.pool.query(waits)).rows.length === 0) await sleep(20)
  workers.splice(0)
  await worker.stop()
  await stopped.pool.end()
  expect(readdirSync(dir)).toEqual([])
  await stopped.app.close()
  await stopped.outgoing.close()
  expect((await jobs()).toSorted((a, b) => b.attempts - a.attempts)).toMatchObject([
    { attempts: 1, locked: false },
    { attempts: 0, locked: false },
  ])
  await client.query('rollback')
  client.release()
  await start()
  await vi.waitUntil(async () => (await jobs()).length === 0, WAIT)
  expect(whole()).toHaveLength(1)
})
