// What closing a thousand conversations at once does to the inbox while they are analysed, how long it takes to count what
// became of a million tags that AIs put on, and what learning does to the main thread.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { at, askedOf, ms, type Asked } from './contacts-crowd.ts'
import { connectAccount, signedDelivery } from './deliveries.ts'
import { load } from './load.ts'
import { startServer } from './server-process.ts'
import { fillQuality } from './ai-crowd.ts'
import { benchLearning } from './ai-learning.ts'

const SECRET = 'an app secret for benchmarks only'
const NUMBER = '106540352242921'
/** How often the inbox is looked at: by some twenty people at work. */
const PER_SECOND = 20
const CONNECTIONS = 8
const PROMISED_RATIO = 2
const PROMISED_PAGE_MS = 1000
/** Longer than anybody would wait for it. */
const PATIENCE_MS = 15 * 60_000

const TAGS = [
  ['Refund', 'Customer wants their money back'],
  ['Table booking', 'Customer wants to book or reserve a table'],
  ['Late delivery', 'The parcel or delivery is late or has not arrived'],
  ['Invoice', 'Customer needs an invoice or a receipt'],
  ['Complaint', 'Customer is unhappy and complains about food or service'],
  ['Wholesale', 'Buys large quantities for a shop of their own'],
  ['Allergy', 'Customer has a food allergy or cannot eat something'],
  ['Job application', 'Somebody wants to work for us'],
  ['Opening hours', 'Customer asks when we are open'],
  ['Gift card', 'Customer wants to buy or use a gift card'],
] as const

const SAID = [
  'I would like to book a table for two on Friday evening',
  'I want my money back, please refund the order',
  'where is my parcel, it should have been here on monday',
  'could you send me the invoice for march please',
  'are you open on sunday afternoon',
  'my friend gave me a gift card, how do I use it',
  'I am allergic to nuts, is the cake safe for me',
  'thank you, that was all',
  'do you still need a cook? I would like to apply',
  'the soup was cold and nobody apologised',
]

export async function benchAi(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      conversations: { type: 'string', default: '1000' },
      open: { type: 'string', default: '500' },
      seconds: { type: 'string', default: '30' },
      assignments: { type: 'string', default: '1000000' },
      lessons: { type: 'string', default: '2000' },
      tags: { type: 'string', default: '100' },
      only: { type: 'string', default: 'closing,quality,learning' },
    },
  })
  const parts = values.only.split(',')
  const [closing, open, seconds] = [values.conversations, values.open, values.seconds].map(Number) as [
    number,
    number,
    number,
  ]
  if (parts.includes('closing') || parts.includes('quality'))
    await onServer(async (asked) => {
      if (parts.includes('closing')) await benchClosing(asked, { closing, open, seconds })
      if (parts.includes('quality')) await benchQuality(asked, Number(values.assignments))
    })
  // On a server that has had nothing else to do.
  if (parts.includes('learning'))
    await onServer((asked) =>
      benchLearning(asked, { lessons: Number(values.lessons), tags: Number(values.tags), seconds }),
    )
}

async function onServer(work: (asked: Asked) => Promise<void>): Promise<void> {
  const server = await startServer()
  try {
    await work(await askedOf(server))
  } finally {
    await server.stop()
  }
}

interface Sizes {
  closing: number
  open: number
  seconds: number
}

async function benchClosing(asked: Asked, { closing, open, seconds }: Sizes): Promise<void> {
  const { server, post } = asked
  for (const [name, description] of TAGS) await post('/v1/tags', { name, description })
  const accountId = await connectAccount(server, SECRET, [NUMBER])
  await talk(asked, accountId, closing + open)
  console.log(
    `\n${closing} conversations are closed at once, ${open} stay open; the inbox is read ${PER_SECOND} times a second over ${CONNECTIONS} connections:`,
  )
  const look = looks(await openIds(asked), asked.headers)
  const read = (duration: number) =>
    load(server.port, { connections: CONNECTIONS, seconds: duration, perSecond: PER_SECOND, next: look })
  await read(5)
  const before = await read(seconds)
  print('before', before)
  await closeAtOnce(asked, closing)
  const started = performance.now()
  let done = false
  const analysed = watch(asked, closing).finally(() => (done = true))
  const during: Awaited<ReturnType<typeof read>>[] = []
  while (!done) {
    const round = await read(5)
    print('meanwhile', round)
    during.push(round)
  }
  const { most } = await analysed
  const took = (performance.now() - started) / 1000
  const p95 = at(
    during.map((each) => each.p95),
    0.5,
  )
  const { rows } = await server.pool.query<{
    done: number
    failed: number
    repeated: number
    twice: number
    applied: number
  }>(`
    select (count(*) filter (where state = 'done'))::int as done, (count(*) filter (where state = 'failed'))::int as failed,
      (count(*) filter (where attempts > 1))::int as repeated, sum(applied)::int as applied,
      (select count(*)::int from (select from tag_assignments group by contact_id, tag_id having count(*) > 1) t) as twice
    from analyses`)
  const { done: finished, failed, repeated, twice, applied } = rows[0]!
  console.log(
    `  analysed: ${finished} of ${closing} in ${took.toFixed(0)} s, ${(closing / took).toFixed(1)} a second, the first included; failed: ${failed}; begun twice: ${repeated}; tags put on: ${applied}, twice: ${twice}; most waiting at once: ${most}`,
  )
  const ratio = p95 / before.p95
  console.log(
    `  the inbox’s p95 meanwhile, the median of ${during.length} rounds: ${ms(p95)} ms, ratio ${ratio.toFixed(2)} (promised: ${PROMISED_RATIO})${ratio > PROMISED_RATIO ? '  above' : ''}`,
  )
}

