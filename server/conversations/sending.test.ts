// Writing to customers, against a Graph API that answers as Meta does, and goes wrong as it does.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openGraph, type Graph, type Mishap } from '../../test/help/graph.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { openTalks, stateOf } from '../../test/help/talk.ts'
import { getSession } from '../access/schema.ts'
import { updateAccount } from '../channels/accounts.ts'
import { listChannels } from '../channels/schema.ts'
import { composeStatus } from '../channels/whatsapp/compose.ts'
import { openSender, type Pace, type Sender } from './sender.ts'
import { resendMessage, sendMessage, settleMessage } from './sending.ts'

let graph: Graph
let server: TestServer
let second: TestServer
let admin: Person
let senders: Sender[] = []

beforeAll(async () => {
  graph = await openGraph()
  server = await openTestServer({ config: { graphApiUrl: graph.url } })
  second = await openTestServer({ beside: server, config: { graphApiUrl: graph.url } })
})
beforeEach(async () => {
  admin = await server.newPerson()
})
afterEach(async () => {
  await Promise.all(senders.map((sender) => sender.stop()))
  senders = []
  graph.mishap = () => null
  graph.token = 'EAAG-token'
  for (const list of [graph.messages, graph.requests, graph.reads]) list.length = 0
  graph.most = 0
  graph.mostToOne = 0
  await sql`delete from outgoing_messages`.execute(server.db)
})
afterAll(async () => {
  await second.close()
  await server.close()
  await graph.close()
})

/** The pace of tests: what Meta counts in seconds is some hundredths. */
const FAST = {
  firstWaitMs: 40,
  mostWaitMs: 400,
  pairWaitMs: 300,
  tokenWaitMs: 60_000,
  lookEveryMs: 20,
  perSecond: 2000,
}
function startSender(pace: Partial<Pace> = {}, on: TestServer = server): Sender {
  const sender = openSender(on, { ...FAST, ...pace })
  senders.push(sender)
  return sender
}
const until = <T>(check: () => T | Promise<T>, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 10 })
const written = () => graph.messages.map(({ body }) => (body['text'] as { body: string }).body)
const once = (mishap: Mishap) => {
  let left = 1
  return () => (left-- > 0 ? mishap : null)
}
const write = <T>(work: (tx: Parameters<typeof sendMessage>[0]) => Promise<T>) => server.db.transaction().execute(work)

describe('writing', () => {
  test('what an agent writes is in the conversation at once, and nobody waits any more', async () => {
    const { talk } = await openTalks(server, admin)
    const { conversationId, contactId, write: say } = await talk()
    const id = await say('¡Hola! 👋')
    const message = await server.db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    expect(message).toMatchObject({
      contact_id: contactId,
      conversation_id: conversationId,
      direction: 'out',
      origin: 'sent',
      type: 'text',
      text: '¡Hola! 👋',
      wa_message_id: null,
      sent_by_id: admin.actor.id,
      sent_by_name: admin.actor.name,
    })
    const conversation = await server.db
      .selectFrom('conversations')
      .selectAll()
      .where('id', '=', conversationId)
      .executeTakeFirstOrThrow()
    expect(conversation).toMatchObject({ last_message_id: id, waiting_since: null, first_answered_at: message.sent_at })
    const { rows: events } =
      await sql`select kind, contact_id, after, actor_name from events where org_id = ${admin.actor.org_id} and kind like 'conversation.%'`.execute(
        server.db,
      )
    expect(events).toEqual([
      {
        kind: 'conversation.message',
        contact_id: contactId,
        after: { conversation_id: conversationId },
        actor_name: admin.actor.name,
      },
    ])
  })

  test('only the agent who has the conversation writes, while it is open, and within WhatsApp’s 24 hours', async () => {
    const { talk } = await openTalks(server, admin)
    const { conversationId } = await talk()
    const colleague = await server.newPerson('agent', admin.actor.org_id)
    const stranger = await server.newPerson()
    const say = (person: Person, reply_to?: string) =>
      write((tx) => sendMessage(tx, person.actor, conversationId, { text: 'Hi', reply_to }))
    await expect(say(colleague)).rejects.toMatchObject({
      details: { reason: 'conversation_not_yours', data: { agent_name: admin.actor.name } },
    })
    await expect(say(stranger)).rejects.toMatchObject({
      code: 'not_found',
      details: { reason: 'conversation_missing' },
    })
    await expect(say(admin, '01890000-0000-7000-8000-000000000000')).rejects.toMatchObject({
      details: { reason: 'reply_target_missing', field: 'reply_to' },
    })
    await sql`update conversations set window_ends_at = now() where id = ${conversationId}`.execute(server.db)
    await expect(say(admin)).rejects.toMatchObject({ details: { reason: 'window_closed' } })
    await sql`update conversations set status = 'pending', agent_id = null, agent_name = null where id = ${conversationId}`.execute(
      server.db,
    )
    await expect(say(admin)).rejects.toMatchObject({ details: { reason: 'conversation_not_taken' } })
    await sql`update conversations set status = 'expired', closed_at = now() where id = ${conversationId}`.execute(
      server.db,
    )
    await expect(say(admin)).rejects.toMatchObject({ details: { reason: 'conversation_closed' } })
    expect(await server.db.selectFrom('outgoing_messages').selectAll().execute()).toEqual([])
  })
})

