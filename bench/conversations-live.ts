// How soon a message is on every open screen, beside a bare program that hands on notifications of the same size as often.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { LiveMessage } from '../server/events/schema.ts'
import { joinEmbeddedPostgres } from '../server/lib/postgres.ts'
import { askedOf, headersOf, ms, type Asked } from './contacts-crowd.ts'
import { APP_SECRET } from './conversations-crowd.ts'
import { openStreams, type Frame, type Streams } from './conversations-streams.ts'
import { watchCosts } from './costs.ts'
import { signedDelivery, type Written } from './deliveries.ts'
import { load } from './load.ts'
import { portIn, spawnNode, startServer } from './server-process.ts'

const STREAMS = 200
const PEOPLE = 20
const PER_SECOND = 200
const CONNECTIONS = 32
const WARM_UP_SECONDS = 5
/** After the last delivery everything must be there. */
const PATIENCE_MS = 60_000
const PROMISED = 3
/** For so long updates may be gathered. */
const GATHER_MS = 100

interface Target {
  from: string
  phone_number_id: string
  account_id: string
}

interface Posted {
  at: number
  messageId: string
  conversationId: string
}

export async function benchLive(folder: string, seconds: number): Promise<void> {
  const server = await startServer({ keptDataDir: folder })
  try {
    const asked = await askedOf(server)
    const { rows: people } = await server.pool.query<{ id: string }>(
      'select user_id as id from memberships where org_id = $1 order by created_at, user_id limit $2',
      [asked.orgId, PEOPLE],
    )
    const sessions = await Promise.all(people.map(({ id }) => headersOf(server, asked.slug, id)))
    const headers = Array.from({ length: STREAMS }, (_, n) => sessions[n % sessions.length]!)
    const streams = await openStreams(server.port, '/v1/live', headers)
    console.log(
      `\n${STREAMS} streams of ${people.length} people, ${PER_SECOND} signed deliveries of one message a second for ${seconds} s:`,
    )
    await post(asked, WARM_UP_SECONDS)
    const before = streams.frames.length
    const costs = await watchCosts({ pool: server.pool, pids: [server.pid], dataDir: folder })
    const posted = await post(asked, seconds)
    const cost = await costs(posted.length)
    const ours = timesOf(streams, posted)
    const frames = streams.frames.slice(before)
    const bytes = Math.round(frames.reduce((sum, frame) => sum + frame.bytes, 0) / frames.length)
    streams.close()
    console.log(
      `  ${posted.length} messages in ${frames.length} frames of ${(bytes / 1000).toFixed(1)} KB; streams that broke: ${streams.broken()}`,
    )
    console.log(
      `  from the delivery to the frame on each stream: ${line(ours.times)}; missed: ${ours.missed} of ${posted.length * STREAMS} (promised: 0)`,
    )
    console.log(
      `  of these, ${ours.named} were only named, in ${ours.namingFrames} frames with too many conversations to be sent along: a screen asks for them, so their times do not count`,
    )
    console.log(`  each message: ${cost}`)
    const crowded = frames.filter(({ text }) => text.includes('"many":true')).length
    if (crowded > 0)
      console.log(`  ${crowded} frames only said that more conversations had changed than are worth naming`)
    const bare = await notified(folder, { headers, bytes, perSecond: frames.length / seconds, seconds })
    console.log(`  a bare program, from the notification to the frame on each stream: ${line(bare)}`)
    const [p95, least] = [share(ours.times, 0.95), share(bare, 0.95)]
    console.log(
      `  p95: ratio ${(p95 / least).toFixed(1)}; without the ${GATHER_MS} ms for which updates may be gathered ${((p95 - GATHER_MS) / least).toFixed(1)} (promised: ${PROMISED})`,
    )
  } finally {
    await server.stop()
  }
}

let messages = 0

