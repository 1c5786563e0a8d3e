// The database freezes, stops or is cut off: Meta is told to come again within seconds, and all goes on by itself afterwards.
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../../server/lib/postgres.ts'
import { makeDataFolder, type DataFolder } from './data-folder.ts'
import { ask } from './http.ts'
import { startLoad, type Load } from './load.ts'
import { openRandom } from './random.ts'
import { BOOTSTRAP, sayLine, startServer, type ServerProcess } from './server-process.ts'
import { openShop } from './shop.ts'
import { allInterpreted, differences } from './truth.ts'
import { openWire } from './wire.ts'

/** Longer than the server waits for anything. */
const AWAY_MS = 13_000
/** No delivery is answered later, whatever the database does; and no probe of readiness waits longer. */
const MOST_MS = 10_000
/** From the database's return to the first 200; it takes milliseconds, but for a machine that does other things as well. */
const RETURN_MS = 30_000
const SECRET_KEY = 'a secret key for faults only'

let folder: DataFolder
let server: ServerProcess | undefined
let toClose: (() => Promise<void>)[] = []

beforeEach(() => {
  folder = makeDataFolder()
})
afterEach(async () => {
  await server?.stop()
  server = undefined
  for (const close of toClose.toReversed()) await close()
  toClose = []
  await folder.remove()
})

interface Scene {
  child: ChildProcess
  url: string
  load: Load
}

/** A server to which customers write all the time. */
async function openScene(env: Record<string, string> = {}): Promise<Scene> {
  server = startServer({ dataDir: folder.path, env: { ...BOOTSTRAP, ...env } })
  const url = await server.ready
  const shop = await openShop(url)
  const load = startLoad({ shop, random: openRandom(), customers: 50, connections: 4, pauseMs: 50, urls: () => [url] })
  await waitFor('deliveries are accepted', () => load.counts.accepted > 50)
  return { child: server.child, url, load }
}

/** Answers how many milliseconds it took. */
async function waitFor(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 30_000,
  state: () => string = () => '',
): Promise<number> {
  const began = performance.now()
  while (!(await isSo())) {
    if (performance.now() - began > withinMs) throw new Error(`not within ${withinMs / 1000} s: ${what} ${state()}`)
    await sleep(20)
  }
  return Math.round(performance.now() - began)
}

/** Without a status when there was no answer in time. */
async function timed(url: string): Promise<{ status: number | undefined; ms: number }> {
  const began = performance.now()
  const answer = await ask(url, { timeoutMs: MOST_MS })
  return { status: answer?.status, ms: Math.round(performance.now() - began) }
}

interface Outage {
  away: () => unknown
  back: () => unknown
  /** Nothing says that it is away: to a probe of readiness no answer is then as good as 503. */
  silent: boolean
}

/** The database goes away, and comes back; what is answered meanwhile and afterwards. */
async function goneFor({ url, load }: Scene, { away, back, silent }: Outage): Promise<void> {
  load.takeSlowest()
  const before = load.counts.refused.get(503) ?? 0
  await away()
  const wentAt = performance.now()
  await sleep(500)
  const [health, readiness] = await Promise.all([timed(`${url}/healthz`), timed(`${url}/readyz`)])
  await sleep(Math.max(0, AWAY_MS - (performance.now() - wentAt)))
  const acceptedWhileAway = load.counts.accepted
  await back()
  const isAccepting = () => load.counts.accepted > acceptedWhileAway
  const state = () =>
    `${JSON.stringify([...load.counts.refused])}, ${server!.complaints.slice(-5).map(sayLine).join('; ')}`
  const returned = await waitFor('deliveries are accepted again', isAccepting, RETURN_MS, state)
  const isReady = async () => (await timed(`${url}/readyz`)).status === 200
  const ready = returned + (await waitFor('the server is ready again', isReady, RETURN_MS))
  const slowest = load.takeSlowest()
  console.log(
    `${expect.getState().currentTestName}: healthz ${JSON.stringify(health)}, readyz ${JSON.stringify(readiness)}, ` +
      `slowest answer ${slowest} ms, accepted again after ${returned} ms, ready after ${ready} ms, ` +
      `answers but 200 ${JSON.stringify([...load.counts.refused])}`,
  )
  expect(health.status).toBe(200)
  expect(health.ms).toBeLessThan(2000)
  expect(silent ? [503, undefined] : [503]).toContain(readiness.status)
  expect(slowest).toBeLessThan(MOST_MS)
  expect(load.counts.refused.get(503) ?? 0).toBeGreaterThan(before)
  expect([...load.counts.refused.keys()].filter((status) => status < 500)).toEqual([])
}

