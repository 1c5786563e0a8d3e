// How fast signed deliveries are stored durably and interpreted, beside the same route without a database.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { connectAccount, signedDelivery } from './deliveries.ts'
import { load, type LoadResult, type Call } from './load.ts'
import { portIn, spawnNode, startServer, type BenchServer } from './server-process.ts'

const CONNECTIONS = 16
const CUSTOMERS = 5000
const PHONE_NUMBER_ID = '106540352242922'

export async function benchIngest(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '8' },
      flood: { type: 'string', default: '60' },
    },
  })
  const secret = randomBytes(16).toString('hex')
  const server = await startServer()
  const accountId = await connectAccount(server, secret, [PHONE_NUMBER_ID])
  const baselineFile = join(server.dataDir, 'baseline.json')
  const baseline = spawnNode('./ingest-baseline.ts', {}, [baselineFile, accountId, secret])
  try {
    const baselinePort = await portIn(baselineFile, baseline)
    const singles = () => delivery(accountId, secret, 1)
    const thousands = () => delivery(accountId, secret, 1000)
    const run = (port: number, seconds: number, next: () => Call) =>
      load(port, { connections: CONNECTIONS, seconds, next })

    console.log(
      `\nSigned deliveries of one message over ${CONNECTIONS} connections, interleaved rounds of ${values.seconds} s:`,
    )
    await run(baselinePort, 3, singles)
    await run(server.port, 3, singles)
    const rates: { http: number[]; stored: number[] } = { http: [], stored: [] }
    for (let round = 0; round < Number(values.rounds); round++) {
      const http = await run(baselinePort, Number(values.seconds), singles)
      const before = await storedCount(server)
      const stored = await run(server.port, Number(values.seconds), singles)
      const rows = (await storedCount(server)) - before
      if (rows !== stored.ok) throw new Error(`${stored.ok} were answered 200, but ${rows} are stored.`)
      rates.http.push(http.ok / http.seconds)
      rates.stored.push(stored.ok / stored.seconds)
      console.log(`  without database ${line(http)}`)
      console.log(`  stored durably   ${line(stored)}`)
      await drained(server)
    }
    console.log(`  ratio ${(median(rates.stored) / median(rates.http)).toFixed(2)} (median; promised: at least 0.5)`)

    console.log(`\nA flood of ${values.flood} s, from ${CUSTOMERS} customers:`)
    const memoryBefore = server.memory()
    const samples: number[] = []
    const sampling = setInterval(() => samples.push(server.memory()), 1000)
    const flood = await run(server.port, Number(values.flood), singles)
    const backlog = await waitingCount(server)
    const stopped = performance.now()
    await drained(server)
    const drain = (performance.now() - stopped) / 1000
    clearInterval(sampling)
    const third = Math.floor(samples.length / 3)
    console.log(`  ${line(flood)}`)
    console.log(
      `  ${backlog} deliveries waited when it stopped; interpreted ${drain.toFixed(1)} s later: ratio ${(drain / flood.seconds).toFixed(2)} (promised: at most 1)`,
    )
    console.log(
      `  memory: ${mb(memoryBefore)} MB before; ${mb(median(samples.slice(third, 2 * third)))} MB in its middle, ${mb(median(samples.slice(2 * third)))} MB at its end, ${mb(Math.max(...samples))} MB at most`,
    )
    const { rows } = await sql<{
      messages: string
      contacts: string
    }>`select (select count(*) from messages) as messages, (select count(*) from contacts) as contacts`.execute(
      server.db,
    )
    console.log(`  ${rows[0]!.messages} messages of ${rows[0]!.contacts} contacts`)

    console.log('\nDeliveries of 1,000 updates:')
    const single = await run(server.port, Number(values.seconds), singles)
    const singleDone = await interpretedRate(server, single)
    const thousand = await run(server.port, Number(values.seconds), thousands)
    const thousandDone = await interpretedRate(server, { ...thousand, ok: thousand.ok * 1000 })
    const [s, t] = [single.ok / single.seconds, (thousand.ok * 1000) / thousand.seconds]
    console.log(
      `  stored: ${rate(t)} updates a second, one by one ${rate(s)}: ratio ${(t / s).toFixed(1)} (promised: at least 5)`,
    )
    console.log(
      `  stored and interpreted: ${rate(thousandDone)} updates a second, one by one ${rate(singleDone)}: ratio ${(thousandDone / singleDone).toFixed(1)}`,
    )
  } finally {
    baseline.kill()
    await server.stop()
  }
}

let messages = 0

function delivery(accountId: string, secret: string, updates: number): Call {
  return signedDelivery(
    { accountId, secret, phoneNumberId: PHONE_NUMBER_ID },
    Array.from({ length: updates }, () => {
      const n = messages++
      return {
        id: `wamid.BENCH${process.pid}.${n}`,
        from: String(16505000000 + (n % CUSTOMERS)),
        userId: `US.${900000000 + (n % CUSTOMERS)}`,
        name: `Customer ${n % CUSTOMERS}`,
        text: `Is this still available? I asked before. (${n})`,
      }
    }),
  )
}

const countOf = async (server: BenchServer, condition: string) =>
  Number(
    (await server.pool.query<{ count: string }>(`select count(*) as count from deliveries where ${condition}`)).rows[0]!
      .count,
  )
const storedCount = (server: BenchServer) => countOf(server, 'true')
const waitingCount = (server: BenchServer) => countOf(server, 'interpreted_at is null')

async function drained(server: BenchServer): Promise<void> {
  while ((await waitingCount(server)) > 0) await sleep(100)
}

/** Updates a second from the first request until the last update was interpreted. */
async function interpretedRate(server: BenchServer, result: LoadResult): Promise<number> {
  const stopped = performance.now()
  await drained(server)
  return result.ok / (result.seconds + (performance.now() - stopped) / 1000)
}

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
const mb = (kilobytes: number): string => (kilobytes / 1024).toFixed(0)
const rate = (perSecond: number): string => perSecond.toFixed(0)
const line = (result: LoadResult): string =>
  `${rate(result.ok / result.seconds)} a second, p50 ${result.p50.toFixed(1)} ms, p95 ${result.p95.toFixed(1)} ms, p99 ${result.p99.toFixed(1)} ms${result.other > 0 ? `, ${result.other} refused` : ''}`
