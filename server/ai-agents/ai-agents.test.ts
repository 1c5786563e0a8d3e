// AI agents: they answer what waits, tag with evidence, hand over, and are silent as soon as a person has the conversation.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changeContactTags, listTagChanges } from '../tags/schema.ts'
import { getContact } from '../contacts/schema.ts'
import { listColleagues } from '../conversations/colleagues-schema.ts'
import {
  closeConversation,
  getConversation,
  giveBackConversation,
  handOverConversation,
  sendMessage,
  takeConversation,
} from '../conversations/schema.ts'
import { changeAiTags, listSuggestions } from '../analysis/schema.ts'
import { mergeTags } from '../operations/schema.ts'
import { AT_ONCE, aPhone, numberOf, openShop, withTags, work } from '../../test/help/ai-agents.ts'
import { openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import * as schema from './schema.ts'
import { closeIdle } from './taking.ts'
import { openAiAgents } from './turns.ts'

let server: TestServer
let models: Record<'openai_compatible' | 'anthropic', ScriptedModel>
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  models = {
    openai_compatible: await openScriptedModel('openai_compatible'),
    anthropic: await openScriptedModel('anthropic'),
  }
})
afterEach(() => Promise.all(Object.values(models).map((model) => model.close())))

const actsOf = async (shop: Awaited<ReturnType<typeof openShop>>) =>
  (await shop.admin.call(schema.listAiAgentActs, { params: { id: shop.agent.id }, query: {} })).acts
    .toReversed()
    .map(({ kind, reason, words, tag }) => ({
      kind,
      ...(reason && { reason }),
      ...(words && { words }),
      ...(tag && { tag: tag.name }),
    }))

/** What the log says of the last question to a model. */
const lastOutcome = async ({ admin }: Awaited<ReturnType<typeof openShop>>) =>
  (
    await server.pool.query<{ outcome: string }>(
      'select outcome from model_calls where org_id = $1 order by id desc limit 1',
      [admin.actor.org_id],
    )
  ).rows[0]!.outcome

