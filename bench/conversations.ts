// How long the inbox's lists, searches and threads take with a million conversations, how soon a message is on screens, and
// what a second server changes.
import { mkdtempSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fillCrowd } from '../seeds/crowd.ts'
import { askedOf, at, ms, onceIn, startByIdsServer, type Asked } from './contacts-crowd.ts'
import { contactsFor, fillConversations, type Size } from './conversations-crowd.ts'
import { benchLive } from './conversations-live.ts'
import { benchServers } from './conversations-servers.ts'
import { shapesOf } from './conversations-shapes.ts'

const WARM_UP = 20
const PROMISED = 5

export async function benchConversations(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      conversations: { type: 'string', default: '1000000' },
      'messages-each': { type: 'string', default: '5' },
      requests: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '60' },
      only: { type: 'string', default: 'lists,live,servers' },
      rounds: { type: 'string', default: '1,2,2,1,1,2' },
      answers: { type: 'string', default: '8000' },
      connections: { type: 'string', default: '16' },
      shapes: { type: 'string', default: '' },
      keep: { type: 'string' },
    },
  })
  const parts = values.only.split(',')
  const size = { conversations: Number(values.conversations), messagesEach: Number(values['messages-each']) }
  if (parts.includes('lists') || parts.includes('live')) await benchMillion(parts, size, values)
  if (parts.includes('servers'))
    await benchServers({
      seconds: 10,
      rounds: values.rounds.split(',').map(Number) as (1 | 2)[],
      answers: Number(values.answers),
      connections: Number(values.connections),
    })
}

async function benchMillion(
  parts: readonly string[],
  size: Size,
  values: { keep?: string | undefined; requests: string; shapes: string; seconds: string },
): Promise<void> {
  // Two servers after each other use it.
  const folder = values.keep ?? mkdtempSync('/tmp/earmark-bench-')
  try {
    const asked = await openConversations(size, folder)
    try {
      if (parts.includes('lists')) await benchLists(asked, size, values)
    } finally {
      await asked.server.stop()
    }
    if (parts.includes('live')) await benchLive(folder, Number(values.seconds))
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

/** A server that closes nothing by itself, with that many conversations in its folder; those that are open are so for a day. */
async function openConversations(size: Size, folder: string): Promise<Asked> {
  const asked = await askedOf(await startByIdsServer(folder))
  const { server, orgId } = asked
  await onceIn(folder, `conversations-${size.conversations}-${size.messagesEach}`, async () => {
    const started = performance.now()
    const since = () => `${((performance.now() - started) / 1000).toFixed(0)} s`
    await onceIn(folder, `crowd-${contactsFor(size)}`, async () => {
      await fillCrowd(server.db, orgId, contactsFor(size))
    })
    console.log(`${contactsFor(size).toLocaleString('en')} contacts were there after ${since()};`)
    await fillConversations(asked, size)
    console.log(
      `${size.conversations.toLocaleString('en')} conversations with ${size.messagesEach} messages each after ${since()}`,
    )
  })
  await server.pool.query(
    `update conversations set window_ends_at = now() + interval '1 day' where org_id = $1 and closed_at is null`,
    [orgId],
  )
  // An operator's database was not filled a moment ago: what follows from that is done, before anything is measured.
  await server.pool.query('vacuum (analyze) conversations, contacts, contact_identities, messages, deliveries, events')
  await server.pool.query('checkpoint')
  return asked
}

async function benchLists(asked: Asked, size: Size, only: { requests: string; shapes: string }): Promise<void> {
  const requests = Number(only.requests)
  const { get, server, orgId } = asked
  console.log(`\nPages of fifty, ${requests} warmed requests each in ms; beside the same rows by their ids:`)
  const header = ['p50', 'p95', 'by ids', 'ratio'].map((name) => name.padStart(8)).join('')
  console.log(`  ${'shape'.padEnd(40)}${header}    rows`)
  for (const shape of await shapesOf(asked, size.conversations)) {
    if (!only.shapes.split(',').some((part) => shape.name.includes(part))) continue
    const times: Record<'page' | 'ids', number[]> = { page: [], ids: [] }
    let rows = 0
    for (let i = -WARM_UP; i < requests; i++) {
      const page = await get(shape.path(i + WARM_UP))
      const ids = (JSON.parse(page.text) as Record<string, { id: string }[]>)[shape.rows]!.map(({ id }) => id)
      const same = await get(`/v1/bench/${shape.rows}?ids=${ids.join(',')}`)
      if (i < 0) continue
      times.page.push(page.ms)
      times.ids.push(same.ms)
      rows += ids.length
    }
    console.log(
      `  ${shape.name.padEnd(40)}${compared(times.page, times.ids, 0.95)}${ms(rows / requests, 8)}${mark(times.page, times.ids)}`,
    )
  }
  const times: Record<'counts' | 'bare', number[]> = { counts: [], bare: [] }
  for (let i = -WARM_UP; i < requests; i++) {
    const counts = await get('/v1/conversations/counts')
    const started = performance.now()
    await server.pool.query('select count(*) from conversations where org_id = $1 and closed_at is null', [orgId])
    if (i < 0) continue
    times.counts.push(counts.ms)
    times.bare.push(performance.now() - started)
  }
  console.log(
    `  ${'counts, beside a bare count of the open'.padEnd(40)}${compared(times.counts, times.bare, 0.95)}${mark(times.counts, times.bare)}`,
  )
}

const compared = (ours: number[], theirs: number[], share: number): string =>
  `${ms(at(ours, 0.5), 8)}${ms(at(ours, share), 8)}${ms(at(theirs, share), 8)}${ms(at(ours, share) / at(theirs, share), 8)}`

const mark = (ours: number[], theirs: number[]): string =>
  at(ours, 0.95) / at(theirs, 0.95) > PROMISED ? `  above ${PROMISED}` : ''
