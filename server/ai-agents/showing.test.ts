// The customer sees that an AI agent has read a message and writes an answer, as with a person; nothing depends on it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { takeConversation } from '../conversations/schema.ts'
import { tellRead } from '../conversations/receipts.ts'
import { AT_ONCE, aPhone, openShop, work } from '../../test/help/ai-agents.ts'
import { openGraph, type Graph } from '../../test/help/graph.ts'
import { openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { giveToken } from '../../test/help/talk.ts'
import { beginTurn, findDue } from './due.ts'
import { takeWaiting } from './taking.ts'
import { answerDue } from './turns.ts'

let graph: Graph
let server: TestServer
let model: ScriptedModel
let telling: Promise<void>[] = []
beforeAll(async () => {
  graph = await openGraph()
  server = await openTestServer({
    config: { graphApiUrl: graph.url },
    onReceipt: (receipt) => void telling.push(tellRead(server, receipt)),
  })
})
beforeEach(async () => {
  model = await openScriptedModel('openai_compatible')
})
afterEach(async () => {
  await told()
  graph.reads.length = 0
  await model.close()
})
afterAll(async () => {
  await server.close()
  await graph.close()
})

/** What Meta was told so far. */
async function told(): Promise<Graph['reads']> {
  await Promise.all(telling)
  telling = []
  return graph.reads
}

async function shopThatIsHeard() {
  const shop = await openShop(server, model)
  await giveToken(server, shop.admin, shop.account)
  const newest = async (conversationId: string): Promise<string> => {
    const { rows } = await server.pool.query<{ wa_message_id: string }>(
      `select wa_message_id from messages where conversation_id = $1 and direction = 'in' order by id desc limit 1`,
      [conversationId],
    )
    return rows[0]!.wa_message_id
  }
  return { ...shop, newest }
}

test('while the model thinks, Meta has been told that the newest message was read and that somebody writes', async () => {
  const shop = await shopThatIsHeard()
  const { id } = await shop.writes(aPhone(), 'Do you have', 'a table on Tuesday?')
  let before: Graph['reads'] = []
  model.answer = async () => {
    before = [...(await told())]
    return { text: 'Yes.' }
  }
  await work(server)
  expect(before).toEqual([
    { phone_number_id: shop.account.phoneNumberId, message_id: await shop.newest(id), typing: true },
  ])
  expect(await told()).toHaveLength(1)
  expect((await shop.said(id)).at(-1)).toMatchObject({ direction: 'out', text: 'Yes.' })
})

test('a turn that is begun anew, or tried again after a failure, tells it once', async () => {
  const shop = await shopThatIsHeard()
  const from = aPhone()
  await shop.writes(from, 'A table please')
  model.answer = async (_request, n) => {
    // Once there is an answer, nobody is told that one is being written.
    await told()
    if (n === 1) await shop.writes(from, 'for Friday')
    return { text: 'Friday it is.' }
  }
  await work(server)
  expect(model.requests.length).toBeGreaterThan(1)
  expect(await told()).toHaveLength(1)

  const other = await shop.writes(aPhone(), 'Hello')
  model.answer = () => ({ status: 503, headers: { 'retry-after': '0' } })
  await work(server)
  await new Promise((resolve) => setTimeout(resolve, 20))
  model.answer = () => ({ text: 'Good evening.' })
  await work(server)
  expect((await shop.said(other.id)).at(-1)).toMatchObject({ text: 'Good evening.' })
  expect(await told()).toHaveLength(2)
})

test('what the customer writes right after an answer is read, though nobody is shown to write', async () => {
  const shop = await shopThatIsHeard()
  const from = aPhone()
  const { id } = await shop.writes(from, 'A table please')
  model.answer = async () => {
    await told()
    return { text: 'For how many?' }
  }
  await work(server)
  await shop.writes(from, 'Thank you')
  await work(server)
  expect((await told()).map(({ typing }) => typing)).toEqual([true, false])
  expect((await told()).at(-1)).toMatchObject({ message_id: await shop.newest(id) })
})

test('an agent that was silenced, or does not answer, tells nothing', async () => {
  const shop = await shopThatIsHeard()
  const { id } = await shop.writes(aPhone(), 'Hi')
  await takeWaiting(server.db)
  const [due] = await findDue(server.db, AT_ONCE, [])
  const stopped = new AbortController()
  stopped.abort()
  await answerDue(server, due!, AT_ONCE, stopped.signal)
  expect(await told()).toEqual([])
  await shop.person.call(takeConversation, { params: { id } })
  await answerDue(server, due!)
  expect(await beginTurn(server.db, due!)).toBeNull()
  await shop.writes(aPhone(), 'I have a complaint')
  await work(server)
  expect(await told()).toEqual([])
  expect(model.requests).toEqual([])
})

test('the answer goes out all the same when it cannot be told, or noted', async () => {
  const shop = await shopThatIsHeard()
  const first = await shop.writes(aPhone(), 'Hi')
  const unheard = {
    ...server,
    config: { ...server.config, graphApiUrl: 'http://127.0.0.1:9/v25.0' },
  }
  await work({ ...server, tellRead: (receipt) => void telling.push(tellRead(unheard, receipt)) })
  const second = await shop.writes(aPhone(), 'Hi')
  const lines: unknown[] = []
  const log = Object.assign(Object.create(server.log) as typeof server.log, {
    debug: (_fields: object, text: string) => void lines.push(text),
  })
  await work({
    ...server,
    log,
    tellRead() {
      throw new Error('no phone')
    },
  })
  for (const { id } of [first, second])
    expect((await shop.said(id)).at(-1)).toMatchObject({ direction: 'out', text: 'All right.' })
  expect(lines).toContain('a read receipt was not sent')
  expect(await told()).toEqual([])
})

describe('while the model takes long', () => {
  const pace = { ...AT_ONCE, writingMs: 20 }
  const soon = (ms = 300) => new Promise((resolve) => setTimeout(resolve, ms))
  /** As if it had been told long ago. */
  const setBack = (id: string) =>
    server.pool.query(`update conversations set writing_told_at = now() - interval '21 seconds' where id = $1`, [id])

  async function turnIn(shop: Awaited<ReturnType<typeof shopThatIsHeard>>) {
    const { id } = await shop.writes(aPhone(), 'A table please')
    await takeWaiting(server.db)
    const [due] = await findDue(server.db, AT_ONCE, [])
    return { id, due: due! }
  }

  test('it is shown again that somebody writes, and no more once there is an answer', async () => {
    const shop = await shopThatIsHeard()
    const { id, due } = await turnIn(shop)
    model.answer = async () => {
      await setBack(id)
      await vi.waitFor(() => expect(telling).toHaveLength(2), { timeout: 5000 })
      // Not more often than WhatsApp needs it.
      await soon()
      expect(telling).toHaveLength(2)
      return { text: 'Yes.' }
    }
    await answerDue(server, due, pace)
    expect((await told()).map(({ typing }) => typing)).toEqual([true, true])
    await server.pool.query(`update messages set sent_at = sent_at - interval '1 minute' where conversation_id = $1`, [
      id,
    ])
    await setBack(id)
    await soon()
    expect(await told()).toHaveLength(2)
    expect((await shop.said(id)).at(-1)).toMatchObject({ text: 'Yes.' })
  })

  test('a person who takes over ends it, as does a server that stops', async () => {
    const shop = await shopThatIsHeard()
    const { id, due } = await turnIn(shop)
    model.answer = async () => {
      await shop.person.call(takeConversation, { params: { id } })
      await setBack(id)
      await soon()
      return { text: 'Yes.' }
    }
    await answerDue(server, due, pace)
    expect(await told()).toHaveLength(1)

    const other = await turnIn(shop)
    const stopped = new AbortController()
    model.answer = async () => {
      stopped.abort()
      await setBack(other.id)
      await soon()
      return { text: 'Yes.' }
    }
    await answerDue(server, other.due, pace, stopped.signal)
    await soon()
    expect(await told()).toHaveLength(2)
  })
})