describe.each(['openai_compatible', 'anthropic'] as const)('by a model that speaks %s', (kind) => {
  test('a waiting conversation is taken and answered in the agent’s name, by the outbox', async () => {
    models[kind].answer = () => ({ text: 'Yes, Tuesday evening is free.' })
    const shop = await openShop(server, models[kind])
    const { id } = await shop.writes(aPhone(), 'Do you have', 'a table on Tuesday?')
    await work(server)
    expect(await shop.said(id)).toEqual([
      { direction: 'in', text: 'Do you have', sent_by: null },
      { direction: 'in', text: 'a table on Tuesday?', sent_by: null },
      { direction: 'out', text: 'Yes, Tuesday evening is free.', sent_by: 'Luna' },
    ])
    expect(models[kind].requests).toHaveLength(1)
    expect(await shop.admin.call(getConversation, { params: { id } })).toMatchObject({
      status: 'active',
      agent: { id: shop.agent.id, name: 'Luna', ai: true },
      unread_count: 0,
      waiting_since: null,
    })
    const { rows } = await server.pool.query(
      `select o.state from outgoing_messages o join messages m on m.org_id = o.org_id and m.id = o.message_id where m.conversation_id = $1`,
      [id],
    )
    expect(rows).toEqual([{ state: 'waiting' }])
    await work(server)
    expect(models[kind].requests).toHaveLength(1)
  })

  test('it tags with reason and evidence as AI tool, and G18 and the tag’s mode hold', async () => {
    const shop = await openShop(server, models[kind])
    const booking = await shop.tag('Table booking', 'Customer wants to book a table')
    const vip = await shop.tag('Big party', 'More than eight people')
    await shop.admin.call(changeAiTags, { body: { tags: [{ id: vip, mode: 'suggest' }] } })
    models[kind].answer = withTags((tags, request) => {
      const message = numberOf(request, 'book a table')
      const input = { message, quote: 'Book a TABLE', reason: 'Wants a table.', confidence: 0.9 }
      return [
        { name: 'add_tag', input: { ...input, tag_id: tags.get('Table booking') } },
        { name: 'add_tag', input: { ...input, tag_id: tags.get('Big party') } },
      ]
    }, 'For when?')
    const from = aPhone()
    const { id, contact } = await shop.writes(from, 'I would like to book a table for ten')
    await work(server)
    const tags = async () => (await shop.person.call(getContact, { params: { id: contact.id } })).active_tags
    expect(await tags()).toMatchObject([
      {
        tag: { id: booking },
        source: 'ai_tool',
        actor: { kind: 'ai_agent', name: 'Luna' },
        why: { reason: 'agent', words: 'Wants a table.', conversation_id: id },
        evidence: { quote: 'I would like to book a table for ten' },
      },
    ])
    const { suggestions } = await shop.person.call(listSuggestions, { query: { contact_id: contact.id } })
    expect(suggestions.map(({ tag }) => tag.name)).toEqual(['Big party'])
    expect(await actsOf(shop)).toEqual([
      { kind: 'took' },
      { kind: 'tagged', tag: 'Table booking' },
      { kind: 'suggested', tag: 'Big party' },
      { kind: 'answered' },
    ])

    await shop.person.call(changeContactTags, { params: { id: contact.id }, body: { remove: [booking] } })
    models[kind].requests.length = 0
    await shop.writes(from, 'Hello?')
    await work(server)
    expect(models[kind].requests[0]!.text).toContain('tags_that_colleagues_took_off')
    expect(models[kind].requests[0]!.text).toMatch(/tags_that_colleagues_took_off[^\]]*Table booking/)
    expect(await tags()).toEqual([])
    expect((await actsOf(shop)).filter(({ kind: act }) => act === 'refused')).toContainEqual({
      kind: 'refused',
      reason: 'held_back',
      tag: 'Table booking',
    })
  })

  test('what it quotes, and how it writes numbers, is read as when a closed conversation is tagged', async () => {
    const shop = await openShop(server, models[kind])
    for (const name of ['Late', 'Gift', 'Odd']) await shop.tag(name, `About ${name}`)
    models[kind].answer = withTags((tags, request) => {
      const message = String(numberOf(request, 'get it'))
      const input = { message, reason: 'x', confidence: '0.9' }
      return [
        { ...input, tag_id: tags.get('Late'), quote: '"I didn\'t get it"' },
        { ...input, tag_id: tags.get('Gift'), quote: 'i' },
        { ...input, tag_id: tags.get('Odd'), quote: 'get it', confidence: 'very' },
        { ...input, tag_id: tags.get('Odd'), quote: 'get it', confidence: 40 },
      ].map((each) => ({ name: 'add_tag', input: each }))
    }, 'I see.')
    const { id, contact } = await shop.writes(aPhone(), 'Hello, I didn’t get it')
    await work(server)
    const { active_tags } = await shop.admin.call(getContact, { params: { id: contact.id } })
    expect(active_tags).toMatchObject([{ tag: { name: 'Late' }, why: { confidence: 0.9 } }])
    expect((await actsOf(shop)).filter((act) => act.kind === 'refused')).toEqual([
      { kind: 'refused', reason: 'no_evidence', tag: 'Gift' },
      { kind: 'refused', reason: 'invalid_input', tag: 'Odd' },
      { kind: 'refused', reason: 'invalid_input', tag: 'Odd' },
    ])
    expect((await shop.said(id)).at(-1)).toMatchObject({ text: 'I see.' })
  })

  test('it hands over with a summary that colleagues read, and no AI takes the conversation again', async () => {
    let asked = 0
    models[kind].answer = () =>
      asked++ === 0
        ? { calls: [{ name: 'hand_over', input: { summary: 'Wants a cake with a photo.' } }] }
        : { text: 'A colleague will answer you.' }
    const shop = await openShop(server, models[kind])
    const from = aPhone()
    const { id } = await shop.writes(from, 'Can you print a photo on a cake?')
    await work(server)
    expect(await shop.admin.call(getConversation, { params: { id } })).toMatchObject({ status: 'pending', agent: null })
    expect((await shop.admin.call(getConversation, { params: { id } })).waiting_since).not.toBeNull()
    expect((await shop.said(id)).at(-1)).toMatchObject({ text: 'A colleague will answer you.', sent_by: 'Luna' })
    expect(await shop.person.call(schema.listHandOvers, { params: { id } })).toMatchObject({
      hand_overs: [
        {
          agent: { name: 'Luna' },
          reason: 'asked_by_model',
          summary: 'Wants a cake with a photo.',
          conversation_id: id,
        },
      ],
    })
    await shop.writes(from, 'Hello?')
    await work(server)
    expect(asked).toBe(2)
    expect(await shop.open(from)).toMatchObject({ status: 'pending', agent: null })
  })

  test.each([
    ['an unknown tool', { calls: [{ name: 'delete_contact', input: {} }] }, 'unknown_tool', 'garbage'],
    ['an invalid input', { calls: [{ name: 'add_tag', input: { tag_id: 7 } }] }, 'invalid_input', 'garbage'],
    ['no words', { text: '   ' }, 'garbage', 'garbage'],
    ['garbage', { raw: '<html>busy</html>' }, 'garbage', 'garbage'],
    ['a refusal', { text: 'No.', refuses: true }, 'model_refused', 'refused'],
    ['an answer that ends in the middle', { text: 'It is', cutShort: true }, 'too_long', 'garbage'],
    ['an answer that no message holds', { text: 'x'.repeat(5000) }, 'too_long', 'garbage'],
    ['a refused key', { status: 401 }, 'key_refused', 'key_refused'],
  ] as const)('%s: nothing is tagged or sent, and people are told why', async (_what, answer, reason, outcome) => {
    models[kind].answer = withTags(
      (tags, request) => [
        {
          name: 'add_tag',
          input: {
            tag_id: tags.get('Table booking'),
            message: numberOf(request, 'book'),
            quote: 'book',
            reason: 'x',
            confidence: 1,
          },
        },
      ],
      '',
    )
    const first = models[kind].answer
    models[kind].answer = async (request, n) =>
      n < 3 && reason !== 'key_refused' ? first(request, n) : (answer as never)
    const shop = await openShop(server, models[kind])
    await shop.tag('Table booking', 'Customer wants to book a table')
    const { id, contact } = await shop.writes(aPhone(), 'I want to book')
    await work(server)
    expect((await shop.admin.call(getContact, { params: { id: contact.id } })).active_tags).toEqual([])
    expect((await shop.said(id)).filter(({ direction }) => direction === 'out')).toEqual([])
    expect(await shop.admin.call(getConversation, { params: { id } })).toMatchObject({ status: 'pending', agent: null })
    expect((await actsOf(shop)).slice(1)).toEqual([
      { kind: 'failed', reason },
      { kind: 'handed_over', reason },
    ])
    expect(await lastOutcome(shop)).toBe(outcome)
  })

  test('what the model thinks aloud is not said to the customer', async () => {
    models[kind].answer = () => ({ text: '<think>An odd one. Shall I?</think>\n\nYes, Tuesday evening is free.' })
    const shop = await openShop(server, models[kind])
    const { id } = await shop.writes(aPhone(), 'A table on Tuesday?')
    await work(server)
    expect((await shop.said(id)).at(-1)).toMatchObject({ text: 'Yes, Tuesday evening is free.' })
  })

  test('a model that only calls tools is stopped, and people go on', async () => {
    models[kind].answer = () => ({ calls: [{ name: 'list_tags', input: {} }] })
    const shop = await openShop(server, models[kind])
    await shop.writes(aPhone(), 'Hi')
    await work(server)
    expect(models[kind].requests.length).toBeLessThan(10)
    expect((await actsOf(shop)).at(-1)).toEqual({ kind: 'handed_over', reason: 'too_many_steps' })
    expect(await lastOutcome(shop)).toBe('garbage')
  })
})

