// Servers and their PostgreSQL are killed a hundred times while customers write: what was answered 200 is neither lost nor doubled.
import { afterAll, expect, test } from 'vitest'
import { sql } from 'kysely'
import { makeDataFolder } from './data-folder.ts'
import { startKilling, type Killing } from './killing.ts'
import { startLoad } from './load.ts'
import { openRandom } from './random.ts'
import { BOOTSTRAP, sayLine, startServer } from './server-process.ts'
import { openShop } from './shop.ts'
import { startTagging } from './tagging.ts'
import { allInterpreted, differences } from './truth.ts'

const KILLS = 110
const WITHIN_MS = 400_000

const folder = makeDataFolder()
let killing: Killing | undefined
afterAll(async () => {
  await killing?.stop()
  await folder.remove()
})

test(
  'of a hundred kills of servers and PostgreSQL under load, none loses or doubles a message that was answered 200',
  { timeout: WITHIN_MS + 120_000 },
  async () => {
    const random = openRandom()
    const first = startServer({ dataDir: folder.path, env: BOOTSTRAP })
    const url = await first.ready
    const second = startServer({ dataDir: folder.path })
    await second.ready
    const shop = await openShop(url)

    let urls = () => [first, second].map((server) => server.url()).filter((address) => address !== null)
    const load = startLoad({ shop, random, customers: 400, connections: 6, pauseMs: 20, urls: () => urls() })
    const tagging = await startTagging({
      shop,
      random,
      people: 2,
      urls: () => urls(),
      contactIds: await someContacts(40),
    })

    const began = performance.now()
    killing = startKilling([first, second], {
      folder,
      random,
      kills: KILLS,
      withinMs: WITHIN_MS,
      accepted: () => load.counts.accepted,
    })
    urls = killing.urls
    await killing.over
    const tookMs = performance.now() - began
    await tagging.finish()
    await load.finish()

    const { db, pool } = await folder.openDatabase()
    try {
      const deliveries = await allInterpreted(db, 60_000)
      report(killing, tookMs, {
        'deliveries answered 200': load.counts.accepted,
        'and stored': deliveries,
        'not answered 200': JSON.stringify(Object.fromEntries(load.counts.refused)),
        'slowest answer, ms': load.takeSlowest(),
        messages: load.customers.reduce((sum, { messages }) => sum + messages.length, 0),
        'changes of tags': tagging.changes(),
      })
      expect(await differences(db, load, tagging)).toEqual([])
    } finally {
      await pool.end()
    }
    expect(killing.total()).toBeGreaterThanOrEqual(100)
    expect(killing.underLoad()).toBeGreaterThanOrEqual(60)
    expect(
      killing.complaints
        .filter(({ msg }) => /could not be interpreted|nobody caught|job runner stopped/.test(msg))
        .map((line) => [sayLine(line), line.err?.stack]),
    ).toEqual([])
    expect(await killing.stop()).toEqual([0, 0])
    expect(folder.postgresProcesses()).toEqual([])
  },
)

async function someContacts(count: number): Promise<string[]> {
  const { db, pool } = await folder.openDatabase()
  try {
    for (;;) {
      const { rows } = await sql<{ id: string }>`select id from contacts order by id limit ${count}`.execute(db)
      if (rows.length === count) return rows.map(({ id }) => id)
    }
  } finally {
    await pool.end()
  }
}

function report(
  { kills, total, underLoad, startMs, recoveryMs, endedByThemselves, complaints }: Killing,
  tookMs: number,
  more: Record<string, unknown>,
): void {
  const middle = (times: number[]) =>
    `${Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0)} (most ${Math.round(Math.max(0, ...times))})`
  const said = new Map<string, number>()
  for (const line of complaints) said.set(sayLine(line), (said.get(sayLine(line)) ?? 0) + 1)
  console.log(
    Object.entries({
      kills: `${total()} in ${Math.round(tookMs / 1000)} s, ${JSON.stringify(kills)}`,
      'after which something was stored before the next': underLoad(),
      'ms from start to listening': middle(startMs),
      'ms from the end of PostgreSQL to its return': middle(recoveryMs),
      ...more,
      'servers that ended by themselves':
        endedByThemselves.length === 0
          ? 0
          : `${endedByThemselves.length}\n  ${endedByThemselves.slice(0, 20).join('\n  ')}`,
      'warnings and errors': `\n  ${[...said]
        .toSorted((a, b) => b[1] - a[1])
        .slice(0, 30)
        .map(([line, times]) => `${times} × ${line}`)
        .join('\n  ')}`,
    })
      .map(([name, value]) => `${name}: ${String(value)}`)
      .join('\n'),
  )
}
