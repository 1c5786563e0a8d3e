// How fast a file of contacts with tags is written, beside one INSERT … SELECT into the same tables and indexes; and how much memory it takes.
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../seeds/shop/random.ts'
import { systemActor } from '../server/access/actor.ts'
import { PART_BYTES, type Import, type ImportPreview } from '../server/imports/schema.ts'
import { newId } from '../server/lib/ids.ts'
import type { Operation } from '../server/operations/schema.ts'
import { createTag } from '../server/tags/tags.ts'
import { askedOf, type Asked } from './contacts-crowd.ts'
import { startServer } from './server-process.ts'

const PROMISED = 0.5
const PROMISED_MEGABYTES = 128
const TAGS = 200
const MOST_TAGS_EACH = 4

const FIRST = 'Ana João María 伟 秀英 محمد فاطمة James Olivia Иван Ольга प्रिया Zoé Íñigo 浩然 Núria'.split(' ')
const LAST = "Silva García 王 李 欧阳 حداد المصري Smith O'Brien Петров शर्मा Ibáñez Gonçalves 张 Müller Åberg".split(' ')

/** The file, in the form of our own export; filled up to so many bytes by a column that is not imported, as other systems have many. */
function fileOf(rows: number, tags: readonly string[], bytes = 0): Buffer {
  const own = linesOf(rows, tags, '')
  const missing = Math.floor((bytes - own.length) / rows)
  return missing > 1 ? linesOf(rows, tags, `,${'a note '.repeat(missing / 7 + 1).slice(0, missing - 1)}`) : own
}

function linesOf(rows: number, tags: readonly string[], more: string): Buffer {
  const random = seededRandom(rows)
  const lines = [`\ufeffPhone,Display name,Tags,First seen,Last seen${more && ',Notes'}\r\n`]
  const parts: Buffer[] = []
  for (let n = 0; n < rows; n++) {
    const carried = new Set(Array.from({ length: random.between(0, MOST_TAGS_EACH) }, () => random.pick(tags)))
    const last = Date.UTC(2026, 5, 1) - n * 20_000
    const first = last - random.between(0, 300) * 86_400_000
    lines.push(
      `+4915${String(100_000_000 + n)},${random.pick(FIRST)} ${random.pick(LAST)},${[...carried].join('|')},${new Date(first).toISOString()},${new Date(last).toISOString()}${more}\r\n`,
    )
    if (lines.length === 10_000) parts.push(Buffer.from(lines.splice(0).join('')))
  }
  return Buffer.concat([...parts, Buffer.from(lines.join(''))])
}

export async function benchImport(size: { rows: number; rounds: number; bytes: number }): Promise<void> {
  const { rows, rounds, bytes } = size
  const server = await startServer()
  const asked = await askedOf(server)
  const { pool, db } = server
  try {
    console.log(`\nImporting ${rows.toLocaleString('en')} rows with tags, ${rounds} times:`)
    const rates: Record<'ours' | 'bare', number> = { ours: 0, bare: 0 }
    for (let round = 0; round < rounds; round++) {
      const names = Array.from({ length: TAGS }, (_, n) => `Tag ${n}`)
      await pool.query('delete from tags where org_id = $1', [asked.orgId])
      await db.transaction().execute(async (tx) => {
        for (const name of names) await createTag(tx, systemActor(asked.orgId), { name, description: '', color: null })
      })
      const ours = await importOnce(asked, fileOf(rows, names, bytes))
      const bare = await writeBare(asked)
      rates.ours += ours / rounds
      rates.bare += bare / rounds
      await pool.query('delete from contacts where org_id = $1', [asked.orgId])
      await pool.query('vacuum')
    }
    console.log(
      `  writing ${rates.ours.toFixed(0)} rows a second; one INSERT … SELECT a table ${rates.bare.toFixed(0)}; ratio ${(rates.ours / rates.bare).toFixed(2)} (promised: at least ${PROMISED})`,
    )
  } finally {
    await server.stop()
  }
}