describe('a person', () => {
  test('who takes the conversation while an answer is made silences the agent: neither its words nor its tags come', async () => {
    const shop = await openShop(server, models.openai_compatible)
    await shop.tag('Table booking', 'Customer wants to book a table')
    const { id, contact } = await shop.writes(aPhone(), 'I want to book')
    const answer = withTags(
      (tags, request) => [
        {
          name: 'add_tag',
          input: {
            tag_id: tags.get('Table booking'),
            message: numberOf(request, 'book'),
            quote: 'book',
            reason: 'x',
            confidence: 1,
          },
        },
      ],
      'Too late.',
    )
    models.openai_compatible.answer = async (request, n) => {
      if (n === 3) await shop.person.call(takeConversation, { params: { id } })
      return answer(request)
    }
    await work(server)
    expect(models.openai_compatible.requests).toHaveLength(3)
    expect((await shop.said(id)).map(({ text }) => text)).toEqual(['I want to book'])
    expect((await shop.admin.call(getContact, { params: { id: contact.id } })).active_tags).toEqual([])
    expect(await shop.admin.call(getConversation, { params: { id } })).toMatchObject({
      agent: { id: shop.person.actor.id, ai: false },
    })
    expect((await actsOf(shop)).at(-1)).toEqual({
      kind: 'silenced',
      reason: 'person_took',
      words: shop.person.actor.name,
    })
    await shop.person.call(sendMessage, { params: { id }, body: { text: 'I am here.' } })
  })

  test('who was given it, or gives it back, keeps agents out of it', async () => {
    const shop = await openShop(server, models.openai_compatible)
    const from = aPhone()
    const { id } = await shop.writes(from, 'Hi')
    await work(server)
    await shop.admin.call(handOverConversation, { params: { id }, body: { user_id: shop.person.actor.id } })
    await shop.writes(from, 'Still there?')
    await work(server)
    await shop.person.call(giveBackConversation, { params: { id } })
    await shop.writes(from, 'Anybody?')
    await work(server)
    expect(models.openai_compatible.requests).toHaveLength(1)
  })

  test('who takes over ends the question that is under way', async () => {
    const shop = await openShop(server, models.openai_compatible)
    const { id } = await shop.writes(aPhone(), 'Hi')
    let asked = false
    models.openai_compatible.answer = () => {
      asked = true
      return 'silent'
    }
    const agents = openAiAgents(server, AT_ONCE)
    try {
      await expect.poll(() => asked, { timeout: 5000 }).toBe(true)
      await shop.person.call(takeConversation, { params: { id } })
      await expect
        .poll(
          async () =>
            (
              await server.pool.query(
                `select outcome from model_calls where conversation_id = $1 and outcome is not null`,
                [id],
              )
            ).rows.length,
          { timeout: 5000 },
        )
        .toBe(1)
    } finally {
      await agents.stop()
    }
  })
})

