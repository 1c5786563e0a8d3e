// Two servers share a data folder, and the same delivery reaches both at once, more than once: it counts once.
import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { makeDataFolder } from './help/data-folder.ts'
import { BOOTSTRAP, startServer, type ServerProcess } from './help/server-process.ts'
import { composeMessage, deliver, openShop } from './help/shop.ts'
import { allInterpreted } from './help/truth.ts'

const DELIVERIES = 60
const COPIES = 3

const folder = makeDataFolder()
const servers: ServerProcess[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await folder.remove()
})

test(
  'a delivery posted three times at once to two servers is stored each time and taken in once',
  { timeout: 120_000 },
  async () => {
    const first = startServer({ dataDir: folder.path, env: BOOTSTRAP })
    servers.push(first)
    const url = await first.ready
    const second = startServer({ dataDir: folder.path })
    servers.push(second)
    const urls = [url, await second.ready]
    const shop = await openShop(url)

    // Every one from a customer who was never seen before, known by a phone, an id, or both.
    const bodies = Array.from({ length: DELIVERIES }, (_, n) => {
      const ids = [
        { phone: `49151200000${n}` },
        { bsuid: `DE.TWICE${n}` },
        { phone: `49151200000${n}`, bsuid: `DE.TWICE${n}` },
      ][n % 3]!
      return composeMessage({ id: `wamid.same${n}`, ids, name: `Ana ${n}`, text: 'hola', at: new Date() })
    })
    const answers = await Promise.all(
      bodies.flatMap((body, n) =>
        Array.from({ length: COPIES }, (_, copy) => deliver(urls[(n + copy) % 2]!, shop, body)),
      ),
    )
    expect(new Set(answers)).toEqual(new Set([200]))

    const { db, pool } = await folder.openDatabase()
    try {
      expect(await allInterpreted(db, 30_000)).toBe(DELIVERIES * COPIES)
      const { rows } = await sql`
      select (select count(*)::int from messages) as messages, (select count(distinct wa_message_id)::int from messages) as different,
        (select count(*)::int from contacts) as contacts, (select count(*)::int from contact_identities) as identities,
        (select count(*)::int from events where kind = 'contact.created') as created, (select count(*)::int from contact_conflicts) as conflicts,
        (select count(*)::int from deliveries where problem is not null or failures > 0) as problems`.execute(db)
      expect(rows).toEqual([
        {
          messages: DELIVERIES,
          different: DELIVERIES,
          contacts: DELIVERIES,
          identities: DELIVERIES + DELIVERIES / 3,
          created: DELIVERIES,
          conflicts: 0,
          problems: 0,
        },
      ])
    } finally {
      await pool.end()
    }
    expect(servers.map((server) => server.alive())).toEqual([true, true])
  },
)
