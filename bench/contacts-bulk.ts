// What a change of tags of many contacts costs, beside the bare statements for it, and what it costs everybody else.
import type { startOperation } from '../server/operations/schema.ts'
import type { RouteOk } from '../server/lib/route.ts'
import { newId } from '../server/lib/ids.ts'
import { at, mb, ms, type Crowd } from './contacts-crowd.ts'
import type { BenchServer } from './server-process.ts'

const CONTACTS = 100_000
/** As many contacts in a transaction as the operation takes. */
const BATCH = 500
const ROUNDS = 3
const OTHERS_SECONDS = 8

export async function benchBulk(crowd: Crowd): Promise<void> {
  const { server, orgId } = crowd
  const wanted = Math.min(CONTACTS, Math.floor(crowd.size / 2))
  const { rows } = await server.pool.query<{ first_seen_at: string }>(
    'select first_seen_at from contacts where org_id = $1 order by first_seen_at desc offset $2 limit 1',
    [orgId, wanted - 1],
  )
  const from = rows[0]!.first_seen_at
  console.log(
    `\nOne tag on the ${wanted.toLocaleString('en')} contacts first seen last, beside the bare statements in the same batches of ${BATCH}:`,
  )
  const quiet = await timesOfOthers(crowd, { until: sleepUntil(OTHERS_SECONDS * 1000) })
  const seconds: Record<'bare' | 'operation', number[]> = { bare: [], operation: [] }
  const busy: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const bareTag = await makeTag(server, orgId, `bare ${round}`)
    const ourTag = await makeTag(server, orgId, `operation ${round}`)
    const bare = async () => seconds.bare.push(await bareStatements(server, orgId, bareTag, from))
    const ours = async () => seconds.operation.push(await operation(crowd, ourTag, from, wanted))
    // The second of two finds longer arrays and fuller indexes: each is second in its turn.
    await (round % 2 ? ours().then(bare) : bare().then(ours))
    console.log(
      `  bare ${seconds.bare.at(-1)!.toFixed(1)} s, operation ${seconds.operation.at(-1)!.toFixed(1)} s, memory of the server ${mb(server.memory())} MB`,
    )
    const tag = await makeTag(server, orgId, `beside others ${round}`)
    busy.push(...(await timesOfOthers(crowd, { until: operation(crowd, tag, from, wanted) })))
  }
  const [bare, ours] = [at(seconds.bare, 0.5), at(seconds.operation, 0.5)]
  console.log(`  ratio ${(ours / bare).toFixed(2)} (medians; promised: 1.5)`)
  const [before, during] = [at(quiet, 0.95), at(busy, 0.95)]
  console.log(
    `  other requests, one at a time: p95 ${ms(before)} ms without it (${quiet.length}), ${ms(during)} ms meanwhile (${busy.length}); ratio ${(during / before).toFixed(2)} (promised: 2)`,
  )
}

async function makeTag(server: BenchServer, orgId: string, name: string): Promise<string> {
  const id = newId()
  const unique = `${name} ${id.slice(-6)}`
  await server.pool.query('insert into tags (org_id, id, name, name_key, description) values ($1, $2, $3, $3, $4)', [
    orgId,
    id,
    unique,
    'Made for measuring.',
  ])
  return id
}

/** Assignments, arrays of tags and events, and nothing else: what any design has to write. */
async function bareStatements(server: BenchServer, orgId: string, tagId: string, from: string): Promise<number> {
  const started = performance.now()
  const client = await server.pool.connect()
  try {
    const { rows } = await client.query<{ id: string }>(
      'select id from contacts where org_id = $1 and first_seen_at >= $2 order by id',
      [orgId, from],
    )
    for (let n = 0; n < rows.length; n += BATCH) {
      const ids = rows.slice(n, n + BATCH).map((row) => row.id)
      await client.query('begin')
      await client.query({
        name: 'bare-assignments',
        text: `insert into tag_assignments (org_id, contact_id, tag_id, added_at, added_source, added_actor_kind, added_actor_id, added_actor_name)
          select $1, id, $2, now(), 'manual_admin', 'user', 'bench', 'Bench' from unnest($3::uuid[]) as id`,
        values: [orgId, tagId, ids],
      })
      await client.query({
        name: 'bare-arrays',
        text: 'update contacts set tag_ids = tag_ids || $2::uuid where org_id = $1 and id = any($3::uuid[])',
        values: [orgId, tagId, ids],
      })
      await client.query({
        name: 'bare-events',
        text: `insert into events (org_id, kind, contact_id, tag_id, actor_kind, actor_id, actor_name, source)
          select $1, 'contact.tag_added', id, $2, 'user', 'bench', 'Bench', 'manual_admin' from unnest($3::uuid[]) as id`,
        values: [orgId, tagId, ids],
      })
      await client.query('commit')
    }
  } finally {
    client.release()
  }
  return (performance.now() - started) / 1000
}

/** From asking for it until it is done, as an administrator sees it. */
async function operation({ post, get }: Crowd, tagId: string, from: string, expected: number): Promise<number> {
  const started = performance.now()
  const body = { filter: { first_seen_from: from }, add: [tagId], expected }
  const { id } = JSON.parse((await post('/v1/operations', body)).text) as RouteOk<typeof startOperation>
  for (;;) {
    const { status, changed } = JSON.parse((await get(`/v1/operations/${id}`)).text) as RouteOk<typeof startOperation>
    if (status === 'done') {
      if (Math.abs(changed - expected) > expected / 100) throw new Error(`Changed ${changed}, expected ${expected}.`)
      return (performance.now() - started) / 1000
    }
    if (status !== 'waiting' && status !== 'running') throw new Error(`The operation is ${status}.`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const sleepUntil = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** What a colleague does meanwhile: pages of the list with common filters, and single contacts. */
async function timesOfOthers({ open, shapes }: Crowd, { until }: { until: Promise<unknown> }): Promise<number[]> {
  const get = open()
  const names = ['none', 'common tag', 'middle tag', 'part of a name, common', 'part of a phone']
  const chosen = shapes.filter((shape) => names.includes(shape.name))
  const times: number[] = []
  let ended = false
  void until.finally(() => (ended = true))
  for (let n = 0; !ended; n++) {
    const page = await get(`/v1/contacts?limit=50&${chosen[n % chosen.length]!.query(n)}`)
    const [first] = (JSON.parse(page.text) as { contacts: { id: string }[] }).contacts
    times.push(page.ms)
    if (first) times.push((await get(`/v1/contacts/${first.id}`)).ms)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await until
  return times
}
