// The database is killed under load, while customers write and agents answer: no message is lost, none is doubled.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startEmbeddedPostgres } from '../../server/lib/postgres.ts'
import { openGraph, type Graph } from '../help/graph.ts'
import { startAnswering } from './answering.ts'
import { makeDataFolder, type DataFolder } from './data-folder.ts'
import { startLoad } from './load.ts'
import { openRandom } from './random.ts'
import { BOOTSTRAP, sayLine, startServer, type ServerProcess } from './server-process.ts'
import { openShop } from './shop.ts'
import { allInterpreted, differences } from './truth.ts'

const RESTARTS = 3

let folder: DataFolder
let graph: Graph
let server: ServerProcess | undefined
let postgres: { url: string; stop(): Promise<void> } | undefined

beforeEach(async () => {
  folder = makeDataFolder()
  graph = await openGraph()
})
afterEach(async () => {
  await server?.stop()
  await postgres?.stop()
  await graph.close()
  await folder.remove()
})

test(
  'while the database is killed and started again, what customers and agents write is there once, and is sent once, in order',
  { timeout: 240_000 },
  async () => {
    const startPostgres = () => startEmbeddedPostgres({ dataDir: folder.path, log: { info() {}, warn: console.warn } })
    postgres = await startPostgres()
    graph.mishap = () => ({ takes_after_ms: 20 })
    server = startServer({
      dataDir: folder.path,
      env: {
        ...BOOTSTRAP,
        DATABASE_URL: postgres.url,
        SECRET_KEY: 'a secret key for faults only',
        GRAPH_API_URL: graph.url,
        ALLOW_PRIVATE_ADDRESSES: '127.0.0.1/32',
      },
    })
    const url = await server.ready
    const shop = await openShop(url, { accessToken: graph.token })
    const load = startLoad({
      shop,
      random: openRandom(),
      customers: 40,
      connections: 3,
      pauseMs: 60,
      urls: () => [url],
    })
    const first = await folder.openDatabase()
    const open = await vi.waitFor(
      async () => {
        const { rows } = await sql<{ id: string }>`select id from conversations`.execute(first.db)
        expect(rows.length).toBeGreaterThan(30)
        return rows.map(({ id }) => id)
      },
      { timeout: 30_000, interval: 50 },
    )
    await first.pool.end()
    const answering = await startAnswering(url, shop, open.slice(0, 20), { pauseMs: 150 })
    for (let n = 0; n < RESTARTS; n++) {
      const [accepted, sent] = [load.counts.accepted, graph.messages.length]
      await vi.waitFor(
        () => {
          expect(load.counts.accepted).toBeGreaterThan(accepted + 20)
          expect(graph.messages.length).toBeGreaterThan(sent + 40)
        },
        { timeout: 60_000, interval: 20 },
      )
      // As when it crashes: it ends every connection in the middle of what it does.
      expect(folder.signal([folder.postmaster()], 'SIGQUIT')).toBe(1)
      await sleep(1500)
      await postgres.stop()
      postgres = await startPostgres()
    }
    await answering.finish()
    await load.finish()
    const { db, pool } = await folder.openDatabase()
    try {
      await allInterpreted(db, 60_000)
      await vi.waitFor(
        async () => {
          const { rows } = await sql`select 1 from outgoing_messages where state in ('waiting', 'sending')`.execute(db)
          expect(rows).toEqual([])
        },
        { timeout: 60_000, interval: 100 },
      )
      expect(await differences(db, load)).toEqual([])

      const { rows } = await sql<{ conversation_id: string; text: string; state: string }>`
        select m.conversation_id, m.text, o.state from messages m join outgoing_messages o on o.org_id = m.org_id and o.message_id = m.id
        where m.direction = 'out' order by m.id`.execute(db)
      const asked = graph.requests.map(({ text }) => text)
      const uncertain = new Set(rows.filter(({ state }) => state === 'uncertain').map(({ text }) => text))
      console.log(
        `${RESTARTS} restarts: ${load.counts.accepted} deliveries, ${rows.length} messages written, ${answering.repeats()} calls repeated, ${uncertain.size} uncertain`,
      )
      for (const [id, texts] of answering.written) {
        expect(rows.filter(({ conversation_id }) => conversation_id === id).map(({ text }) => text)).toEqual(texts)
        const mine = asked.filter((text) => text.startsWith(id))
        expect(mine).toEqual(texts.filter((text) => mine.includes(text)))
        // Handed over once; of what is uncertain nobody knows.
        expect(texts.filter((text) => !mine.includes(text) && !uncertain.has(text))).toEqual([])
      }
      expect(rows.filter(({ state }) => state !== 'accepted' && state !== 'uncertain')).toEqual([])
    } finally {
      await pool.end()
    }
    expect(server.complaints.filter(({ level }) => level === 'fatal').map(sayLine)).toEqual([])
  },
)