test('what the customer writes while an answer is made is answered with the rest', async () => {
  const shop = await openShop(server, models.openai_compatible)
  const from = aPhone()
  const { id } = await shop.writes(from, 'A table please')
  models.openai_compatible.answer = async ({ text }, n) => {
    if (n === 1) await shop.writes(from, 'for Friday')
    return { text: text.includes('for Friday') ? 'Friday it is.' : 'For when?' }
  }
  await work(server)
  expect((await shop.said(id)).map(({ text }) => text)).toEqual(['A table please', 'for Friday', 'Friday it is.'])
})

test('the words that ask for a person, and too many answers, hand over without asking the model', async () => {
  const shop = await openShop(server, models.openai_compatible, { most_answers: 1 })
  const a = await shop.writes(aPhone(), 'I have a COMPLAINT!')
  const from = aPhone()
  const b = await shop.writes(from, 'complaints-free so far')
  await work(server)
  expect(await shop.admin.call(getConversation, { params: { id: a.id } })).toMatchObject({ status: 'pending' })
  expect(await shop.admin.call(getConversation, { params: { id: b.id } })).toMatchObject({ status: 'active' })
  await shop.writes(from, 'and now?')
  await work(server)
  expect(models.openai_compatible.requests).toHaveLength(1)
  expect((await actsOf(shop)).filter(({ kind }) => kind === 'handed_over').map(({ reason }) => reason)).toEqual([
    'words',
    'most_answers',
  ])
})

test('a conversation in which a colleague wrote from the phone is left to people', async () => {
  const shop = await openShop(server, models.openai_compatible)
  const from = aPhone()
  const { id } = await shop.writes(from, 'Hi')
  await server.pool.query(
    `insert into messages (org_id, id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at, conversation_id)
     select org_id, gen_random_uuid(), contact_id, channel_id, 'wamid.echo' || id, 'out', 'echo', 'text', 'On my way', '{}', now(), now(), id from conversations where id = $1`,
    [id],
  )
  await shop.writes(from, 'Thanks')
  await work(server)
  expect(await shop.open(from)).toMatchObject({ status: 'pending' })
  expect(models.openai_compatible.requests).toHaveLength(0)
})

