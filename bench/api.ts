// How fast other systems tag and find contacts with a key, beside the same statements behind the same HTTP server without our code.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemActor } from '../server/access/actor.ts'
import { createApiKey } from '../server/api-keys/keys.ts'
import { fillCrowd } from '../seeds/crowd.ts'
import { benchEvents } from './api-events.ts'
import { benchImport } from './api-import.ts'
import { askedOf } from './contacts-crowd.ts'
import { load, type Call } from './load.ts'
import { portIn, spawnNode, startServer } from './server-process.ts'

const CONNECTIONS = 16
const PROMISED = 0.5
const PER_MINUTE = 600_000

export async function benchApi(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      contacts: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '6' },
      rows: { type: 'string', default: '100000' },
      megabytes: { type: 'string', default: '0' },
      /** The whole, or `events` or `import` alone. */
      only: { type: 'string' },
    },
  })
  if (values.only === 'events') return benchEvents()
  if (values.only === undefined || values.only === 'import')
    await benchImport({
      rows: Number(values.rows),
      rounds: values.only === undefined ? 1 : Number(values.rounds),
      bytes: Number(values.megabytes) * 1e6,
    })
  if (values.only === 'import') return
  const server = await startServer()
  const { orgId } = await askedOf(server)
  await fillCrowd(server.db, orgId, Number(values.contacts))
  const { secret } = await server.db.transaction().execute((tx) =>
    createApiKey(tx, systemActor(orgId), {
      name: 'Bench',
      kind: 'third_party',
      scopes: ['contacts:read', 'contacts:write'],
      expires_at: null,
      allowed_ips: null,
      per_minute: PER_MINUTE,
    }),
  )
  const { rows: contacts } = await server.pool.query<{ id: string; phone: string }>(
    `select id, phone from contacts where org_id = $1 and phone is not null order by id`,
    [orgId],
  )
  const { rows: tags } = await server.pool.query<{ id: string }>(
    'select id from tags where org_id = $1 and deleted_at is null order by id limit 20',
    [orgId],
  )
  const file = join(server.dataDir, 'api-baseline.json')
  const baseline = spawnNode('./api-baseline.ts', {}, [file, server.dataDir, orgId])
  let n = randomBytes(2).readUInt16LE()
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
  const contact = () => contacts[(n++ * 7919) % contacts.length]!
  // Each contact in its turn gets another tag, so that nearly every call changes something.
  const tagging = (): Call => ({
    path: `/v1/contacts/${contact().id}/tags`,
    headers,
    body: Buffer.from(JSON.stringify({ add: [tags[Math.floor(n / contacts.length) % tags.length]!.id] })),
  })
  const finding = (): Call => ({
    method: 'GET',
    path: `/v1/contacts/by-phone?phone=${encodeURIComponent(contact().phone)}`,
    headers,
    body: Buffer.alloc(0),
  })
  try {
    const port = await portIn(file, baseline)
    console.log(
      `\n${Number(values.contacts).toLocaleString('en')} contacts, ${CONNECTIONS} connections, interleaved rounds of ${values.seconds} s:`,
    )
    for (const [what, next] of [
      ['POST /v1/contacts/{id}/tags', tagging],
      ['GET /v1/contacts/by-phone', finding],
    ] as const) {
      const rates: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] }
      await load(server.port, { connections: CONNECTIONS, seconds: 2, next })
      await load(port, { connections: CONNECTIONS, seconds: 2, next })
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const [name, at] of [
          ['ours', server.port],
          ['bare', port],
        ] as const) {
          const result = await load(at, { connections: CONNECTIONS, seconds: Number(values.seconds), next })
          if (result.other > 0) throw new Error(`${result.other} calls of ${what} were refused.`)
          rates[name].push(result.ok / result.seconds)
        }
      }
      const [ours, bare] = [median(rates.ours), median(rates.bare)]
      console.log(
        `  ${what.padEnd(30)} ${ours.toFixed(0)} a second; the same statements alone ${bare.toFixed(0)}; ratio ${(ours / bare).toFixed(2)} (median; promised: at least ${PROMISED})`,
      )
    }
  } finally {
    baseline.kill()
    await server.stop()
  }
  await benchEvents()
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