/** Posts messages of the customers of open conversations, each in its turn; answers those that are stored as new. */
async function post({ server, orgId }: Asked, seconds: number): Promise<Posted[]> {
  const { rows: targets } = await server.pool.query<Target>(
    `select i.value as from, h.phone_number_id, h.account_id from conversations c
     join contact_identities i on i.org_id = c.org_id and i.contact_id = c.contact_id and i.kind = 'phone' and i.retired_at is null
     join channels h on h.org_id = c.org_id and h.id = c.channel_id
     where c.org_id = $1 and c.closed_at is null order by c.id`,
    [orgId],
  )
  const at = new Map<string, number>()
  const next = () => {
    const n = messages++
    const { from, phone_number_id: phoneNumberId, account_id: accountId } = targets[n % targets.length]!
    const written: Written = {
      id: `wamid.LIVE${process.pid}.${n}`,
      from,
      name: `Customer ${from}`,
      text: `Hello (${n})`,
    }
    const delivery = signedDelivery({ accountId, secret: APP_SECRET, phoneNumberId }, [written])
    at.set(written.id, performance.now())
    return delivery
  }
  const result = await load(server.port, { connections: CONNECTIONS, seconds, perSecond: PER_SECOND, next })
  if (result.other > 0) throw new Error(`${result.other} deliveries were refused.`)
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const { rows } = await server.pool.query<{ id: string; wa: string; conversation_id: string }>(
      'select id, wa_message_id as wa, conversation_id from messages where org_id = $1 and wa_message_id = any($2)',
      [orgId, [...at.keys()]],
    )
    if (rows.length === at.size) {
      await sleep(2000)
      return rows.map((row) => ({ at: at.get(row.wa)!, messageId: row.id, conversationId: row.conversation_id }))
    }
    if (performance.now() > until) throw new Error(`${rows.length} of ${at.size} messages were stored.`)
    await sleep(200)
  }
}

/**
 * For each message and stream, the time until a frame that shows its conversation with it, or with a newer one. Where a frame
 * that only names the conversation came before that, it is counted apart, and has no time.
 */
function timesOf(
  streams: Streams,
  posted: readonly Posted[],
): { times: Float64Array; missed: number; named: number; namingFrames: number } {
  const telling = Map.groupBy(streams.frames.flatMap(toldBy), ({ conversationId }) => conversationId)
  const times = new Float64Array(posted.length * STREAMS)
  let [count, named] = [0, 0]
  const naming = new Set<Frame>()
  for (const { at, messageId, conversationId } of posted) {
    const frames = (telling.get(conversationId) ?? []).filter(
      ({ lastMessageId }) => lastMessageId === null || lastMessageId >= messageId,
    )
    for (let stream = 0; stream < STREAMS; stream++) {
      const seen = frames.filter(({ frame }) => frame.times[stream]! > at)
      if (seen.length === 0) continue
      const first = seen.reduce((a, b) => (b.frame.times[stream]! < a.frame.times[stream]! ? b : a))
      if (first.lastMessageId === null) {
        named++
        naming.add(first.frame)
      } else times[count++] = first.frame.times[stream]! - at
    }
  }
  return {
    times: times.subarray(0, count).toSorted(),
    missed: times.length - count - named,
    named,
    namingFrames: naming.size,
  }
}

/** The conversations of a frame; with their last message, unless they were too many to be sent along. */
function toldBy(frame: Frame): { frame: Frame; conversationId: string; lastMessageId: string | null }[] {
  const { changes, conversations } = JSON.parse(frame.text.slice(frame.text.indexOf('data: ') + 6)) as LiveMessage
  if (conversations.length > 0)
    return conversations.map(({ id, last_message }) => ({
      frame,
      conversationId: id,
      lastMessageId: last_message?.id ?? '',
    }))
  const named = new Set(changes.flatMap((change) => change.conversation_ids ?? []))
  return [...named].map((conversationId) => ({ frame, conversationId, lastMessageId: null }))
}

/** The same for the bare program, at the same number of frames a second. */
async function notified(
  folder: string,
  options: { headers: Record<string, string>[]; bytes: number; perSecond: number; seconds: number },
): Promise<Float64Array> {
  const { headers, bytes, perSecond, seconds } = options
  const { url } = await joinEmbeddedPostgres(folder)
  const file = join(folder, 'notify.json')
  // Of an earlier run in a folder that is kept.
  rmSync(file, { force: true })
  const program = spawnNode('./conversations-notify.ts', {}, [file, url])
  const client = new pg.Client(url)
  try {
    await client.connect()
    const streams = await openStreams(await portIn(file, program), '/', headers)
    const sent: number[] = []
    const from = performance.now()
    for (let n = 0; n < perSecond * seconds; n++) {
      const due = from + (n / perSecond) * 1000
      if (due > performance.now()) await sleep(due - performance.now())
      sent.push(performance.now())
      await client.query("select pg_notify('frames', $1)", [`${n} ${bytes}`])
    }
    await sleep(2000)
    const times = streams.frames.flatMap((frame) => {
      const at = sent[Number(/^id: (\d+)/.exec(frame.text)![1])]!
      return [...frame.times].map((time) => time - at)
    })
    streams.close()
    return Float64Array.from(times).toSorted()
  } finally {
    await client.end()
    program.kill()
  }
}

const share = (sorted: Float64Array, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN
const line = (sorted: Float64Array): string =>
  `p50 ${ms(share(sorted, 0.5), 0)} ms, p95 ${ms(share(sorted, 0.95), 0)} ms`