test('an answer is listed as it reads now, and not once it was deleted', async () => {
  models.openai_compatible.answer = () => ({ text: 'We open at noon.' })
  const shop = await openShop(server, models.openai_compatible)
  const { id } = await shop.writes(aPhone(), 'When do you open?')
  await work(server)
  const answers = async () =>
    (await shop.admin.call(schema.listAiAgentActs, { params: { id: shop.agent.id }, query: {} })).acts
      .filter(({ kind }) => kind === 'answered')
      .map(({ message }) => message)
  expect(await answers()).toEqual(['We open at noon.'])
  await server.pool.query(
    `update messages set wa_message_id = 'wamid.answer' where conversation_id = $1 and direction = 'out'`,
    [id],
  )
  const fromThePhone = (type: string, text: string | null) =>
    server.pool.query(
      `insert into messages (org_id, id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, target, sent_at, received_at, conversation_id)
       select org_id, gen_random_uuid(), contact_id, channel_id, 'wamid.' || gen_random_uuid(), 'out', 'echo', $2, $3, '{}', 'wamid.answer', now(), now(), id
       from conversations where id = $1`,
      [id, type, text],
    )
  await fromThePhone('edit', 'We open at eleven.')
  expect(await answers()).toEqual(['We open at eleven.'])
  await fromThePhone('revoke', null)
  expect(await answers()).toEqual([null])
})

test('a provider that is busy is asked again, and after that people go on', async () => {
  const shop = await openShop(server, models.openai_compatible)
  const { id } = await shop.writes(aPhone(), 'Hi')
  let n = 0
  models.openai_compatible.answer = () => (n++ < 2 ? { status: 503 } : { text: 'Here I am.' })
  for (let round = 0; round < 3; round++) await work(server)
  expect((await shop.said(id)).at(-1)).toMatchObject({ text: 'Here I am.' })
  models.openai_compatible.answer = () => ({ status: 503 })
  const other = await shop.writes(aPhone(), 'Hi')
  for (let round = 0; round < 5; round++) await work(server)
  expect(await shop.admin.call(getConversation, { params: { id: other.id } })).toMatchObject({ status: 'pending' })
  expect((await actsOf(shop)).at(-1)).toEqual({ kind: 'handed_over', reason: 'unreachable' })
})

test('it takes off only what it put on itself', async () => {
  const shop = await openShop(server, models.openai_compatible)
  const own = await shop.tag('Undecided', 'Does not know yet')
  const theirs = await shop.tag('Regular', 'Comes often')
  const from = aPhone()
  const { contact } = await shop.writes(from, 'I do not know yet')
  await shop.admin.call(changeContactTags, { params: { id: contact.id }, body: { add: [theirs] } })
  models.openai_compatible.answer = withTags(
    (tags, request) => [
      {
        name: 'add_tag',
        input: {
          tag_id: tags.get('Undecided'),
          message: numberOf(request, 'know yet'),
          quote: 'do not know yet',
          reason: 'x',
          confidence: 1,
        },
      },
    ],
    'Take your time.',
  )
  await work(server)
  models.openai_compatible.answer = withTags(
    (tags) => ['Undecided', 'Regular'].map((name) => ({ name: 'remove_tag', input: { tag_id: tags.get(name) } })),
    'Good.',
  )
  await shop.writes(from, 'Friday then')
  await work(server)
  expect(
    (await shop.admin.call(getContact, { params: { id: contact.id } })).active_tags.map(({ tag }) => tag.id),
  ).toEqual([theirs])
  expect(own).not.toBe(theirs)
  const { changes } = await shop.admin.call(listTagChanges, { params: { id: contact.id }, query: {} })
  expect(changes.find(({ change }) => change === 'removed')).toMatchObject({
    source: 'ai_tool',
    actor: { name: 'Luna' },
  })
  expect((await actsOf(shop)).filter(({ kind }) => kind === 'refused')).toEqual([
    { kind: 'refused', reason: 'not_its_own', tag: 'Regular' },
  ])
})

test('what it thinks better of while it answers is not done: its last word on a tag counts', async () => {
  const shop = await openShop(server, models.openai_compatible)
  const kept = await shop.tag('Regular', 'Comes often')
  await shop.tag('Undecided', 'Does not know yet')
  const from = aPhone()
  const { contact } = await shop.writes(from, 'I do not know yet, I come often')
  const input = { message: 1, reason: 'x', confidence: 1 }
  const adds = (tags: Map<string, string>, name: string, quote: string) => ({
    name: 'add_tag',
    input: { ...input, tag_id: tags.get(name), quote },
  })
  const takesOff = (tags: Map<string, string>, name: string) => ({
    name: 'remove_tag',
    input: { tag_id: tags.get(name) },
  })
  models.openai_compatible.answer = withTags(
    (tags) => [
      adds(tags, 'Regular', 'come often'),
      adds(tags, 'Undecided', 'do not know'),
      takesOff(tags, 'Undecided'),
    ],
    'Take your time.',
  )
  await work(server)
  const onContact = async () =>
    (await shop.admin.call(getContact, { params: { id: contact.id } })).active_tags.map(({ tag }) => tag.id)
  expect(await onContact()).toEqual([kept])
  models.openai_compatible.answer = withTags(
    (tags) => [takesOff(tags, 'Regular'), adds(tags, 'Regular', 'come often')],
    'Good.',
  )
  await shop.writes(from, 'Friday then')
  await work(server)
  expect(await onContact()).toEqual([kept])
  expect((await actsOf(shop)).filter(({ kind }) => ['tagged', 'untagged', 'refused'].includes(kind))).toEqual([
    { kind: 'tagged', tag: 'Regular' },
  ])
})