describe('sending', () => {
  test('a message goes to the phone with a plus, without preview, with our id, and gets WhatsApp’s id', async () => {
    const { account, talk } = await openTalks(server, admin)
    const { write: say } = await talk({ wa_id: '4915110000001' })
    const id = await say('Hello https://example.com')
    startSender()
    await until(async () => expect((await stateOf(server, id)).state).toBe('accepted'))
    expect(graph.requests).toHaveLength(1)
    expect(graph.requests[0]!.headers).toMatchObject({
      authorization: 'Bearer EAAG-token',
      'content-type': 'application/json',
    })
    expect(graph.requests[0]!.body).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '+4915110000001',
      type: 'text',
      text: { body: 'Hello https://example.com', preview_url: false },
      biz_opaque_callback_data: id,
    })
    expect(graph.messages[0]!.phone_number_id).toBe(account.phoneNumberId)
    expect((await stateOf(server, id)).wa_message_id).toBe(graph.messages[0]!.id)
  })

  test('a customer without a phone gets it by the id of the sending number’s portfolio; without either it fails in words', async () => {
    const { talk } = await openTalks(server, admin)
    const known = await talk({ bsuid: 'US.13491208655302741918', portfolio_id: '506914307656634' })
    const elsewhere = await talk({ bsuid: 'US.999', portfolio_id: 'another portfolio' })
    const [first, other] = [await known.write('To an id'), await elsewhere.write('To nobody')]
    startSender()
    await until(async () => expect((await stateOf(server, other)).state).toBe('failed'))
    await until(async () => expect((await stateOf(server, first)).state).toBe('accepted'))
    expect(graph.requests).toHaveLength(1)
    expect(graph.requests[0]!.body).toMatchObject({ recipient: 'US.13491208655302741918' })
    expect(graph.requests[0]!.body).not.toHaveProperty('to')
    expect((await stateOf(server, other)).error_text).toContain('neither a phone number')
  })

  test('an answer names the message that it answers; one that WhatsApp does not have yet cannot be answered', async () => {
    const { talk } = await openTalks(server, admin)
    const { write: say } = await talk()
    const first = await say('First')
    await expect(say('Reply', first)).rejects.toMatchObject({ details: { reason: 'reply_target_unsent' } })
    startSender()
    await until(async () => expect((await stateOf(server, first)).state).toBe('accepted'))
    const reply = await say('Reply', first)
    await until(async () => expect((await stateOf(server, reply)).state).toBe('accepted'))
    expect(graph.messages[1]!.reply_to).toBe(graph.messages[0]!.id)
  })

  test('to one contact in the order of writing, one by one; to different contacts at once, twenty at most', async () => {
    const { talk } = await openTalks(server, admin)
    const talks = await Promise.all(Array.from({ length: 30 }, () => talk()))
    const ids: string[] = []
    for (const n of [1, 2, 3]) for (const [who, each] of talks.entries()) ids.push(await each.write(`${who}:${n}`))
    graph.mishap = () => ({ takes_after_ms: 60 })
    startSender()
    await until(() => expect(graph.messages).toHaveLength(90))
    for (let who = 0; who < 30; who++)
      expect(written().filter((text) => text.startsWith(`${who}:`))).toEqual([`${who}:1`, `${who}:2`, `${who}:3`])
    expect(graph.most).toBeGreaterThan(1)
    expect(graph.mostToOne).toBe(1)
    expect(graph.most).toBeLessThanOrEqual(20)
    expect(new Set(graph.requests.map(({ body }) => body['biz_opaque_callback_data']))).toEqual(new Set(ids))
  })

  test('never faster than Meta takes it from a number', async () => {
    const { talk } = await openTalks(server, admin)
    const talks = await Promise.all(Array.from({ length: 40 }, () => talk()))
    for (const each of talks) await each.write('Hi')
    startSender({ perSecond: 80 })
    await until(() => expect(graph.requests).toHaveLength(40))
    const gaps = graph.requests.slice(1).map(({ at }, n) => at - graph.requests[n]!.at)
    expect(graph.requests.at(-1)!.at - graph.requests[0]!.at).toBeGreaterThan(38 * 12.5)
    expect(gaps.filter((gap) => gap < 4).length).toBeLessThan(10)
  })

  test('two senders at once send each message once', async () => {
    const { talk } = await openTalks(server, admin)
    const other = await openTalks(server, admin)
    const talks = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? other : { talk }).talk()))
    graph.mishap = () => ({ takes_after_ms: 15 })
    startSender()
    startSender({}, second)
    for (let n = 0; n < 10; n++) {
      for (const [who, each] of talks.entries()) await each.write(`${who}:${n}`)
      for (const sender of senders) sender.wake()
    }
    await until(() => expect(graph.messages).toHaveLength(100))
    expect(graph.requests).toHaveLength(100)
    expect(graph.mostToOne).toBe(1)
    for (let who = 0; who < 10; who++)
      expect(written().filter((text) => text.startsWith(`${who}:`))).toEqual(
        Array.from({ length: 10 }, (_, n) => `${who}:${n}`),
      )
  })
})

