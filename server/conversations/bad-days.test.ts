// The worst days of sending: texts that nothing can hold, Meta away for longer than a day, a server killed with a hundred messages on their way.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openGraph, type Graph, type Mishap } from '../../test/help/graph.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { openTalks, stateOf } from '../../test/help/talk.ts'
import { composeStatus } from '../channels/whatsapp/compose.ts'
import { openSender, type Sender } from './sender.ts'
import { createSavedReply } from '../replies/schema.ts'
import { listMessages, sendMessage } from './schema.ts'

let graph: Graph
let server: TestServer
let admin: Person
let sender: Sender | null = null

beforeAll(async () => {
  graph = await openGraph()
  server = await openTestServer({ config: { graphApiUrl: graph.url } })
})
beforeEach(async () => {
  admin = await server.newPerson()
})
afterEach(async () => {
  await sender?.stop()
  sender = null
  graph.mishap = () => null
  for (const list of [graph.messages, graph.requests]) list.length = 0
  await sql`delete from outgoing_messages`.execute(server.db)
})
afterAll(async () => {
  await server.close()
  await graph.close()
})

const FAST = { firstWaitMs: 20, mostWaitMs: 60, pairWaitMs: 60, tokenWaitMs: 60, lookEveryMs: 20, perSecond: 2000 }
const startSender = () => (sender = openSender(server, FAST))
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 10 })

test.each<[string, Mishap, number | null]>([
  ['has an error of its own', { code: 131_000 }, 131_000],
  ['throttles', { code: 130_429 }, 130_429],
  ['takes one in six seconds', { code: 131_056 }, 131_056],
  ['answers nothing but 503', { status: 503 }, null],
])(
  'Meta %s for longer than 24 hours: the message is tried until then, then it has failed, and says why',
  async (_, mishap, code) => {
    const { talk } = await openTalks(server, admin)
    const { conversationId, write } = await talk()
    const old = await write('Since yesterday')
    const { write: writeElsewhere } = await talk()
    const young = await writeElsewhere('Since an hour')
    const writtenBefore = (id: string, time: string) =>
      sql`update outgoing_messages set wanted_at = now() - ${time}::interval where message_id = ${id}`.execute(
        server.db,
      )
    await writtenBefore(old, '23 hours 59 minutes')
    await writtenBefore(young, '1 hour')
    graph.mishap = () => mishap
    startSender()
    await until(async () => expect((await stateOf(server, old)).attempts).toBeGreaterThan(2))
    expect(await stateOf(server, old)).not.toMatchObject({ state: 'failed' })
    await writtenBefore(old, '24 hours 1 minute')
    await until(async () => expect(await stateOf(server, old)).toMatchObject({ state: 'failed', error_code: code }))
    const { attempts } = await stateOf(server, old)
    await until(async () => expect((await stateOf(server, young)).attempts).toBeGreaterThan(attempts + 1))
    expect((await stateOf(server, old)).attempts).toBe(attempts)
    const { messages } = await admin.call(listMessages, { params: { id: conversationId } })
    expect(messages[0]).toMatchObject({ text: 'Since yesterday', delivery: { state: 'failed', error_code: code } })
    expect(messages[0]!.delivery!.error).toMatch(/\w/)

    // Once Meta is back the others go.
    graph.mishap = () => null
    await until(async () => expect(await stateOf(server, young)).toMatchObject({ state: 'accepted' }))
  },
)

test('what no database could hold is left out of a text that was pasted, and nothing else is', async () => {
  const { talk } = await openTalks(server, admin)
  const { conversationId } = await talk()
  const say = (text: string) =>
    admin.call(sendMessage, { params: { id: conversationId }, body: { text, client_key: 'k\0\ud83d' } })
  expect(await say('a\0b\udc00c \u202eגם\u202c <b>&\u0007')).toMatchObject({
    text: 'ab\ufffdc \u202eגם\u202c <b>&\u0007',
  })
  expect(await say('😀'.repeat(2048))).toMatchObject({ text: '😀'.repeat(2048), client_key: 'k\ufffd' })
  await expect(say('\0')).rejects.toMatchObject({ problem: { reason: 'message_missing' } })
  startSender()
  await until(() => expect(graph.requests.map(({ text }) => text.length)).toEqual([15, 4096]))
  const reply = await admin.call(createSavedReply, { body: { name: 'Good\0bye', text: 'Bye\0 {name}' } })
  expect(reply).toMatchObject({ name: 'Goodbye', text: 'Bye {name}' })
})

const NUMBERS = 5
const EACH = 25

test('a server is killed with a hundred messages on their way: none of them goes twice, and statuses settle which went', async () => {
  const accounts = await Promise.all(Array.from({ length: NUMBERS }, () => openTalks(server, admin)))
  const ids = new Map<string, string>()
  for (const [number, { talk }] of accounts.entries())
    for (let n = 0; n < EACH; n++) {
      const text = `${number}:${n}`
      ids.set(text, await (await talk()).write(text))
    }
  // Of half of them Meta never hears; the others it takes, when nobody is there any more to hear the answer.
  const isTaken = (text: string) => Number(text.split(':')[1]) % 2 === 0
  graph.mishap = ({ text }) => (isTaken(text) ? { takes_after_ms: 3000 } : 'silent')
  const path = fileURLToPath(new URL('../../test/help/sender-process.ts', import.meta.url))
  const child = spawn(process.execPath, [path, server.databaseUrl, graph.url], { stdio: 'inherit' })
  const ended = new Promise((resolve) => child.once('close', resolve))
  try {
    await until(() => expect(graph.requests).toHaveLength(100))
  } finally {
    child.kill('SIGKILL')
  }
  await ended
  const onTheirWay = graph.requests.map(({ text }) => text)
  await until(() => expect(graph.messages).toHaveLength(onTheirWay.filter(isTaken).length))
  graph.mishap = () => null
  startSender()
  await until(() => expect(graph.requests).toHaveLength(NUMBERS * EACH))
  await until(async () => expect(await statesOf(onTheirWay.map((text) => ids.get(text)!))).toEqual(['uncertain']))

  // Meta tells of those that it has, by what was sent along with them.
  for (const { id, callback_data, phone_number_id, to } of graph.messages) {
    const { account } = accounts.find((each) => each.account.phoneNumberId === phone_number_id)!
    const number = { phoneNumberId: phone_number_id, displayPhone: account.displayPhone, wabaId: '102290129340398' }
    const status = { messageId: id, status: 'delivered', at: new Date(), to, callbackData: callback_data! } as const
    expect(await account.deliver(composeStatus({ ...number, ...status }))).toBe(200)
  }
  await server.interpret()
  const now = (taken: boolean) =>
    statesOf(onTheirWay.filter((text) => isTaken(text) === taken).map((text) => ids.get(text)!))
  expect(await now(true)).toEqual(['accepted'])
  expect(await now(false)).toEqual(['uncertain'])
  const asked = graph.requests.map(({ text }) => text)
  expect(new Set(asked).size).toBe(asked.length)
})

async function statesOf(ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ state: string }>`
    select distinct state from outgoing_messages where message_id = any(${ids}::uuid[]) order by 1`.execute(server.db)
  return rows.map(({ state }) => state)
}
