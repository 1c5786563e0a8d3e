// Two servers on one database beside one: as much is received and sent, both tell screens, and nothing is done twice.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../server/lib/db.ts'
import { startEmbeddedPostgres } from '../server/lib/postgres.ts'
import { openGraph, type Graph } from '../test/help/graph.ts'
import { askedOf, connectionTo, type Asked } from './contacts-crowd.ts'
import { APP_SECRET } from './conversations-crowd.ts'
import { openStreams } from './conversations-streams.ts'
import { watchCosts } from './costs.ts'
import { connectAccount, signedDelivery } from './deliveries.ts'
import { load } from './load.ts'
import { BENCH_SECRET_KEY, memoryOf, portIn, spawnNode } from './server-process.ts'

/** Each may hand over 80 messages a second to Meta, so that the servers are the bound, not Meta. */
const NUMBERS = Array.from({ length: 10 }, (_, n) => `10654035224290${n}`)
const CUSTOMERS = 400
const AGENTS = 16
/** Before those that are counted: what a server runs often is compiled while it runs, by two servers twice. */
const WARM_UP_ANSWERS = 12_000
/** Open screens of one person, as many as one server allows; the same whether there is one server or two. */
const STREAMS = 20
const PATIENCE_MS = 120_000
interface Rates {
  received: number[]
  sent: number[]
}

interface Measured {
  seconds: number
  rounds: readonly (1 | 2)[]
  answers: number
  /** Over which deliveries come, to all servers together. */
  connections: number
}

