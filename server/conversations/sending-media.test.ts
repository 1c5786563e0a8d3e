// Sending files to customers: over HTTP to us, and over HTTP to a Graph API that takes uploads as Meta does.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openGraph, type Graph, type MediaMishap } from '../../test/help/graph.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { openTalks, stateOf, type Talk } from '../../test/help/talk.ts'
import type { Message } from './schema.ts'
import { openSender, type Sender } from './sender.ts'

let graph: Graph
let server: TestServer
let admin: Person
let talk: Talk
let senders: Sender[] = []

beforeAll(async () => {
  graph = await openGraph()
  server = await openTestServer({ config: { graphApiUrl: graph.url } })
})
beforeEach(async () => {
  admin = await server.newPerson()
  talk = await (await openTalks(server, admin)).talk()
})
afterEach(async () => {
  await Promise.all(senders.map((sender) => sender.stop()))
  senders = []
  graph.mediaMishap = () => null
  graph.mishap = () => null
  for (const list of [graph.messages, graph.media, graph.mediaSteps]) list.length = 0
  await sql`delete from outgoing_messages`.execute(server.db)
})
afterAll(async () => {
  await server.close()
  await graph.close()
})

const startSender = () => {
  const sender = openSender(server, { firstWaitMs: 20, mostWaitMs: 100, lookEveryMs: 20 })
  senders.push(sender)
  return sender
}
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000, interval: 10 })
const uploads = () => graph.mediaSteps.filter(({ step }) => step === 'upload').length

async function attach(
  bytes: Buffer,
  type: string,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
) {
  const answer = await server.app.inject({
    method: 'POST',
    url: `/v1/conversations/${talk.conversationId}/media?${new URLSearchParams(query).toString()}`,
    headers: {
      cookie: admin.cookie,
      'earmark-organization': admin.slug,
      'earmark-request': 'test',
      'content-type': type,
      ...headers,
    },
    payload: bytes,
  })
  return { status: answer.statusCode, body: answer.json<Message & { reason?: string }>() }
}

test('an image is in the thread at once, is uploaded, and sent by its id with the caption', async () => {
  const bytes = randomBytes(600_000)
  const { status, body } = await attach(bytes, 'image/png', { file_name: 'Rosé.png', caption: 'The red one' })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    type: 'image',
    text: 'The red one',
    media: { state: 'stored', mime_type: 'image/png', size: 600_000, file_name: 'Rosé.png' },
    delivery: { state: 'waiting' },
  })
  const file = await server.app.inject({
    url: `/v1/media/${body.media!.id}?organization=${admin.slug}`,
    headers: { cookie: admin.cookie },
  })
  expect(file.rawPayload.equals(bytes)).toBe(true)
  startSender()
  await until(async () => expect(await stateOf(server, body.id)).toMatchObject({ state: 'accepted' }))
  expect(graph.media).toHaveLength(1)
  expect(graph.media[0]!.bytes.equals(bytes)).toBe(true)
  expect(graph.messages.map((message) => message.body)).toMatchObject([
    { type: 'image', image: { id: graph.media[0]!.id, caption: 'The red one' } },
  ])
})

test('a document keeps its name, also a JSON-like body stays as it is', async () => {
  const { body } = await attach(Buffer.from('{"not": json'), 'text/plain; charset=utf-8', { file_name: 'list.txt' })
  startSender()
  await until(async () => expect(await stateOf(server, body.id)).toMatchObject({ state: 'accepted' }))
  expect(graph.messages[0]!.body).toMatchObject({ document: { filename: 'list.txt', id: graph.media[0]!.id } })
})

test.each<[string, MediaMishap]>([
  ['breaks', 'breaks'],
  ['is answered with an error', { status: 503 }],
])('an upload that %s is tried again, and the message is sent once', async (_, mishap) => {
  let left = 2
  graph.mediaMishap = () => (left-- > 0 ? mishap : null)
  const { body } = await attach(randomBytes(1000), 'image/jpeg')
  startSender()
  await until(async () => expect(await stateOf(server, body.id)).toMatchObject({ state: 'accepted' }))
  expect([uploads(), graph.messages.length]).toEqual([3, 1])
})

test('a server that is gone in the middle of an upload leaves nothing uncertain: another one sends it', async () => {
  const { body } = await attach(randomBytes(1000), 'image/jpeg')
  await sql`update outgoing_messages set state = 'sending', sending_at = clock_timestamp() where message_id = ${body.id}`.execute(
    server.db,
  )
  startSender()
  await until(async () => expect(await stateOf(server, body.id)).toMatchObject({ state: 'accepted' }))
  expect([uploads(), graph.messages.length]).toEqual([1, 1])
})

test('once it was uploaded, a message of which nobody knows whether WhatsApp has it is uncertain like any other', async () => {
  graph.mishap = () => 'takes_and_breaks'
  const { body } = await attach(randomBytes(1000), 'image/jpeg')
  startSender()
  await until(async () => expect(await stateOf(server, body.id)).toMatchObject({ state: 'uncertain' }))
  expect(graph.messages).toHaveLength(1)
})

test('the same call again sends it once, and answers the same message', async () => {
  const bytes = randomBytes(1000)
  const key = { 'idempotency-key': 'one' }
  const first = await attach(bytes, 'image/jpeg', {}, key)
  expect(await attach(bytes, 'image/jpeg', {}, key)).toEqual(first)
  expect((await attach(randomBytes(1000), 'image/jpeg', {}, key)).body.reason).toBe('idempotency_key_reused')
})

test.each<[string, number, Record<string, string>, string]>([
  ['image/gif', 10, {}, 'file_type_not_taken'],
  ['text/html', 10, {}, 'file_type_not_taken'],
  ['a/constructor', 10, {}, 'file_type_not_taken'],
  ['image/png', 5_000_001, {}, 'file_too_large'],
  ['video/mp4', 16_000_001, {}, 'file_too_large'],
  ['image/png', 0, {}, 'file_empty'],
  ['audio/ogg', 10, { caption: 'Listen' }, 'caption_not_taken'],
  ['image/png', 10, { caption: 'x'.repeat(1025) }, 'too_long'],
])('%s of %i bytes %o is refused: %s', async (type, size, query, reason) => {
  expect(await attach(Buffer.alloc(size), type, query)).toMatchObject({ status: 422, body: { reason } })
  expect((await sql`select 1 from messages where contact_id = ${talk.contactId}`.execute(server.db)).rows).toEqual([])
})

test('the limits of other routes stay as they were', async () => {
  const answer = await server.app.inject({
    method: 'POST',
    url: `/v1/conversations/${talk.conversationId}/messages`,
    headers: {
      cookie: admin.cookie,
      'earmark-organization': admin.slug,
      'earmark-request': 'test',
      'content-type': 'application/json',
    },
    payload: JSON.stringify({ text: 'x'.repeat(2_000_000) }),
  })
  expect(answer.statusCode).toBe(413)
})