/** Sends, checks and writes a file; answers how many rows a second were written, once it was checked. */
async function importOnce(asked: Asked, file: Buffer): Promise<number> {
  const { server, get, post } = asked
  const before = server.memory()
  let most = before
  const watching = setInterval(() => (most = Math.max(most, server.memory())), 100)
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<{ done: T; seconds: number }> => {
    const began = performance.now()
    const done = await work()
    const seconds = (performance.now() - began) / 1000
    console.log(
      `  ${what} ${seconds.toFixed(1)} s, memory ${((most - before) / 1024).toFixed(0)} MB above its beginning at most`,
    )
    return { done, seconds }
  }
  const { id } = JSON.parse(
    (await post('/v1/imports', { file_name: 'bench.csv', file_bytes: file.length })).text,
  ) as Import
  await timed(`sending ${(file.length / 1e6).toFixed(0)} MB`, async () => {
    for (let n = 0; n * PART_BYTES < file.length; n++)
      await putPart(asked, `/v1/imports/${id}/parts/${n}`, file.subarray(n * PART_BYTES, (n + 1) * PART_BYTES))
  })
  const { done: preview } = await timed(
    'recognising',
    async () => JSON.parse((await get(`/v1/imports/${id}/preview`)).text) as ImportPreview,
  )
  const { encoding, separator, columns } = preview
  const { done: checked } = await timed('checking', async () => {
    await post(`/v1/imports/${id}/check`, { encoding, separator, columns })
    return until<Import>(asked, `/v1/imports/${id}`, ({ status }) => status !== 'checking')
  })
  if (checked.status !== 'checked') throw new Error(`The check ended with ${JSON.stringify(checked.error)}.`)
  const { done: operation, seconds } = await timed('writing', async () => {
    const begun = JSON.parse((await post(`/v1/imports/${id}/start`, {})).text) as Operation
    return until<Operation>(asked, `/v1/operations/${begun.id}`, ({ finished_at }) => finished_at !== null)
  })
  clearInterval(watching)
  if (operation.status !== 'done' || operation.created !== checked.result!.rows)
    throw new Error(`Not all was written: ${JSON.stringify(operation)}`)
  console.log(
    `  memory grew by at most ${((most - before) / 1024).toFixed(0)} MB (promised: at most ${PROMISED_MEGABYTES})`,
  )
  return operation.created / seconds
}

/**
 * What was imported, written once more into an organization of its own: the same rows of the same tables, ready as they are,
 * with one statement each.
 */
async function writeBare({ server: { pool }, orgId }: Asked): Promise<number> {
  const other = newId()
  await pool.query(`insert into organizations (id, slug, name) values ($1, $2, 'Bare')`, [other, other])
  await pool.query(
    `insert into tags (org_id, id, name, name_key, description, color) select $2, id, name, name_key, description, color from tags where org_id = $1`,
    [orgId, other],
  )
  const tables = {
    contacts: '',
    contact_identities: '',
    tag_assignments: 'id',
    events: 'id',
  }
  const client = await pool.connect()
  try {
    const statements: string[] = []
    for (const [table, own] of Object.entries(tables)) {
      const { rows } = await client.query<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname not in ('org_id', 'seq', $2)`,
        [table, own],
      )
      const names = rows.map(({ name }) => name).join(', ')
      const kinds = table === 'events' ? `and kind in ('contact.created', 'contact.tag_added')` : ''
      await client.query(
        `create temp table staged_${table} as select ${names} from ${table} where org_id = '${orgId}' ${kinds}`,
      )
      statements.push(`insert into ${table} (org_id, ${names}) select '${other}', ${names} from staged_${table}`)
    }
    statements.push(
      `insert into tag_counts (org_id, tag_id, change) select '${other}', tag_id, count(*) from staged_tag_assignments group by tag_id`,
    )
    const began = performance.now()
    await client.query('begin')
    const counts: number[] = []
    for (const statement of statements) counts.push((await client.query(statement)).rowCount!)
    await client.query('commit')
    const seconds = (performance.now() - began) / 1000
    console.log(`  the same rows by INSERT … SELECT ${seconds.toFixed(1)} s`)
    await client.query('delete from organizations where id = $1', [other])
    return counts[0]! / seconds
  } finally {
    client.release(true)
  }
}

async function until<T>({ get }: Asked, path: string, isEnd: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = JSON.parse((await get(path)).text) as T
    if (isEnd(answer)) return answer
    await sleep(200)
  }
}

function putPart({ server, headers }: Asked, path: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port: server.port,
        path,
        method: 'PUT',
        headers: { ...headers, 'earmark-request': 'bench', 'content-type': 'text/csv', 'content-length': body.length },
      },
      (response) => {
        response.resume()
        response.on('end', () =>
          response.statusCode === 204 ? resolve() : reject(new Error(`A part was answered ${response.statusCode}.`)),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