/** One and two take turns, so that what else the machine does meets both. */
export async function benchServers({ seconds, rounds, answers, connections }: Measured): Promise<void> {
  const folder = mkdtempSync('/tmp/earmark-bench-')
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: { info() {}, warn: console.warn } })
  const graph = await openGraph()
  const rates: Record<1 | 2, Rates> = { 1: { received: [], sent: [] }, 2: { received: [], sent: [] } }
  try {
    console.log(
      `\nOne server and two on one database in turn: deliveries of one message for ${seconds} s over ${connections} connections until all are interpreted${answers === 0 ? '' : `, then ${answers} answers over ${NUMBERS.length} numbers until all are handed over`}; first as much that is not counted; a second:`,
    )
    for (const count of rounds) {
      const servers = await Promise.all(
        Array.from({ length: count }, (_, n) => startOne(folder, n, postgres.url, graph)),
      )
      try {
        const shop = await openShop(servers[0]!, graph)
        const streams = await Promise.all(
          servers.map(({ port }) =>
            openStreams(port, '/v1/live', Array(STREAMS / count).fill(shop.headers) as Asked['headers'][]),
          ),
        )
        const watched = { pool: servers[0]!.pool, pids: servers.map(({ pid }) => pid), dataDir: folder }
        await receive(servers, shop, { seconds, connections })
        const begun = messages
        const receiving = await watchCosts(watched)
        const received = await receive(servers, shop, { seconds, connections })
        const costs = [await receiving(messages - begun)]
        rates[count].received.push(received)
        if (answers > 0)
          rates[count].sent.push(
            await answer(servers, shop, graph, answers, async () => {
              const sending = await watchCosts(watched)
              return async () => costs.push(await sending(answers))
            }),
          )
        await sleep(2000)
        const told = streams.map(
          ({ frames }) => frames.filter(({ times }) => times.every((time) => !Number.isNaN(time))).length,
        )
        const torn = streams.map((each) => each.frames.length - told[streams.indexOf(each)]!)
        const broken = streams.reduce((sum, each) => sum + each.broken(), 0)
        for (const each of streams) each.close()
        console.log(
          `  ${count === 1 ? 'one ' : 'two '}: ${received.toFixed(0)} received${sentOf(rates[count])}; frames on all ${STREAMS / count} streams of each server: ${told.join(' and ')}; not on all: ${torn.join(' and ')}; streams that broke: ${broken}`,
        )
        costs.forEach((cost, n) => console.log(`    each ${n === 0 ? 'received' : 'sent'}: ${cost}`))
      } finally {
        await Promise.all(servers.map((server) => server.stop()))
      }
    }
    for (const what of ['received', 'sent'] as const) {
      if (rates[1][what].length === 0 || rates[2][what].length === 0) continue
      console.log(
        `  two beside one, ${what}: ratio ${(median(rates[2][what]) / median(rates[1][what])).toFixed(2)} (median; promised: at least 1)`,
      )
    }
    await countTwice(folder, postgres.url, graph)
  } finally {
    await graph.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const sentOf = ({ sent }: Rates): string => (sent.length === 0 ? '' : `, ${sent.at(-1)!.toFixed(0)} sent`)

type One = Asked['server']

async function startOne(folder: string, n: number, databaseUrl: string, graph: Graph): Promise<One> {
  const dataDir = join(folder, `server-${n}`)
  rmSync(join(dataDir, 'server.json'), { force: true })
  const child = spawnNode('../server/main.ts', {
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    SECRET_KEY: BENCH_SECRET_KEY,
    LOG_LEVEL: 'warn',
    GRAPH_API_URL: graph.url,
    ALLOW_PRIVATE_ADDRESSES: '127.0.0.1/32',
    BOOTSTRAP_ORGANIZATION: 'Bench',
    BOOTSTRAP_ADMIN_EMAIL: 'bench@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'a password for benchmarks',
  })
  const port = await portIn(join(dataDir, 'server.json'), child)
  const database = openDatabase(databaseUrl, { max: 4 })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return {
    ...database,
    pid: child.pid!,
    port,
    dataDir,
    memory: () => memoryOf(child.pid!),
    async stop() {
      await database.db.destroy()
      if (child.exitCode === null && child.kill('SIGTERM')) await ended
    },
  }
}

interface Shop extends Asked {
  accountId: string
}

/** The account is connected by the first round. */
async function openShop(server: One, graph: Graph): Promise<Shop> {
  const asked = await askedOf(server)
  const { rows } = await server.pool.query<{ id: string }>(
    `select id from whatsapp_accounts where org_id = $1 and kind = 'live'`,
    [asked.orgId],
  )
  const accountId = rows[0]?.id ?? (await connectAccount(server, APP_SECRET, NUMBERS, graph.token))
  return { ...asked, accountId }
}

let messages = 0

/** Answers deliveries a second, from the first one until the last was interpreted. */
async function receive(
  servers: readonly One[],
  { accountId }: Shop,
  { seconds, connections }: Pick<Measured, 'seconds' | 'connections'>,
): Promise<number> {
  const next = () => {
    const n = messages++
    return signedDelivery({ accountId, secret: APP_SECRET, phoneNumberId: NUMBERS[n % NUMBERS.length]! }, [
      {
        id: `wamid.SERVERS${process.pid}.${n}`,
        from: String(16505000000 + (n % CUSTOMERS)),
        name: `Customer ${n % CUSTOMERS}`,
        text: `Is this still available? (${n})`,
      },
    ])
  }
  const began = performance.now()
  const loads = await Promise.all(
    servers.map(({ port }) => load(port, { connections: connections / servers.length, seconds, next })),
  )
  if (loads.some(({ other }) => other > 0)) throw new Error('Deliveries were refused.')
  await until('all deliveries are interpreted', async () => {
    const { rows } = await servers[0]!.pool.query<{ waiting: boolean }>(
      'select exists (select from deliveries where interpreted_at is null) as waiting',
    )
    return !rows[0]!.waiting
  })
  return (loads.reduce((sum, { ok }) => sum + ok, 0) / (performance.now() - began)) * 1000
}

/** Answers in all conversations in turn, over all servers; how many a second, until the last one was handed over. */
async function answer(
  servers: readonly One[],
  shop: Shop,
  graph: Graph,
  answers: number,
  watch: () => Promise<() => Promise<unknown>>,
): Promise<number> {
  const { rows } = await servers[0]!.pool.query<{ id: string }>(
    'select id from conversations where org_id = $1 and closed_at is null order by id',
    [shop.orgId],
  )
  const agents = Array.from({ length: AGENTS }, (_, n) => connectionTo(servers[n % servers.length]!, shop.headers))
  const inTurn = async (count: number, work: (post: Asked['post'], n: number) => Promise<unknown>) => {
    let n = 0
    await Promise.all(
      agents.map(async (post) => {
        while (n < count) await work(post, n++)
      }),
    )
  }
  await inTurn(rows.length, (post, n) => post(`/v1/conversations/${rows[n]!.id}/take`, {}))
  const write = async (count: number) => {
    const before = graph.messages.length
    await inTurn(count, (post, n) =>
      post(`/v1/conversations/${rows[n % rows.length]!.id}/messages`, { text: `Yes, it is (${before + n})` }),
    )
    await until('all answers are handed over', () => Promise.resolve(graph.messages.length >= before + count))
  }
  await write(WARM_UP_ANSWERS)
  const watched = await watch()
  const began = performance.now()
  await write(answers)
  const rate = (answers / (performance.now() - began)) * 1000
  await watched()
  return rate
}

/** With two servers every conversation expires at once; then whatever was done is counted. */
async function countTwice(folder: string, databaseUrl: string, graph: Graph): Promise<void> {
  const servers = await Promise.all([0, 1].map((n) => startOne(folder, n, databaseUrl, graph)))
  try {
    const { pool } = servers[0]!
    const { rowCount: open } = await pool.query(
      `update conversations set window_ends_at = now() - interval '1 second' where closed_at is null`,
    )
    await until('all conversations have expired', async () => {
      const { rows } = await pool.query<{ open: boolean }>(
        'select exists (select from conversations where closed_at is null) as open',
      )
      return !rows[0]!.open
    })
    const { rows } = await pool.query<Record<string, string>>(`select
      (select count(*) from messages where direction = 'in') as received,
      (select count(distinct wa_message_id) from messages where direction = 'in') as "received, each counted once",
      (select count(*) from messages where origin = 'sent') as written,
      (select count(*) from conversation_closings) as closings,
      (select count(*) from events where kind = 'conversation.closed') as "closings announced"`)
    const ids = graph.messages.map(({ callback_data }) => callback_data)
    const counts = {
      posted: messages,
      ...rows[0],
      'handed over': ids.length,
      'handed over, each counted once': new Set(ids).size,
      'conversations that were open': open ?? 0,
    }
    console.log(
      `  what was done: ${Object.entries(counts)
        .map(([name, count]) => `${name} ${count}`)
        .join('; ')}`,
    )
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await isSo()); await sleep(20))
    if (performance.now() - began > PATIENCE_MS) throw new Error(`Not within two minutes: ${what}.`)
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