test('a server that starts while another one sends takes nothing out of its hands', async () => {
  const { talk } = await openTalks(server, admin)
  const { write: say } = await talk()
  const id = await say('Slowly')
  graph.mishap = () => ({ takes_after_ms: 500 })
  startSender()
  await until(() => expect(graph.requests).toHaveLength(1))
  startSender({}, second)
  await new Promise((resolve) => setTimeout(resolve, 250))
  expect((await stateOf(server, id)).state).toBe('sending')
  await until(async () => expect((await stateOf(server, id)).state).toBe('accepted'))
})

describe('trouble', () => {
  test.each<[string, Mishap]>([
    ['131000', { code: 131_000 }],
    ['131016', { code: 131_016 }],
    ['1', { code: 1 }],
    ['2', { code: 2 }],
    ['a bare 503', { status: 503 }],
  ])('%s is tried again, later each time, and what was written after it waits', async (_, mishap) => {
    const { talk } = await openTalks(server, admin)
    const { write: say } = await talk()
    const first = await say('First')
    await say('Second')
    let left = 3
    graph.mishap = () => (left-- > 0 ? mishap : null)
    startSender()
    await until(() => expect(written()).toEqual(['First', 'Second']))
    expect(graph.requests.map(({ text }) => text)).toEqual(['First', 'First', 'First', 'First', 'Second'])
    const waits = graph.requests.slice(1, 4).map(({ at }, n) => at - graph.requests[n]!.at)
    for (const [n, least] of [40, 80, 160].entries()) expect(waits[n]).toBeGreaterThanOrEqual(least - 5)
    await until(async () =>
      expect(await stateOf(server, first)).toMatchObject({ state: 'accepted', attempts: 4, error_code: null }),
    )
  })

  test.each([131_047, 131_026, 100, 131_051])(
    '%d fails with Meta’s words, and what was written after it goes',
    async (code) => {
      const { talk } = await openTalks(server, admin)
      const { write: say } = await talk()
      const first = await say('First')
      await say('Second')
      graph.mishap = once({ code })
      startSender()
      await until(() => expect(written()).toEqual(['Second']))
      expect(await stateOf(server, first)).toMatchObject({ state: 'failed', attempts: 1, error_code: code })
      expect((await stateOf(server, first)).error_text).toContain(`(#${code})`)
    },
  )

  test('131056 makes this contact wait, and nobody else', async () => {
    const { talk } = await openTalks(server, admin)
    const [flooded, other] = [await talk({ wa_id: '4915110000777' }), await talk()]
    await flooded.write('A')
    await flooded.write('B')
    await other.write('C')
    graph.mishap = once({ code: 131_056 })
    startSender()
    await until(() => expect(written()).toEqual(['C', 'A', 'B']))
    expect(graph.requests[2]!.at - graph.requests[0]!.at).toBeGreaterThanOrEqual(295)
  })

  test.each([130_429, 131_048, 80_007, 4])(
    '%d makes the number wait, longer each time; one goes ahead to see',
    async (code) => {
      const { talk, channelId } = await openTalks(server, admin)
      const talks = await Promise.all(Array.from({ length: 5 }, () => talk()))
      for (const each of talks) await each.write('Hi')
      let refusing = true
      graph.mishap = () => (refusing ? { code } : null)
      startSender()
      const channel = () =>
        server.db.selectFrom('channels').selectAll().where('id', '=', channelId).executeTakeFirstOrThrow()
      await until(async () => expect((await channel()).pause_reason).toBe('throttled'))
      // Five at once, then one each after 40, 80, 160, 320 and 400 ms: were the waits not growing, it would be twenty.
      await new Promise((resolve) => setTimeout(resolve, 1000))
      await until(() => expect(graph.requests.length).toBeGreaterThanOrEqual(3))
      expect(graph.requests.length).toBeLessThanOrEqual(11)
      refusing = false
      await until(() => expect(graph.messages).toHaveLength(5))
      await until(async () => expect(await channel()).toMatchObject({ paused_until: null, pause_reason: null }))
    },
  )

  test('a refused token stops the account and is said; another token lets it go on at once', async () => {
    const { account, talk } = await openTalks(server, admin, { token: 'EAAG-old' })
    const { write: say } = await talk()
    const id = await say('Hi')
    const sender = startSender()
    const shown = () =>
      server.db
        .selectFrom('whatsapp_accounts')
        .select('token_refused_at')
        .where('id', '=', account.account.id)
        .executeTakeFirstOrThrow()
    await until(async () => expect((await shown()).token_refused_at).not.toBeNull())
    const toldToAdmin = async () => ({
      refused: (await admin.call(getSession)).refused_tokens,
      paused: (await admin.call(listChannels)).channels.find(({ id: each }) => each === account.account.channels[0]!.id)
        ?.paused,
    })
    await until(async () =>
      expect(await toldToAdmin()).toEqual({ refused: [admin.actor.org_id], paused: 'token_refused' }),
    )
    await until(async () => expect(await stateOf(server, id)).toMatchObject({ state: 'waiting', error_code: 190 }))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(graph.requests).toHaveLength(1)
    expect(JSON.stringify(await stateOf(server, id))).not.toContain('EAAG')
    await write((tx) => updateAccount(tx, server, admin.actor, account.account.id, { access_token: 'EAAG-token' }))
    sender.wake()
    await until(() => expect(written()).toEqual(['Hi']))
    await until(async () => expect((await shown()).token_refused_at).toBeNull())
    expect(await toldToAdmin()).toEqual({ refused: [], paused: null })
  })

  test.each([0, 3, 10, 200, 299, 131_005])(
    '%d is of the token: what is written waits for another one',
    async (code) => {
      const { talk, channelId } = await openTalks(server, admin)
      const id = await (await talk()).write('Hi')
      graph.mishap = () => ({ code })
      startSender()
      await until(async () => expect(await stateOf(server, id)).toMatchObject({ state: 'waiting', error_code: code }))
      expect((await admin.call(getSession)).refused_tokens).toEqual([admin.actor.org_id])
      const { channels } = await admin.call(listChannels)
      expect(channels.find((channel) => channel.id === channelId)?.paused).toBe('token_refused')
    },
  )

  test('without a token messages wait for one', async () => {
    const { account, talk } = await openTalks(server, admin, { token: '' })
    const { write: say } = await talk()
    await say('Hi')
    const sender = startSender()
    await until(async () =>
      expect(
        await server.db
          .selectFrom('channels')
          .select('pause_reason')
          .where('account_id', '=', account.account.id)
          .execute(),
      ).toEqual([{ pause_reason: 'token_missing' }]),
    )
    expect(graph.requests).toEqual([])
    await write((tx) => updateAccount(tx, server, admin.actor, account.account.id, { access_token: 'EAAG-token' }))
    sender.wake()
    await until(() => expect(written()).toEqual(['Hi']))
  })

  test('while Meta cannot be reached everything waits in its order, and nothing is uncertain', async () => {
    const { talk } = await openTalks(server, admin)
    const { write: say } = await talk()
    const other = await talk()
    const { port } = graph
    await graph.close()
    const ids = [await say('A'), await say('B'), await other.write('C')]
    startSender()
    await until(async () => expect((await stateOf(server, ids[0]!)).error_text).toContain('ECONNREFUSED'))
    await new Promise((resolve) => setTimeout(resolve, 150))
    for (const id of ids) expect((await stateOf(server, id)).state).toMatch(/waiting|sending/)
    graph = await openGraph({ port })
    await until(() => expect(graph.messages).toHaveLength(3))
    expect(written().filter((text) => text !== 'C')).toEqual(['A', 'B'])
  })
})

