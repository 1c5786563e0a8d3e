// How fast all contacts are exported, and in how much memory, beside a bare COPY of the same columns.
import { request, type IncomingMessage } from 'node:http'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { to as copyTo } from 'pg-copy-streams'
import { at, mb, type Crowd } from './contacts-crowd.ts'
import type { BenchServer } from './server-process.ts'

export async function benchExport(crowd: Crowd): Promise<void> {
  const { server, orgId, get } = crowd
  console.log('\nExport of all, beside a bare COPY of the same columns through the same driver:')
  await get('/v1/contacts?limit=1')
  const rates: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] }
  for (let round = 0; round < 3; round++) {
    const bare = await bareCopy(server, orgId)
    const before = server.memory()
    const ours = await download(crowd)
    rates.bare.push(bare.rows / bare.seconds)
    rates.ours.push(ours.rows / ours.seconds)
    console.log(
      `  ${ours.rows} rows in ${ours.seconds.toFixed(1)} s, the first after ${(ours.first * 1000).toFixed(0)} ms (${((ours.first / ours.seconds) * 100).toFixed(1)} %; promised: 5 %), memory ${mb(before)} → at most ${mb(ours.memory)} MB (promised: +64); COPY ${bare.rows} in ${bare.seconds.toFixed(1)} s`,
    )
  }
  console.log(
    `  ratio ${(at(rates.ours, 0.5) / at(rates.bare, 0.5)).toFixed(2)} (median of rows a second; promised: 0.6)`,
  )
}

async function bareCopy(server: BenchServer, orgId: string): Promise<{ rows: number; seconds: number }> {
  const client = await server.pool.connect()
  try {
    const started = performance.now()
    const copy = client.query(
      copyTo(`copy (select phone, display_name, tag_ids, first_seen_at, last_seen_at from contacts
        where org_id = '${orgId}' order by last_seen_at desc) to stdout`),
    )
    await pipeline(copy, new Writable({ write: (_chunk, _encoding, done) => done() }))
    return { rows: copy.rowCount, seconds: (performance.now() - started) / 1000 }
  } finally {
    client.release()
  }
}

async function download({
  server,
  headers,
}: Crowd): Promise<{ rows: number; seconds: number; first: number; memory: number }> {
  let memory = 0
  const sampling = setInterval(() => (memory = Math.max(memory, server.memory())), 50)
  const started = performance.now()
  let first = 0
  let lines = 0
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path: '/v1/contacts/export', headers }, resolve)
      .on('error', reject)
      .end()
  })
  for await (const chunk of response as AsyncIterable<Buffer>) {
    for (let from = chunk.indexOf(10); from !== -1; from = chunk.indexOf(10, from + 1)) lines++
    if (first === 0 && lines > 1) first = (performance.now() - started) / 1000
  }
  clearInterval(sampling)
  const promised = Number(response.headers['earmark-rows'])
  if (lines - 1 !== promised) throw new Error(`The file has ${lines - 1} rows; ${promised} were promised.`)
  return { rows: promised, seconds: (performance.now() - started) / 1000, first, memory }
}
