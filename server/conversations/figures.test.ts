// Agents' figures say what plain counting says, and whose an answer and a closing are after conversations changed hands.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { newId } from '../lib/ids.ts'
import { removePerson } from '../people/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { openTalks } from '../../test/help/talk.ts'
import { getAgentFigures, type Figures } from './figures-schema.ts'
import {
  closeConversation,
  giveBackConversation,
  handOverConversation,
  listConversations,
  sendMessage,
} from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const HOUR = 3_600_000
const LONG_AGO = '2020-01-01T00:00:00Z'
const now = Date.parse('2026-03-01T00:00:00Z')

const NOTHING: Figures = {
  open: 0,
  closed_by_agent: 0,
  closed_by_admin: 0,
  expired: 0,
  ai_auto_closed: 0,
  first_answers: 0,
  first_answer_median: null,
  first_answer_p90: null,
  close_median: null,
}

interface Made {
  status: 'pending' | 'active' | 'closed_by_agent' | 'closed_by_admin' | 'expired' | 'ai_auto_closed'
  agent: Person | null
  channel: string
  opened: number
  answered: number | null
  answeredBy: Person | null
  closed: number | null
}

/** The same numbers every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % sides
  }
}

function madeUp(people: readonly Person[], channels: readonly string[], roll: (sides: number) => number): Made {
  const statuses = ['pending', 'active', 'closed_by_agent', 'closed_by_admin', 'expired', 'ai_auto_closed'] as const
  const status = statuses[roll(statuses.length)]!
  const somebody = () => people[roll(people.length)]!
  const opened = now - (1 + roll(20 * 24 * 3600)) * 1000
  const isAnswered = roll(3) > 0
  return {
    status,
    agent: status === 'pending' || (status !== 'active' && roll(4) === 0) ? null : somebody(),
    channel: channels[roll(channels.length)]!,
    opened,
    // Now and then from a phone, told late: older than the message that opened the conversation.
    answered: isAnswered ? opened + (roll(8 * 3600) - 600) * 1000 : null,
    answeredBy: isAnswered && roll(5) > 0 ? somebody() : null,
    closed: status === 'pending' || status === 'active' ? null : opened + roll(30 * 3600) * 1000,
  }
}

async function insert(orgId: string, contactId: string, made: readonly Made[]): Promise<void> {
  const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  await server.pool.query(
    `insert into conversations (org_id, id, contact_id, channel_id, status, agent_id, agent_name, opened_at, first_answered_at,
       first_answered_by_id, first_answered_by_name, closed_at, last_message_at, window_ends_at)
     select $1, id, contact, channel, status, agent, agent_name, opened, answered, answerer, answerer_name, closed, opened, opened + interval '24 hours'
     from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::timestamptz[], $9::timestamptz[],
       $10::uuid[], $11::text[], $12::timestamptz[])
       as u (id, contact, channel, status, agent, agent_name, opened, answered, answerer, answerer_name, closed)`,
    [
      orgId,
      made.map(() => newId()),
      made.map(() => contactId),
      made.map((each) => each.channel),
      made.map((each) => each.status),
      made.map((each) => each.agent?.actor.id ?? null),
      made.map((each) => each.agent?.actor.name ?? null),
      made.map((each) => at(each.opened)),
      made.map((each) => at(each.answered)),
      made.map((each) => each.answeredBy?.actor.id ?? null),
      made.map((each) => each.answeredBy?.actor.name ?? null),
      made.map((each) => at(each.closed)),
    ],
  )
}

/** What so large a share of the values is not above, between two of them in proportion. */
function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)]!
  return low + (sorted[Math.ceil(place)]! - low) * (place - Math.floor(place))
}

interface Asked {
  from: number
  before: number
  channel?: string
  /** Undefined for all, null for nobody. */
  who?: Person | null
}

