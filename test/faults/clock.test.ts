// The clock jumps forward and back by hours and weeks while customers write: nothing is lost, and nobody was seen in the future.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { openDatabase, type Database } from '../../server/lib/db.ts'
import { startEmbeddedPostgres } from '../../server/lib/postgres.ts'
import { openClock } from './help/clock.ts'
import { makeDataFolder } from './help/data-folder.ts'
import { startLoad, type Load } from './help/load.ts'
import { openRandom } from './help/random.ts'
import { BOOTSTRAP, sayLine, startServer, type ServerOptions, type ServerProcess } from './help/server-process.ts'
import { openShop } from './help/shop.ts'
import { allInterpreted, differences } from './help/truth.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** How far the clock is ahead, in the order of its jumps: within a day, beyond every partition that was made, far back. */
const JUMPS = [3 * HOUR, 2 * DAY, -5 * HOUR, 8 * DAY, -1 * DAY, 40 * DAY, -40 * DAY, 400 * DAY, 0]
/** How far it is ahead while a server starts, which makes and drops partitions by it. */
const STARTS = [20 * DAY, -3 * DAY, 60 * DAY, 0]

const folder = makeDataFolder()
let server: ServerProcess | undefined
const close: (() => Promise<void>)[] = []
afterEach(async () => {
  await server?.stop()
  for (const each of close.toReversed()) await each()
  await folder.remove()
})

test(
  'whatever the clock does between deliveries, each is taken in once, and nobody is seen later than received',
  { timeout: 180_000 },
  async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: { info() {}, warn: console.warn } })
    close.push(() => postgres.stop())
    const { pool } = openDatabase(postgres.url, { max: 2 })
    close.push(() => pool.end())
    const clock = await openClock(pool, folder.path)
    const options: ServerOptions = {
      dataDir: folder.path,
      env: { ...BOOTSTRAP, ...clock.env, DATABASE_URL: postgres.url, SECRET_KEY: 'a secret key for faults only' },
    }
    server = startServer(options)
    let url: string | null = await server.ready
    const shop = await openShop(url)
    const load = startLoad({
      shop,
      random: openRandom(),
      customers: 100,
      connections: 4,
      pauseMs: 10,
      urls: () => (url === null ? [] : [url]),
    })
    await someMore(load)

    for (const aheadMs of JUMPS) {
      await clock.set(aheadMs)
      await someMore(load)
    }
    for (const aheadMs of STARTS) {
      await clock.set(aheadMs)
      url = null
      expect(await server.stop()).toBe(0)
      server = startServer(options)
      url = await server.ready
      await someMore(load)
    }
    await load.finish()

    const database: Database = openDatabase(postgres.url, { max: 2 })
    close.push(() => database.pool.end())
    const { db } = database
    await allInterpreted(db, 30_000)
    expect(await differences(db, load, { deliveriesDropped: true })).toEqual([])
    expect(await seenInTheFuture(database)).toEqual([])
    const { rows } = await sql<{
      partition: string
      deliveries: number
    }>`select tableoid::regclass::text as partition, count(*)::int as deliveries from deliveries group by 1 order by 1`.execute(
      db,
    )
    console.log(rows.map(({ partition, deliveries }) => `${partition}: ${deliveries}`).join(', '))
    expect(rows.map(({ partition }) => partition)).toContain('deliveries_default')
    expect(rows.length).toBeGreaterThan(2)
    expect([...load.counts.refused.keys()].filter((status) => status !== 0)).toEqual([])
    expect(server.complaints.filter(({ level }) => level !== 'warn').map(sayLine)).toEqual([])
  },
)

/** Deliveries before and after, so that every jump comes in the middle of some. */
async function someMore(load: Load): Promise<void> {
  const before = load.counts.accepted
  while (load.counts.accepted < before + 60) await sleep(10)
}

/** Contacts whose first or last seen is not a time at which something of theirs had been received. */
async function seenInTheFuture({ db }: Database): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select c.id from contacts c where c.last_seen_at > (select max(m.received_at) from messages m where m.org_id = c.org_id and m.contact_id = c.id)
      or c.first_seen_at > (select min(m.received_at) from messages m where m.org_id = c.org_id and m.contact_id = c.id)
      or exists (select 1 from messages m where m.org_id = c.org_id and m.contact_id = c.id and m.sent_at > m.received_at)`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}