/** All that was answered 200 is there, once, without a restart. */
async function expectNothingLost({ child, load }: Scene): Promise<void> {
  await load.finish()
  const { db, pool } = await folder.openDatabase()
  try {
    await allInterpreted(db, 60_000)
    expect(await differences(db, load)).toEqual([])
  } finally {
    await pool.end()
  }
  expect(child.exitCode).toBeNull()
  const grave = server!.complaints.filter(({ level, msg }) => level === 'fatal' || /could not be interpreted/.test(msg))
  expect(grave.map(sayLine)).toEqual([])
}

/** The runner of jobs has come back as well. */
async function expectJobsDone(): Promise<void> {
  const { db, pool } = await folder.openDatabase()
  try {
    await sql`select graphile_worker.add_job('forget-old-sessions')`.execute(db)
    await waitFor('a job is done', async () => {
      const { rows } = await sql<{ jobs: number }>`select count(*)::int as jobs from graphile_worker.jobs`.execute(db)
      return rows[0]!.jobs === 0
    })
  } finally {
    await pool.end()
  }
}

const TIMEOUT = { timeout: 180_000 }

test(
  'while PostgreSQL is frozen every delivery is answered 503 within seconds, and all goes on when it thaws',
  TIMEOUT,
  async () => {
    const scene = await openScene()
    const frozen = folder.postgresProcesses()
    await goneFor(scene, {
      away: () => expect(folder.signal(frozen, 'SIGSTOP')).toBeGreaterThan(5),
      back: () => folder.signal(frozen, 'SIGCONT'),
      silent: true,
    })
    await expectNothingLost(scene)
    await expectJobsDone()
  },
)

test('while only new connections freeze, no delivery waits for its answer', TIMEOUT, async () => {
  const scene = await openScene()
  const { load } = scene
  load.takeSlowest()
  const postmaster = [folder.postmaster()]
  expect(folder.signal(postmaster, 'SIGSTOP')).toBe(1)
  await sleep(AWAY_MS)
  folder.signal(postmaster, 'SIGCONT')
  const accepted = load.counts.accepted
  await waitFor('deliveries are accepted', () => load.counts.accepted > accepted, RETURN_MS)
  expect(load.takeSlowest()).toBeLessThan(MOST_MS)
  await expectNothingLost(scene)
  await expectJobsDone()
})

test('a stopped DATABASE_URL server that is started again is used again, without a restart', TIMEOUT, async () => {
  const start = () => startEmbeddedPostgres({ dataDir: folder.path, log: { info() {}, warn: console.warn } })
  let postgres = await start()
  toClose.push(() => postgres.stop())
  const scene = await openScene({ DATABASE_URL: postgres.url, SECRET_KEY })
  await goneFor(scene, {
    away: () => postgres.stop(),
    back: async () => {
      postgres = await start()
    },
    silent: false,
  })
  await expectNothingLost(scene)
  await expectJobsDone()
})

test(
  'a DATABASE_URL server that is cut off without a word, and then answers again, is used again',
  TIMEOUT,
  async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: { info() {}, warn: console.warn } })
    toClose.push(() => postgres.stop())
    const wire = await openWire(join(folder.path, 'run', '.s.PGSQL.5432'))
    toClose.push(() => wire.close())
    const scene = await openScene({ DATABASE_URL: `postgres://earmark@127.0.0.1:${wire.port}/earmark`, SECRET_KEY })
    await goneFor(scene, { away: () => wire.cut(), back: () => wire.mend(), silent: true })
    await expectNothingLost(scene)
  },
)