test('it is told what people took off by the name of what that is merged into, from the moment of the merge', async () => {
  const shop = await openShop(server, models.openai_compatible)
  const [old, kept] = [await shop.tag('Reservation', ''), await shop.tag('Table booking', '')]
  const { contact } = await shop.writes(aPhone(), 'Hello?')
  const change = (body: { add?: string[]; remove?: string[] }) =>
    shop.admin.call(changeContactTags, { params: { id: contact.id }, body })
  await change({ add: [old] })
  await change({ remove: [old] })
  await shop.admin.call(mergeTags, { params: { id: old }, body: { into: kept } })
  models.openai_compatible.answer = () => ({ text: 'Hello.' })
  await work(server)
  const told = /tags_that_colleagues_took_off[^[]*\[([^\]]*)\]/.exec(models.openai_compatible.requests[0]!.text)![1]
  expect(told).toContain('Table booking')
})

test('when the customer needs nothing more it closes the conversation, which is analysed as any', async () => {
  const shop = await openShop(server, models.anthropic)
  let n = 0
  models.anthropic.answer = () => (n++ === 0 ? { calls: [{ name: 'close', input: {} }] } : { text: 'See you!' })
  const { id } = await shop.writes(aPhone(), 'That is all, thanks')
  await work(server)
  expect(await shop.admin.call(getConversation, { params: { id } })).toMatchObject({
    status: 'closed_by_agent',
    closed_by: 'Luna',
  })
  expect((await server.pool.query('select state from analyses where conversation_id = $1', [id])).rows).toHaveLength(1)
})

test('after silence it closes once, on however many servers, as AI auto-closed; not before, and not what waits', async () => {
  const shop = await openShop(server, models.openai_compatible, { close_after_minutes: 30 })
  const idle = await shop.writes(aPhone(), 'Hi')
  const talking = await shop.writes(aPhone(), 'Hi')
  const theirs = await shop.writes(aPhone(), 'Hi')
  await work(server)
  await shop.person.call(takeConversation, { params: { id: theirs.id } })
  const older = async (minutes: number, ids: string[]) => {
    for (const change of [
      `update ai_agent_conversations set answered_at = now() - make_interval(mins => $1) where conversation_id = any($2)`,
      `update conversations set last_message_at = now() - make_interval(mins => $1) where id = any($2)`,
      `update outgoing_messages set state = 'accepted', settled_at = now() - make_interval(mins => $1)
       where message_id in (select id from messages where conversation_id = any($2))`,
    ])
      // oxlint-disable-next-line no-await-in-loop -- three short statements
      await server.pool.query(change, [minutes, ids])
  }
  await older(29, [idle.id])
  await older(40, [talking.id, theirs.id])
  await shop.writes(talking.contact.phone!, 'Wait')
  await closeIdle(server.db)
  expect(await shop.admin.call(getConversation, { params: { id: idle.id } })).toMatchObject({ status: 'active' })
  await older(31, [idle.id])
  const second = await openTestServer({ beside: server })
  await Promise.all([server, second].map(({ db }) => closeIdle(db)))
  await second.close()
  expect(await shop.admin.call(getConversation, { params: { id: idle.id } })).toMatchObject({
    status: 'ai_auto_closed',
    closed_by: 'Luna',
  })
  for (const { id } of [talking, theirs])
    expect((await shop.admin.call(getConversation, { params: { id } })).closed_at).toBeNull()
  const { rows } = await server.pool.query(
    `select (select count(*)::int from conversation_closings where conversation_id = $1) as closings, (select count(*)::int from analyses where conversation_id = $1) as analyses`,
    [idle.id],
  )
  expect(rows).toEqual([{ closings: 1, analyses: 1 }])
})

