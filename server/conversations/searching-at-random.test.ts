// What a search finds is what reading every text finds: random texts in several scripts, random parts of them, random filters.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { newId } from '../lib/ids.ts'
import { changeContactTags, createTag } from '../tags/schema.ts'
import { listConversations } from './schema.ts'
import { findSaying } from './searching.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const NOW = Date.now()

const WORDS = [
  ...'order Ordner ORDERED a of the thing 50% a_b back\\slash it’s o\'clock "so" 42 4250'.split(' '),
  ...'退款 我要退款 退货了吗 ありがとう Привет приветы été naïve شكرا 👍 👍🏽 😀'.split(' '),
]

interface Said {
  text: string | null
  arrived: number
  /** What was made of it since, first to last: other words, or null where it was deleted. */
  changes: (string | null)[]
  /** So long after it the first of them came. */
  changedAfter: number
}
interface Talk {
  id: string
  contact: string
  status: 'expired' | 'closed_by_agent'
  withAgent: boolean
  opened: number
  /** Of the last activity. */
  at: number
  said: Said[]
}

let server: TestServer
let admin: Person
/** Most recently active first. */
let talks: Talk[]
let contacts: string[]
let tagId: string

/** The same numbers in every run. */
let state = 20_261_129
const roll = (sides: number): number => {
  state = (state * 48_271) % 2_147_483_647
  return state % sides
}
const one = <T>(list: readonly T[]): T => list[roll(list.length)]!
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

function newText(): string {
  const words = times(roll(9), () => one(WORDS) + one([' ', ' ', ' ', ', ', '\n', ''])).join('')
  // The end of this one is beyond what is searched.
  return roll(200) === 0 ? 'far '.repeat(1020 + roll(8)) + words : words
}

function newTalk(): Talk {
  // Most end within a day or two, some go on for weeks.
  const opened = NOW - roll(100) * DAY - roll(24) * HOUR
  const at = Math.min(opened + (roll(8) === 0 ? roll(60) * DAY : roll(120) * HOUR), NOW)
  // Some arrive late, when all was said.
  const arrived = () => Math.min(opened + roll(at - opened + 1) + (roll(15) === 0 ? roll(40) * DAY : 0), NOW)
  return {
    id: newId(),
    contact: one(contacts),
    status: one(['expired', 'closed_by_agent']),
    withAgent: roll(3) === 0,
    opened,
    at,
    said: times(roll(7), () => ({
      text: roll(10) === 0 ? null : newText(),
      arrived: arrived(),
      changes: roll(6) === 0 ? [...times(roll(3), newText), ...(roll(2) === 0 ? [null] : [])] : [],
      // Many of them when all was said.
      changedAfter: roll(2) * roll(40) * DAY,
    })),
  }
}

const time = (moment: number) => new Date(moment).toISOString()

beforeAll(async () => {
  server = await openTestServer()
  admin = await server.newPerson('admin')
  const { account } = await server.newAccount(admin)
  contacts = await Promise.all(times(6, () => sighted(server, admin)))
  tagId = (await admin.call(createTag, { body: { name: 'VIP' } })).id
  await admin.call(changeContactTags, { params: { id: contacts[0]! }, body: { add: [tagId], remove: [] } })
  talks = times(600, newTalk).toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
  const channelId = account.channels[0]!.id
  await server.pool.query(
    `insert into conversations (org_id, id, contact_id, channel_id, status, agent_id, agent_name, opened_at, closed_at, last_message_at, window_ends_at)
     select $1, id, contact, $2, status, agent, case when agent is not null then 'Ana' end, opened, at, at, at
     from unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::timestamptz[], $8::timestamptz[]) as u (id, contact, status, agent, opened, at)`,
    [
      admin.actor.org_id,
      channelId,
      talks.map(({ id }) => id),
      talks.map(({ contact }) => contact),
      talks.map(({ status }) => status),
      talks.map(({ withAgent }) => (withAgent ? admin.actor.id : null)),
      talks.map(({ opened }) => time(opened)),
      talks.map(({ at }) => time(at)),
    ],
  )
  // What was said before the number was connected is in no conversation, and is not found.
  const before = times(50, () => ({
    of: null,
    contact: one(contacts),
    text: newText(),
    arrived: NOW,
    changes: [],
    changedAfter: 0,
  }))
  const all = [
    ...before,
    ...talks.flatMap(({ id, contact, said }) => said.map((each) => ({ ...each, of: id, contact }))),
  ].flatMap(({ changes, changedAfter, ...said }) => {
    const id = newId()
    return [
      { ...said, id, type: 'text', target: null },
      ...changes.map((text, n) => ({
        ...said,
        id: newId(),
        type: text === null ? 'revoke' : 'edit',
        target: `wamid.${id}`,
        text,
        arrived: Math.min(said.arrived + changedAfter, NOW) + n + 1,
      })),
    ]
  })
  await server.pool.query(
    `insert into messages (org_id, id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at, conversation_id, target)
     select $1, id, contact, $2, 'wamid.' || id, 'in', 'live', type, text, '{}', arrived, arrived, of, target
     from unnest($3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::uuid[], $8::text[], $9::text[]) as u (of, contact, text, arrived, id, type, target)`,
    [
      admin.actor.org_id,
      channelId,
      all.map(({ of }) => of),
      all.map(({ contact }) => contact),
      all.map(({ text }) => text),
      all.map(({ arrived }) => time(arrived)),
      all.map(({ id }) => id),
      all.map(({ type }) => type),
      all.map(({ target }) => target),
    ],
  )
  await server.pool.query('vacuum (analyze) messages, conversations')
})
afterAll(() => server.close())

const textNow = ({ text, changes }: Said) => (changes.length === 0 ? text : changes.at(-1)!)

