// A server is killed while it reads a file of contacts and while it writes it: the next one goes on, and nothing is lost or doubled.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { PART_BYTES, type Import, type ImportPreview } from '../../server/imports/schema.ts'
import type { Operation } from '../../server/operations/schema.ts'
import { makeDataFolder } from './data-folder.ts'
import { ask } from './http.ts'
import { BOOTSTRAP, startServer, type ServerProcess } from './server-process.ts'
import { openShop, type Shop } from './shop.ts'

const ROWS = 12_000
const WITHIN_MS = 120_000

const folder = makeDataFolder()
let server: ServerProcess
afterAll(async () => {
  await server.stop()
  await folder.remove()
})

/** Every second row has a tag, every fourth two. */
const file = Buffer.from(
  `Phone,Name,Tags\n${Array.from({ length: ROWS }, (_, n) => `+4915${100_000_000 + n},N${n},${n % 4 === 0 ? 'A|B' : n % 2 === 0 ? 'A' : ''}\n`).join('')}`,
)

async function killAndStart(): Promise<string> {
  server.child.kill('SIGKILL')
  await server.ended
  server = startServer({ dataDir: folder.path })
  return server.ready
}

async function call<T>(shop: Shop, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const answer = await shop.call(server.url()!, method, path, body)
  if (answer === null || answer.status >= 300) throw new Error(`${method} ${path}: ${answer?.status} ${answer?.body}`)
  return JSON.parse(answer.body) as T
}

async function until<T>(shop: Shop, path: string, isSo: (answer: T) => boolean): Promise<T> {
  for (const end = performance.now() + WITHIN_MS; performance.now() < end; await sleep(5)) {
    const answer = await call<T>(shop, 'GET', path)
    if (isSo(answer)) return answer
  }
  throw new Error(`${path} did not come so far.`)
}

test(
  'a server killed while it reads a file, and two while they write it, leave each row written once',
  { timeout: 3 * WITHIN_MS },
  async () => {
    server = startServer({ dataDir: folder.path, env: BOOTSTRAP })
    const shop = await openShop(await server.ready)
    for (const name of ['A', 'B']) await call(shop, 'POST', '/v1/tags', { name })
    const { id } = await call<Import>(shop, 'POST', '/v1/imports', { file_name: 'a.csv', file_bytes: file.length })
    for (let n = 0; n * PART_BYTES < file.length; n++) {
      const body = file.subarray(n * PART_BYTES, (n + 1) * PART_BYTES)
      const headers = { ...shop.headers, 'content-type': 'text/csv' }
      const answer = await ask(`${server.url()}/v1/imports/${id}/parts/${n}`, { method: 'PUT', headers, body })
      expect(answer?.status).toBe(204)
    }
    const { encoding, separator, columns } = await call<ImportPreview>(shop, 'GET', `/v1/imports/${id}/preview`)
    await call(shop, 'POST', `/v1/imports/${id}/check`, { encoding, separator, columns })
    await until<Import>(shop, `/v1/imports/${id}`, ({ read_rows: read }) => read > 0)
    await killAndStart()
    const checked = await until<Import>(shop, `/v1/imports/${id}`, ({ status }) => status !== 'checking')
    expect(checked).toMatchObject({ status: 'checked', result: { rows: ROWS, created: ROWS, tags_added: ROWS * 0.75 } })

    const { id: operationId } = await call<Operation>(shop, 'POST', `/v1/imports/${id}/start`, {})
    const stoppedAt: number[] = []
    for (const least of [1, ROWS / 2]) {
      const { done } = await until<Operation>(shop, `/v1/operations/${operationId}`, (now) => now.done >= least)
      stoppedAt.push(done)
      await killAndStart()
    }
    expect(stoppedAt.every((done) => done < ROWS)).toBe(true)
    const ended = await until<Operation>(shop, `/v1/operations/${operationId}`, (now) => now.finished_at !== null)
    expect(ended).toMatchObject({ status: 'done', matched: ROWS, done: ROWS, created: ROWS, failed: 0 })

    const { pool } = await folder.openDatabase()
    try {
      const { rows } = await pool.query(`
        select (select count(*)::int from contacts) as contacts, (select count(distinct phone)::int from contacts) as phones,
          (select count(*)::int from contact_identities) as identities, (select count(*)::int from tag_assignments) as assignments,
          (select sum(change)::int from tag_counts) as counted, (select sum(cardinality(tag_ids))::int from contacts) as carried,
          (select count(*)::int from events where kind = 'contact.created') as told, (select count(*)::int from events where kind = 'contact.tag_added') as tags_told,
          (select count(*) - count(distinct seq) from events where seq is not null)::int as numbered_twice`)
      const tags = ROWS * 0.75
      expect(rows).toEqual([
        { contacts: ROWS, phones: ROWS, identities: ROWS, told: ROWS, assignments: tags, counted: tags, carried: tags, tags_told: tags, numbered_twice: 0 }, // prettier-ignore
      ])
    } finally {
      await pool.end()
    }
    const undone = await call<Operation>(shop, 'POST', `/v1/operations/${operationId}/undo`, {})
    await until<Operation>(shop, `/v1/operations/${undone.id}`, (now) => now.finished_at !== null)
    expect(await call(shop, 'GET', '/v1/contacts')).toMatchObject({ contacts: [] })
  },
)