function counted(made: readonly Made[], { from, before, channel, who }: Asked): Figures {
  const ours = made.filter((each) => channel === undefined || each.channel === channel)
  const theirs = (person: Person | null) => who === undefined || person === who
  const within = (at: number | null) => at !== null && at >= from && at < before
  const closed = ours.filter((each) => theirs(each.agent) && within(each.closed))
  const answered = ours.filter(
    (each) => theirs(each.answeredBy) && within(each.answered) && each.answered! >= each.opened,
  )
  const by = (status: Made['status']) => closed.filter((each) => each.status === status)
  const rounded = (seconds: number | null) => (seconds === null ? null : Math.round(seconds))
  const waits = answered.map((each) => (each.answered! - each.opened) / 1000)
  const took = [...by('closed_by_agent'), ...by('closed_by_admin')].map((each) => (each.closed! - each.opened) / 1000)
  return {
    open: ours.filter((each) => theirs(each.agent) && each.closed === null).length,
    closed_by_agent: by('closed_by_agent').length,
    closed_by_admin: by('closed_by_admin').length,
    expired: by('expired').length,
    ai_auto_closed: by('ai_auto_closed').length,
    first_answers: answered.length,
    first_answer_median: rounded(percentile(waits, 0.5)),
    first_answer_p90: rounded(percentile(waits, 0.9)),
    close_median: rounded(percentile(took, 0.5)),
  }
}

/** Halves may be rounded either way. */
function expectSame(got: Figures, wanted: Figures): void {
  for (const name of ['first_answer_median', 'first_answer_p90', 'close_median'] as const) {
    if (wanted[name] === null) expect(got[name], name).toBeNull()
    else expect(Math.abs(got[name]! - wanted[name]), name).toBeLessThanOrEqual(1)
  }
  const exact = ({ open, closed_by_agent, closed_by_admin, expired, ai_auto_closed, first_answers }: Figures) => ({
    open,
    closed_by_agent,
    closed_by_admin,
    expired,
    ai_auto_closed,
    first_answers,
  })
  expect(exact(got)).toEqual(exact(wanted))
}

test('figures are those of plain counting, for any period and number, for everybody, for nobody, and over all', async () => {
  const admin = await server.newPerson('admin')
  const orgId = admin.actor.org_id
  const people = [admin, await server.newPerson('agent', orgId), await server.newPerson('agent', orgId)]
  const leaver = await server.newPerson('agent', orgId)
  const idle = await server.newPerson('agent', orgId)
  const channels = [
    (await server.newAccount(admin)).account.channels[0]!.id,
    (await server.newAccount(admin)).account.channels[0]!.id,
  ]
  const roll = dice(2026)
  // One open conversation between a contact and a number: each has a contact of its own.
  const made = Array.from({ length: 400 }, () => madeUp([...people, leaver], channels, roll))
  const isOpen = ({ closed }: Made) => closed === null
  const contact = await sighted(server, admin)
  await insert(
    orgId,
    contact,
    made.filter((each) => !isOpen(each)),
  )
  for (const each of made.filter(isOpen)) await insert(orgId, await sighted(server, admin), [each])
  await admin.call(removePerson, { params: { id: leaver.actor.id } })
  // What they had open waits again.
  const nowMade = made.map((each) => (each.closed === null && each.agent === leaver ? { ...each, agent: null } : each))

  for (let n = 0; n < 12; n++) {
    const from = now - (1 + roll(20)) * 24 * HOUR
    const before = from + (1 + roll(10)) * 24 * HOUR
    const channel = n % 3 === 0 ? channels[n % 2] : undefined
    const asked = { from, before, ...(channel === undefined ? {} : { channel }) }
    const { agents, all } = await admin.call(getAgentFigures, {
      query: {
        from: new Date(from).toISOString(),
        before: new Date(before).toISOString(),
        ...(channel === undefined ? {} : { channels: channel }),
      },
    })
    expectSame(all, counted(nowMade, asked))
    for (const who of [...people, leaver, null]) {
      const row = agents.find(({ agent }) => (agent?.id ?? null) === (who?.actor.id ?? null))
      expectSame(row ?? NOTHING, counted(nowMade, { ...asked, who }))
      if (row && who === leaver)
        expect(row.agent).toEqual({ id: leaver.actor.id, name: leaver.actor.name, removed: true, ai: false })
      else if (row?.agent) expect(row.agent.removed).toBe(false)
    }
    expect(agents.find(({ agent }) => agent?.id === idle.actor.id)).toEqual({
      agent: { id: idle.actor.id, name: idle.actor.name, removed: false, ai: false },
      ...NOTHING,
    })
  }
})

