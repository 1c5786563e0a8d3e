// For how long learning what people taught holds up the server's main thread, beside the same server while it does nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Asked } from './contacts-crowd.ts'
import { fill } from './filling.ts'

const PROMISED_MS = 20
/** A window's largest delay is taken by reading it, so that each is told apart. */
const WINDOW_MS = 5_000
/** The histogram behind /metrics measures a timer of so many milliseconds, and counts them in. */
const TIMER_MS = 10
/** Longer than anybody would wait for it. */
const PATIENCE_MS = 60 * 60_000

const WISHES = [
  'I would like to book',
  'please cancel',
  'how much is',
  'I want my money back for',
  'could you send me the invoice for',
  'where can I find',
  'there is something wrong with',
  'can I change the day of',
  'is there a discount on',
  'who do I talk to about',
]
const THINGS = [
  'the birthday cake',
  'the surfing lesson',
  'my yearly ticket',
  'the piano tuning',
  'a rented bicycle',
  'the garden party',
  'my passport photos',
  'the cooking class',
  'the night train',
  'a wedding dress',
]
const BESIDES = [
  'we are five people, two of them children',
  'my sister was with you last spring and told me about it',
  'I am on the road all week, so please write and do not call',
  'the weather is so bad here that nothing goes as planned',
  'it should be on a saturday, in the morning if that is possible',
  'thank you for being so patient with me the last time',
  'I have looked on your page and did not find it there',
]

/** Makes lessons, has them learned, and prints how long that took and what it did to the main thread meanwhile. */
export async function benchLearning(
  asked: Asked,
  { lessons, tags, seconds }: { lessons: number; tags: number; seconds: number },
): Promise<void> {
  const { server, orgId } = asked
  const ids: string[] = []
  for (let n = 0; n < tags; n++) {
    const { text } = await asked.post('/v1/tags', {
      name: `${wishOf(n)} ${thingOf(n)} ${n}`.slice(0, 50),
      description: '',
    })
    ids.push((JSON.parse(text) as { id: string }).id)
  }
  // A new organization learns from its history, which is none yet.
  await until(async () => (await learningOf(asked))?.due === false)
  await teach(server.pool, orgId, ids, lessons)
  const delays = await openDelays(asked)
  const idle = await delays.during(sleep(seconds * 1000))
  const { version } = (await learningOf(asked))!
  const started = performance.now()
  await server.pool.query('update learnings set due_at = now() where org_id = $1', [orgId])
  const busy = await delays.during(until(async () => (await learningOf(asked))!.version > version))
  const took = (performance.now() - started) / 1000
  const { conversations, tags: learned } = (await learningOf(asked))!
  console.log(
    `\n${conversations} conversations and ${learned} of ${tags} tags learned in ${took.toFixed(0)} s, the wait for the schedule (10 s at most) included`,
  )
  const above = busy > PROMISED_MS && busy > idle ? '  above' : ''
  console.log(
    `  the main thread’s largest delay meanwhile: ${busy.toFixed(1)} ms (promised: ${PROMISED_MS} because of it)${above}; beside ${idle.toFixed(1)} ms in ${seconds} s of doing nothing`,
  )
}

const wishOf = (n: number): string => WISHES[Math.floor(n / THINGS.length) % WISHES.length]!
const thingOf = (n: number): string => THINGS[n % THINGS.length]!

/** Conversations of three messages, each of which a person gave one of the tags by hand. */
async function teach(pool: pg.Pool, orgId: string, tagIds: readonly string[], lessons: number): Promise<void> {
  const texts = Array.from({ length: lessons }, (_, n) => {
    const tag = n % tagIds.length
    return [
      `${wishOf(tag)} ${thingOf(tag)}, number ${n}`,
      `${BESIDES[n % BESIDES.length]!} (${n})`,
      `${BESIDES[(n * 3 + 1) % BESIDES.length]!}, and ${thingOf(tag)} is for ${n % 9} of us`,
    ]
  })
  await fill(pool, async (client) => {
    await client.query(
      `create temporary table bench_lessons on commit drop as
       select n - 1 as n, gen_random_uuid() as contact_id, gen_random_uuid() as id, gen_random_uuid() as channel_id, ($2::uuid[])[1 + (n - 1) % $3] as tag_id,
         now() - interval '1 day' + n * interval '1 second' as at, $1::uuid as org_id
       from generate_series(1, $4::int) n`,
      [orgId, tagIds, tagIds.length, lessons],
    )
    await client.query(`
      insert into conversations (org_id, id, contact_id, channel_id, status, opened_at, closed_at, last_message_at, window_ends_at)
      select org_id, id, contact_id, channel_id, 'expired', at, at, at, at from bench_lessons`)
    await client.query(
      `insert into messages (org_id, id, contact_id, channel_id, conversation_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at)
       select l.org_id, gen_random_uuid(), l.contact_id, l.channel_id, l.id, 'wamid.LESSON' || l.n || '.' || k, 'in', 'live', 'text', said.texts ->> k, '{}', l.at, l.at
       from bench_lessons l join jsonb_array_elements($1::jsonb) with ordinality as said (texts, place) on said.place = l.n + 1
         cross join generate_series(0, 2) k`,
      [JSON.stringify(texts)],
    )
    await client.query(`
      insert into tag_assignments (org_id, contact_id, tag_id, added_at, added_source, added_actor_kind, added_actor_id, added_actor_name)
      select org_id, contact_id, tag_id, at + interval '1 hour', 'manual_agent', 'user', 'x', 'X' from bench_lessons`)
  })
  await pool.query('vacuum (analyze) tag_assignments, conversations, messages')
}

interface Learning {
  due: boolean
  version: number
  conversations: number
  tags: number
}

async function learningOf({ server, orgId }: Asked): Promise<Learning | null> {
  const { rows } = await server.pool.query<Learning>(
    `select due_at is not null as due, version, conversations, (select count(*)::int from tag_learners t where t.org_id = l.org_id) as tags
     from learnings l where org_id = $1`,
    [orgId],
  )
  return rows[0] ?? null
}

/** Reads the main thread's delays as the server itself measures them, in windows of a few seconds. */
async function openDelays({ server }: Asked) {
  const largest = async (): Promise<number> => {
    const metrics = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text()
    const [, value] = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(metrics) ?? []
    if (value === undefined) throw new Error('/metrics does not say nodejs_eventloop_lag_max_seconds.')
    return Math.max(0, Number(value) * 1000 - TIMER_MS)
  }
  await largest()
  return {
    /** The largest until it is done; what was before is not counted. */
    async during(work: Promise<void>): Promise<number> {
      let ended = false
      const end = work.finally(() => (ended = true))
      let most = 0
      await largest()
      while (!ended) {
        await Promise.race([sleep(WINDOW_MS), end])
        most = Math.max(most, await largest())
      }
      await end
      return most
    },
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('It took too long.')
    await sleep(200)
  }
}
