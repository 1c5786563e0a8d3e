// How long the list, its count, its export and bulk changes take with a million contacts, beside the least that any list must do.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { benchBulk } from './contacts-bulk.ts'
import { benchConsole } from './contacts-console.ts'
import { at, ms, openCrowd, type Crowd } from './contacts-crowd.ts'
import { benchExport } from './contacts-export.ts'
import type { Shape } from './contacts-shapes.ts'

const SMALL = 10_000
const PAGE = 50
const WARM_UP = 20

export async function benchContacts(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      contacts: { type: 'string', default: '1000000' },
      requests: { type: 'string', default: '200' },
      only: { type: 'string', default: 'list,count,export,console,bulk,cold' },
      keep: { type: 'string' },
    },
  })
  const parts = values.only.split(',')
  const requests = Number(values.requests)
  const big = await openCrowd(Number(values.contacts), values.keep)
  const small = parts.includes('list') ? await openCrowd(SMALL, undefined) : null
  try {
    if (small) await benchList(big, small, requests)
    if (parts.includes('count')) await benchCount(big, Math.ceil(requests / 10))
    if (parts.includes('export')) await benchExport(big)
    if (parts.includes('console')) await benchConsole(big)
    if (parts.includes('bulk')) await benchBulk(big)
    if (parts.includes('cold')) await benchCold(big)
  } finally {
    await big.server.stop()
    await small?.server.stop()
  }
}

const idsIn = (text: string): string =>
  (JSON.parse(text) as { contacts: { id: string }[] }).contacts.map((contact) => contact.id).join(',')

async function benchList(big: Crowd, small: Crowd, requests: number): Promise<void> {
  console.log(
    `\nPages of ${PAGE}, p95 of ${requests} warmed requests each in ms; beside the same contacts by their ids:`,
  )
  console.log(
    `  ${'shape'.padEnd(44)}${'p50'.padStart(7)}${'p95'.padStart(7)}${'by ids'.padStart(8)}${'ratio'.padStart(7)}  of ${SMALL.toLocaleString('en')}${'ratio'.padStart(7)}`,
  )
  for (const [n, shape] of big.shapes.entries()) {
    const times: Record<'big' | 'ids' | 'small', number[]> = { big: [], ids: [], small: [] }
    for (let i = -WARM_UP; i < requests; i++) {
      const page = await big.get(listPath(shape, i + WARM_UP))
      const same = await big.get(`/v1/bench/contacts?ids=${idsIn(page.text)}`)
      const few = await small.get(listPath(small.shapes[n]!, i + WARM_UP))
      if (i < 0) continue
      times.big.push(page.ms)
      times.ids.push(same.ms)
      times.small.push(few.ms)
    }
    const [p95, ids, few] = [at(times.big, 0.95), at(times.ids, 0.95), at(times.small, 0.95)]
    const [allowed, allowedOfSmall] = shape.slower ? [15, 10] : [5, 3]
    const verdict = p95 / ids <= allowed && p95 / few <= allowedOfSmall ? '' : `  above ${allowed} or ${allowedOfSmall}`
    console.log(
      `  ${shape.name.padEnd(44)}${ms(at(times.big, 0.5))}${ms(p95)}${ms(ids, 8)}${(p95 / ids).toFixed(1).padStart(7)}${ms(few, 11)}${(p95 / few).toFixed(1).padStart(7)}${verdict}`,
    )
  }
}

const listPath = (shape: Shape, n: number) => `/v1/contacts?limit=${PAGE}&${shape.query(n)}`

async function benchCount(crowd: Crowd, requests: number): Promise<void> {
  console.log(`\nThe exact count, median of ${requests} in ms, beside a bare count(*) of the organization's contacts:`)
  const seen = new Set<string>()
  for (const shape of crowd.shapes) {
    const times: Record<'count' | 'bare', number[]> = { count: [], bare: [] }
    const key = shape.countedAs ?? shape.name
    if (seen.has(key)) continue
    seen.add(key)
    for (let i = -3; i < requests; i++) {
      const count = await crowd.get(`/v1/contacts/count?${shape.query(i + 3, true)}`)
      const started = performance.now()
      await crowd.server.pool.query('select count(*) from contacts where org_id = $1', [crowd.orgId])
      if (i < 0) continue
      times.count.push(count.ms)
      times.bare.push(performance.now() - started)
    }
    const [count, bare] = [at(times.count, 0.5), at(times.bare, 0.5)]
    console.log(`  ${key.padEnd(44)}${ms(count)}${ms(bare)}  ratio ${(count / bare).toFixed(2)}`)
  }
}

/** Each shape once, after the database and the machine have forgotten what they had in memory. */
async function benchCold(crowd: Crowd): Promise<void> {
  console.log('\nThe first request with cold caches, in ms:')
  for (const shape of crowd.shapes) {
    const dropped = spawnSync('sh', ['-c', 'sync; echo 3 > /proc/sys/vm/drop_caches'], { stdio: 'ignore' }).status === 0
    if (!dropped) {
      console.log('  not measured: this account may not empty the machine’s cache')
      return
    }
    await crowd.server.pool.query('select pg_buffercache_evict(bufferid) from pg_buffercache').catch(() => {})
    console.log(`  ${shape.name.padEnd(44)}${ms((await crowd.get(listPath(shape, 777))).ms)}`)
  }
}