describe('uncertain', () => {
  test.each<[string, Mishap]>([
    ['a connection that breaks', 'takes_and_breaks'],
    ['silence', 'silent'],
  ])('after %s a message is not sent again by itself, and what was written after it goes', async (_, mishap) => {
    const { talk } = await openTalks(server, admin)
    const { write: say } = await talk()
    const id = await say('First')
    await say('Second')
    graph.mishap = once(mishap)
    startSender({ timeoutMs: 300 })
    await until(() => expect(written()).toContain('Second'))
    expect(await stateOf(server, id)).toMatchObject({ state: 'uncertain', attempts: 1 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(graph.requests.filter(({ text }) => text === 'First')).toHaveLength(1)
  })

  const broken = async () => {
    const talks = await openTalks(server, admin)
    const { write: say } = await talks.talk()
    const id = await say('Hi')
    graph.mishap = once('takes_and_breaks')
    const sender = startSender()
    await until(async () => expect((await stateOf(server, id)).state).toBe('uncertain'))
    const status = (to: 'sent' | 'failed', messageId = graph.messages[0]!.id) =>
      talks.account.deliver(
        composeStatus({
          phoneNumberId: talks.account.phoneNumberId,
          displayPhone: talks.account.displayPhone,
          wabaId: '102290129340398',
          messageId,
          status: to,
          at: new Date(),
          callbackData: id,
          errors: to === 'failed' ? [{ code: 131_026, title: 'Message undeliverable' }] : undefined,
        }),
      )
    return { id, sender, status }
  }

  test('a status tells that WhatsApp has it, and under which id', async () => {
    const { id, status } = await broken()
    expect(await status('sent')).toBe(200)
    await server.interpret()
    expect(await stateOf(server, id)).toMatchObject({ state: 'accepted', wa_message_id: graph.messages[0]!.id })
  })

  test('an agent sends it again, or leaves it; each once', async () => {
    const { id, sender } = await broken()
    const again = () => write((tx) => resendMessage(tx, admin.actor, id))
    const outcomes = await Promise.allSettled([again(), again()])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    sender.wake()
    await until(async () => expect((await stateOf(server, id)).state).toBe('accepted'))
    expect(graph.messages).toHaveLength(2)
    expect((await stateOf(server, id)).wa_message_id).toBe(graph.messages[1]!.id)
    await expect(again()).rejects.toMatchObject({ details: { reason: 'message_not_failed' } })

    const other = await broken()
    await write((tx) => settleMessage(tx, admin.actor, other.id))
    expect(await stateOf(server, other.id)).toMatchObject({ state: 'accepted', wa_message_id: null })
    await expect(write((tx) => settleMessage(tx, admin.actor, other.id))).rejects.toMatchObject({
      details: { reason: 'message_not_uncertain' },
    })
  })

  test('what failed only later, by a status, can be sent again; the old status does not stop it', async () => {
    const { id, sender, status } = await broken()
    await sender.stop()
    await status('failed')
    await server.interpret()
    expect((await stateOf(server, id)).state).toBe('accepted')
    await write((tx) => resendMessage(tx, admin.actor, id))
    await status('failed')
    await server.interpret()
    expect((await stateOf(server, id)).state).toBe('waiting')
    startSender()
    await until(async () => expect((await stateOf(server, id)).wa_message_id).toBe(graph.messages[1]?.id))
  })

  test('what a killed server was sending becomes uncertain, and is never sent again by itself', async () => {
    const { talk } = await openTalks(server, admin)
    const { write: say } = await talk()
    const id = await say('First')
    await say('Second')
    await sql`update outgoing_messages set state = 'sending', sending_at = now(), attempts = 1 where message_id = ${id}`.execute(
      server.db,
    )
    startSender()
    await until(() => expect(written()).toEqual(['Second']))
    expect(await stateOf(server, id)).toMatchObject({ state: 'uncertain', attempts: 1 })
  })

  test('a server is killed while it sends: what was on its way is uncertain, all else goes once and in order', async () => {
    const { talk } = await openTalks(server, admin)
    const talks = await Promise.all(Array.from({ length: 12 }, () => talk()))
    const ids = new Map<string, string>()
    for (let n = 0; n < 6; n++)
      for (const [who, each] of talks.entries()) ids.set(`${who}:${n}`, await each.write(`${who}:${n}`))
    graph.mishap = () => ({ takes_after_ms: 100 })
    const path = fileURLToPath(new URL('../../test/help/sender-process.ts', import.meta.url))
    const child = spawn(process.execPath, [path, server.databaseUrl, graph.url], { stdio: 'inherit' })
    const ended = new Promise((resolve) => child.once('close', resolve))
    try {
      await until(() => expect(graph.messages.length).toBeGreaterThan(15))
    } finally {
      child.kill('SIGKILL')
    }
    await ended
    startSender()
    await until(async () => {
      const { rows } = await sql`select 1 from outgoing_messages where state in ('waiting', 'sending')`.execute(
        server.db,
      )
      expect(rows).toEqual([])
    })
    const { rows: uncertain } = await sql<{
      message_id: string
    }>`select message_id from outgoing_messages where state = 'uncertain'`.execute(server.db)
    expect(uncertain.length).toBeGreaterThan(0)
    expect(uncertain.length).toBeLessThanOrEqual(20)
    const asked = graph.requests.map(({ text }) => text)
    expect(new Set(asked).size).toBe(asked.length)
    const left = new Set(uncertain.map(({ message_id }) => message_id))
    for (let who = 0; who < 12; who++) {
      const mine = asked.filter((text) => text.startsWith(`${who}:`))
      expect(mine).toEqual(mine.toSorted())
    }
    for (const [text, id] of ids) expect(asked.includes(text) || left.has(id)).toBe(true)
  })

  test('when the connection that holds the claims is cut, each message still goes once', async () => {
    const { talk } = await openTalks(server, admin)
    const talks = await Promise.all(Array.from({ length: 8 }, () => talk()))
    for (let n = 0; n < 10; n++) for (const [who, each] of talks.entries()) await each.write(`${who}:${n}`)
    graph.mishap = () => ({ takes_after_ms: 30 })
    startSender()
    startSender({}, second)
    for (let n = 0; n < 3; n++) {
      await until(() => expect(graph.messages.length).toBeGreaterThan(20 * n + 5))
      await sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`.execute(
        server.db,
      )
    }
    await until(async () => {
      const { rows } = await sql<{
        count: number
      }>`select count(*)::int as count from outgoing_messages where state in ('waiting', 'sending')`.execute(server.db)
      expect(rows[0]!.count).toBe(0)
    })
    const texts = written()
    expect(new Set(texts).size).toBe(texts.length)
    expect(graph.requests).toHaveLength(texts.length)
  })

  test('what is written at one server while another has the number goes soon after that one leaves it, with nobody asking again', async () => {
    const { talk } = await openTalks(server, admin)
    const { conversationId, write: say } = await talk()
    const { channel_id } = await server.db
      .selectFrom('conversations')
      .select('channel_id')
      .where('id', '=', conversationId)
      .executeTakeFirstOrThrow()
    const other = await second.pool.connect()
    try {
      await other.query(`select pg_advisory_lock(hashtextextended('earmark:send:' || $1, 0))`, [channel_id])
      const sender = startSender({ lookEveryMs: 60_000 })
      await say('soon')
      sender.wake()
      await sleep(300)
      expect(graph.requests).toEqual([])
      await other.query('select pg_advisory_unlock_all()')
      await until(() => expect(written()).toEqual(['soon']), 3000)
    } finally {
      other.release()
    }
  })
})