describe('settings', () => {
  test('one active agent answers a number: the second is refused with the names of both', async () => {
    const shop = await openShop(server, models.openai_compatible)
    await expect(
      shop.admin.call(schema.createAiAgent, { body: { ...shop.settings, name: 'Sol' } }),
    ).rejects.toMatchObject({
      problem: { reason: 'number_has_agent', field: 'channel_ids', data: { agent: 'Luna', number: 'Main number' } },
    })
    const idle = await shop.admin.call(schema.createAiAgent, {
      body: { ...shop.settings, name: 'Sol', active: false },
    })
    const behind = await shop.admin.call(schema.createAiAgent, {
      body: { ...shop.settings, name: 'Behind', user_facing: false },
    })
    expect((await shop.admin.call(schema.listAiAgents, {})).agents.map(({ name }) => name)).toEqual([
      'Behind',
      'Luna',
      'Sol',
    ])
    const two = await Promise.allSettled(
      [idle, behind].map(({ id, name }) =>
        shop.admin.call(schema.updateAiAgent, {
          params: { id },
          body: { ...shop.settings, name, channel_ids: [], active: true },
        }),
      ),
    )
    expect(two.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    const both = await Promise.allSettled(
      ['A', 'B', 'C'].map((name) =>
        shop.admin.call(schema.createAiAgent, { body: { ...shop.settings, name, user_facing: false } }),
      ),
    )
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('agents cannot see or change them; other organizations’ agents, numbers and models are not found', async () => {
    const shop = await openShop(server, models.openai_compatible)
    const other = await openShop(server, models.openai_compatible)
    const params = { id: shop.agent.id }
    await expect(shop.person.call(schema.listAiAgents, {})).rejects.toMatchObject({ status: 403 })
    await expect(shop.person.call(schema.updateAiAgent, { params, body: shop.settings })).rejects.toMatchObject({
      status: 403,
    })
    for (const call of [
      () => other.admin.call(schema.getAiAgent, { params }),
      () => other.admin.call(schema.removeAiAgent, { params }),
      () => other.admin.call(schema.listAiAgentActs, { params, query: {} }),
      () =>
        other.admin.call(schema.createAiAgent, {
          body: { ...other.settings, active: false, channel_ids: [shop.channelId] },
        }),
      () =>
        other.admin.call(schema.createAiAgent, {
          body: { ...other.settings, active: false, provider_id: shop.settings.provider_id },
        }),
    ])
      await expect(call()).rejects.toMatchObject({ status: 404 })
  })

  test('switched off or removed, what it had waits for anyone; its name stays, and the figures know it for an AI', async () => {
    const shop = await openShop(server, models.openai_compatible)
    const from = aPhone()
    const { id } = await shop.writes(from, 'Hi')
    await work(server)
    const off = await shop.admin.call(schema.updateAiAgent, {
      params: { id: shop.agent.id },
      body: { ...shop.settings, active: false, seen_at: shop.agent.updated_at },
    })
    await work(server)
    expect(await shop.open(from)).toMatchObject({ status: 'pending', agent: null })
    expect((await actsOf(shop)).at(-1)).toEqual({ kind: 'silenced', reason: 'switched_off' })
    await expect(
      shop.admin.call(schema.updateAiAgent, {
        params: { id: shop.agent.id },
        body: { ...shop.settings, seen_at: shop.agent.updated_at },
      }),
    ).rejects.toMatchObject({ problem: { reason: 'ai_agent_changed_meanwhile' } })
    await shop.admin.call(schema.updateAiAgent, {
      params: { id: off.id },
      body: { ...shop.settings, seen_at: off.updated_at },
    })
    await shop.writes(from, 'Are you there?')
    await work(server)
    expect(await shop.open(from)).toMatchObject({ status: 'active', agent: { name: 'Luna', ai: true } })
    expect(await shop.person.call(listColleagues, {})).toMatchObject({ ai_agents: [{ name: 'Luna' }] })
    await shop.admin.call(closeConversation, { params: { id }, body: {} })
    await shop.admin.call(schema.removeAiAgent, { params: { id: off.id } })
    expect(await shop.person.call(listColleagues, {})).toMatchObject({ ai_agents: [] })
    expect(await shop.admin.call(getConversation, { params: { id } })).toMatchObject({
      agent: { name: 'Luna', ai: true },
    })
  })
})