const print = (what: string, { ok, other, p50, p95, p99 }: Awaited<ReturnType<typeof load>>): void =>
  console.log(
    `  ${what.padEnd(10)} p50 ${ms(p50)}  p95 ${ms(p95)}  p99 ${ms(p99)} ms, ${ok} answered${other > 0 ? `, ${other} not` : ''}`,
  )

/** Every customer writes three messages, in deliveries of a hundred; then all are in their conversations. */
async function talk(asked: Asked, accountId: string, customers: number): Promise<void> {
  const { server } = asked
  for (let n = 0; n < customers * 3; n += 100) {
    const messages = Array.from({ length: Math.min(100, customers * 3 - n) }, (_, k) => {
      const [customer, turn] = [Math.floor((n + k) / 3), (n + k) % 3]
      return {
        id: `wamid.AI${customer}.${turn}`,
        from: `1555${String(customer).padStart(7, '0')}`,
        name: `Customer ${customer}`,
        text: turn === 0 ? 'hello, good morning' : `${SAID[(customer * 7 + turn * 3) % SAID.length]!} (${customer})`,
      }
    })
    const { path, headers, body } = signedDelivery({ accountId, secret: SECRET, phoneNumberId: NUMBER }, messages)
    const { status } = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', headers, body })
    if (status !== 200) throw new Error(`A delivery was answered ${status}.`)
  }
  await until(async () => (await openIds(asked)).length === customers)
}

async function openIds({ server, orgId }: Asked): Promise<string[]> {
  const { rows } = await server.pool.query<{ id: string }>(
    'select id from conversations where org_id = $1 and closed_at is null order by id',
    [orgId],
  )
  return rows.map(({ id }) => id)
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('It took too long.')
    await sleep(200)
  }
}

/** What people at the inbox ask for: the list, the counts, and what a conversation says. */
function looks(ids: readonly string[], headers: Record<string, string>) {
  const body = Buffer.alloc(0)
  let n = 0
  return () => {
    const id = ids[(n * 31) % ids.length]!
    const path = ['/v1/conversations?status=pending', '/v1/conversations/counts', `/v1/conversations/${id}/messages`][
      n++ % 3
    ]!
    return { method: 'GET' as const, path, headers, body }
  }
}

/** The clock closes them, as it closes what nobody wrote in for a day; the oldest, whose threads are not read. */
async function closeAtOnce({ server, orgId }: Asked, count: number): Promise<void> {
  await server.pool.query(
    `update conversations set window_ends_at = now() - interval '1 second' where org_id = $1 and id in (
       select id from conversations where org_id = $1 and closed_at is null order by id limit $2)`,
    [orgId, count],
  )
  // The schedule looks once a minute.
  await until(async () => {
    const { rows } = await server.pool.query<{ n: number }>('select count(*)::int as n from analyses')
    return rows[0]!.n >= 1
  })
}

async function watch({ server }: Asked, count: number): Promise<{ most: number }> {
  let most = 0
  await until(async () => {
    const { rows } = await server.pool.query<{ waiting: number; ended: number }>(
      `select (count(*) filter (where state = 'waiting'))::int as waiting, (count(*) filter (where state <> 'waiting'))::int as ended from analyses`,
    )
    most = Math.max(most, rows[0]!.waiting)
    return rows[0]!.ended >= count
  })
  return { most }
}

async function benchQuality(asked: Asked, assignments: number): Promise<void> {
  const { server, orgId, get } = asked
  const started = performance.now()
  await fillQuality(server.pool, orgId, assignments)
  console.log(
    `\n${assignments.toLocaleString('en')} tags that AIs put on within the window, and a tenth as many suggestions, after ${((performance.now() - started) / 1000).toFixed(0)} s:`,
  )
  const ours: number[] = []
  const bare: number[] = []
  for (let i = -3; i < 20; i++) {
    const page = await get('/v1/ai/quality')
    const from = performance.now()
    await server.pool.query('select count(*) from tag_assignments where org_id = $1', [orgId])
    if (i < 0) continue
    ours.push(page.ms)
    bare.push(performance.now() - from)
  }
  const p95 = at(ours, 0.95)
  console.log(
    `  the figures: p50 ${ms(at(ours, 0.5))}, p95 ${ms(p95)} ms (promised: ${PROMISED_PAGE_MS})${p95 > PROMISED_PAGE_MS ? '  above' : ''}; beside a bare count of all assignments, p50 ${ms(at(bare, 0.5))} ms: ratio ${(at(ours, 0.5) / at(bare, 0.5)).toFixed(1)}`,
  )
}
