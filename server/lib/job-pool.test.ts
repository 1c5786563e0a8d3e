// What the job runner is promised: a connection that breaks while it writes down how a job ended costs nothing but time.
import type { Socket } from 'node:net'
import { Logger, run, type Runner, type Task } from 'graphile-worker'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/help/database.ts'
import { openDatabase } from './db.ts'
import { poolForJobs } from './job-pool.ts'

let database: TestDatabase
let runner: Runner
/** The runner's, so that the next connection taken from it is the runner's as well. */
let pool: pg.Pool
beforeAll(async () => {
  database = await openTestDatabase()
  ;({ pool } = openDatabase(database.url))
})
afterAll(async () => {
  await runner.stop()
  await pool.end()
  await database.close()
})

async function startRunner(task: Task): Promise<void> {
  runner = await run({
    pgPool: poolForJobs(pool),
    logger: new Logger(() => () => {}),
    noHandleSignals: true,
    pollInterval: 100,
    taskList: { task },
  })
}

const left = async () => (await database.pool.query('select from graphile_worker.jobs')).rowCount

/** As when PostgreSQL has ended. */
const breakOff = (client: pg.PoolClient): void => {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
}

test('a job that ended while the connection broke is done once, and written down when there is one again', async () => {
  const broken = vi.fn<(client: pg.PoolClient) => void>(breakOff)
  const task = vi.fn<() => void>(() => void pool.once('acquire', broken))
  await startRunner(task)
  await runner.addJob('task', {})
  await vi.waitUntil(async () => broken.mock.calls.length === 1 && (await left()) === 0, { timeout: 15_000 })
  expect(task).toHaveBeenCalledTimes(1)
})