test('the first answer stays theirs who gave it, a closing is theirs who had the conversation then', async () => {
  const admin = await server.newPerson('admin')
  const first = await server.newPerson('agent', admin.actor.org_id)
  const second = await server.newPerson('agent', admin.actor.org_id)
  const { talk } = await openTalks(server, first)
  const { conversationId } = await talk()
  const params = { id: conversationId }
  await first.call(sendMessage, { params, body: { text: 'Good morning' } })
  await first.call(handOverConversation, { params, body: { user_id: second.actor.id } })
  await second.call(sendMessage, { params, body: { text: 'I go on' } })
  await admin.call(closeConversation, { params, body: {} })
  // Of this one nobody has anything once it is given back.
  const { conversationId: other } = await talk()
  await first.call(giveBackConversation, { params: { id: other } })

  const { agents, all } = await admin.call(getAgentFigures, { query: { from: LONG_AGO } })
  const of = (person: Person | null) => agents.find(({ agent }) => (agent?.id ?? null) === (person?.actor.id ?? null))
  expect(of(first)).toMatchObject({ open: 0, first_answers: 1, closed_by_admin: 0 })
  expect(of(second)).toMatchObject({ open: 0, first_answers: 0, closed_by_admin: 1, close_median: expect.any(Number) })
  expect(of(null)).toMatchObject({ open: 1, first_answers: 0 })
  expect(all).toMatchObject({ open: 1, first_answers: 1, closed_by_admin: 1 })
})

test('what a colleague writes in the phone app is a first answer, of nobody here; what is older than the question is none', async () => {
  const admin = await server.newPerson('admin')
  const account = await server.newAccount(admin)
  const [from, when] = ['+16505551234', (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000)]
  const { phoneNumberId, displayPhone } = account
  const asks = composeTextMessage({ phoneNumberId, displayPhone, wabaId: '1', from, text: 'Hello?', at: when(10) })
  const echo = (text: string, minutesAgo: number) =>
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '1',
          changes: [
            {
              field: 'smb_message_echoes',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: displayPhone, phone_number_id: phoneNumberId },
                message_echoes: [
                  {
                    from: displayPhone.replaceAll(/\D/g, ''),
                    to: from.slice(1),
                    id: `wamid.${newId()}`,
                    timestamp: String(Math.floor(when(minutesAgo).getTime() / 1000)),
                    type: 'text',
                    text: { body: text },
                  },
                ],
              },
            },
          ],
        },
      ],
    })
  const answers = async () => {
    await server.interpret()
    const { agents, all } = await admin.call(getAgentFigures, { query: { from: LONG_AGO } })
    const { first_answers, first_answer_median } = agents.find(({ agent }) => agent === null)!
    expect(all.first_answers).toBe(first_answers)
    return { first_answers, minutes: first_answer_median === null ? null : Math.round(first_answer_median / 60) }
  }
  const waits = async () =>
    (await admin.call(listConversations, { query: {} })).conversations[0]!.waiting_since !== null
  await account.deliver(asks)
  expect(await answers()).toEqual({ first_answers: 0, minutes: null })
  // The phone tells late what had been written before.
  await account.deliver(echo('We open at nine', 30))
  expect(await answers()).toEqual({ first_answers: 0, minutes: null })
  expect(await waits()).toBe(true)
  await account.deliver(echo('Hello!', 6))
  expect(await answers()).toEqual({ first_answers: 1, minutes: 4 })
  expect(await waits()).toBe(false)
  await account.deliver(echo('How can I help?', 2))
  expect(await answers()).toEqual({ first_answers: 1, minutes: 4 })
})

test('agents do not see the figures of their colleagues', async () => {
  const agent = await server.newPerson('agent', (await server.newPerson('admin')).actor.org_id)
  await expect(agent.call(getAgentFigures, { query: { from: LONG_AGO } })).rejects.toMatchObject({
    problem: { reason: 'role_not_allowed' },
  })
})