/** What everybody would find who reads all of it. */
const holding = (sought: string, which: (talk: Talk) => boolean): string[] =>
  talks
    .filter(which)
    .filter(({ said }) =>
      said.some((each) =>
        Array.from(textNow(each) ?? '')
          .slice(0, 4096)
          .join('')
          .toLowerCase()
          .includes(sought.toLowerCase()),
      ),
    )
    .map(({ id }) => id)

/** Some letters in a row of one of the texts, often few; or letters that are in none. */
function part(): string {
  const letters = Array.from(
    one(one(talks).said.concat({ text: 'xylophone 电话', arrived: 0, changes: [], changedAfter: 0 })).text ??
      one(WORDS),
  )
  const from = roll(letters.length || 1)
  return letters.slice(from, from + 1 + roll(one([2, 4, 12, 40]))).join('')
}
const parts = () => times(80, part).filter((text) => text.trim() !== '')

/** Each gives up its ways after a few of what otherwise are thousands, so that all of them are gone. */
test.each([
  [
    'a bit of everything',
    { first: 3, frequent: 0.4, steps: 10, long: 8 },
    [
      [1, 60],
      [null, 5],
      [4, 60],
      [null, 60],
    ],
  ],
  [
    'the last weeks',
    { first: 1, frequent: 1, steps: 50, long: 500 },
    [
      [0, 10_000],
      [2, 10_000],
      [20, 10_000],
    ],
  ],
  [
    'the last weeks, as far as few went on for long',
    { first: 5, frequent: 0.1, steps: 7, long: 1 },
    [
      [3, 90],
      [null, 90],
    ],
  ],
  ['looking up', { first: 1, frequent: 1, steps: 3, long: 0 }, [[null, 10_000]]],
  ['walking', { first: 4, frequent: 0.5, steps: 40, long: 0 }, [[2, 0]]],
] as [string, { first: number; frequent: number; steps: number; long: number }, [number | null, number][]][])(
  'any part of any text is found, all of it in its order, page by page, by %s',
  async (_way, sizes, lookUps) => {
    const effort = { ...sizes, lookUps: lookUps.map(([weeks, most]) => ({ weeks, most })) }
    for (const text of parts()) {
      const limit = 3 + roll(one([20, 80]))
      const [condition, which] = one([
        [sql`true`, () => true],
        [sql`c.status = 'expired'`, ({ status }: Talk) => status === 'expired'],
      ] as const)
      const conditions = [sql`c.org_id = ${admin.actor.org_id}`, condition]
      const found: string[] = []
      for (let from = null; ;) {
        const page = await findSaying(server.db, admin.actor.org_id, text, conditions, { from, limit, effort })
        found.push(...page.places.map(({ id }) => id))
        if (page.rest === null) break
        expect(page.places, `A page that is not the last is full: ${JSON.stringify(text)}`).toHaveLength(limit)
        from = page.rest
      }
      expect(found, JSON.stringify({ text, limit })).toEqual(holding(text, which))
    }
  },
)

test('filters and a text together find the conversations that meet all of them', async () => {
  const [from, before] = [NOW - 60 * DAY, NOW - 20 * DAY]
  const filters: [object, (talk: Talk) => boolean][] = [
    [{ statuses: 'expired' }, ({ status }) => status === 'expired'],
    [{ agents: admin.actor.id }, ({ withAgent }) => withAgent],
    [{ any_tags: tagId }, ({ contact }) => contact === contacts[0]],
    [{ contact_id: contacts[1] }, ({ contact }) => contact === contacts[1]],
    [{ active_from: time(from) }, ({ at }) => at >= from],
    [{ active_before: time(before) }, ({ at }) => at < before],
  ]
  for (const text of parts().filter((each) => each === each.trim())) {
    const chosen = filters.filter(() => roll(3) === 0)
    const query = Object.assign({ search: text, limit: 1 + roll(80) }, ...chosen.map(([each]) => each))
    const found: string[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await admin.call(listConversations, { query: { ...query, ...(cursor ? { cursor } : {}) } })
      found.push(...page.conversations.map(({ id }) => id))
      cursor = page.next_cursor
    }
    const expected = holding(text, (talk) => chosen.every(([, meets]) => meets(talk)))
    expect(found, JSON.stringify(query)).toEqual(expected)
  }
})

test('a message that is changed, deleted or given to another conversation is found as it is now', async () => {
  const [first, other] = [talks[0]!.id, talks[1]!.id]
  const org = admin.actor.org_id
  const finds = async (text: string) => {
    const page = await admin.call(listConversations, { query: { search: text } })
    return page.conversations.map(({ id }) => id)
  }
  const { rows } = await server.pool.query<{ id: string }>(
    `insert into messages (org_id, id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at, conversation_id)
     select org_id, gen_random_uuid(), contact_id, channel_id, 'wamid.changing', 'in', 'live', 'text', 'zebra crossing', '{}', now(), now(), id
     from conversations where org_id = $1 and id = $2 returning id`,
    [org, first],
  )
  const change = (what: string) => server.pool.query(`${what} where org_id = $1 and id = $2`, [org, rows[0]!.id])
  expect(await finds('bra cro')).toEqual([first])
  await change(`update messages set text = 'elephant'`)
  expect([await finds('bra cro'), await finds('leph')]).toEqual([[], [first]])
  await change(`update messages set conversation_id = '${other}'`)
  expect(await finds('leph')).toEqual([other])
  await change(`update messages set conversation_id = null`)
  expect(await finds('leph')).toEqual([])
  await change(`update messages set conversation_id = '${other}'`)
  expect(await finds('leph')).toEqual([other])
  await change('delete from messages')
  expect(await finds('leph')).toEqual([])
})
