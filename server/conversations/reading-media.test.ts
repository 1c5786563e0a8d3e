// Reading files of messages over HTTP: whole and in parts, shown or saved, and by nobody else.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storeFile } from '../../test/help/media.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { openTalks } from '../../test/help/talk.ts'
import { listMessages } from './schema.ts'

let server: TestServer
let admin: Person

beforeAll(async () => {
  server = await openTestServer()
  admin = await server.newPerson()
})
afterAll(() => server.close())

const FILE = randomBytes(600_000)

async function stored(mime_type: string, { bytes = FILE, ...more }: { bytes?: Buffer; file_name?: string } = {}) {
  const { talk } = await openTalks(server, admin)
  const { conversationId, write } = await talk()
  const id = await storeFile(server, admin, await write('A file'), { bytes, mime_type, ...more })
  return { id, conversationId }
}

const get = (id: string, headers: Record<string, string> = {}, person = admin) =>
  server.app.inject({
    url: `/v1/media/${id}?organization=${admin.slug}`,
    headers: { cookie: person.cookie, ...headers },
  })

test('a file comes as it is, with the organization named in the address, as a browser asks for an image', async () => {
  const { id } = await stored('image/jpeg')
  const answer = await get(id)
  expect(answer.statusCode).toBe(200)
  expect(answer.rawPayload.equals(FILE)).toBe(true)
  expect(answer.headers).toMatchObject({
    'content-type': 'image/jpeg',
    'content-length': '600000',
    'content-disposition': `inline; filename="${id}.jpg"; filename*=UTF-8''${id}.jpg`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
  })
  expect(answer.headers['content-security-policy']).toMatch(/^sandbox;/)
  expect((await get(id, { 'if-none-match': String(answer.headers['etag']) })).statusCode).toBe(304)
})

test.each([
  ['bytes=0-9', 0, 10],
  ['bytes=262140-262150', 262_140, 262_151],
  ['bytes=524288-', 524_288, 600_000],
  ['bytes=-5', 599_995, 600_000],
])('%s is that part and no other', async (range, from, to) => {
  const { id } = await stored('video/mp4')
  const answer = await get(id, { range })
  expect(answer.statusCode).toBe(206)
  expect(answer.headers['content-range']).toBe(`bytes ${from}-${to - 1}/600000`)
  expect(answer.rawPayload.equals(FILE.subarray(from, to))).toBe(true)
})

test('a part beyond the end is refused with the size, a part of another version is answered with all of it', async () => {
  const { id } = await stored('audio/ogg; codecs=opus')
  const beyond = await get(id, { range: 'bytes=600000-' })
  expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, 'bytes */600000'])
  const other = await get(id, { range: 'bytes=0-9', 'if-range': '"another"' })
  expect([other.statusCode, other.headers['content-type'], other.rawPayload.length]).toEqual([
    200,
    'audio/ogg',
    600_000,
  ])
})

test.each(['text/html', 'image/svg+xml', 'application/pdf', 'application/javascript', 'nonsense'])(
  '%s is saved, never shown',
  async (type) => {
    const { id } = await stored(type, { bytes: Buffer.from('<script>alert(1)</script>'), file_name: 'Größe "1".html' })
    const { headers } = await get(id)
    expect(headers['content-type']).toBe('application/octet-stream')
    expect(headers['content-disposition']).toBe(
      `attachment; filename="Gr__e _1_.html"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.html`,
    )
  },
)

test('nobody else gets it: without a session, from another organization, or what is not there yet', async () => {
  const { id } = await stored('image/png')
  expect((await server.app.inject({ url: `/v1/media/${id}?organization=${admin.slug}` })).statusCode).toBe(401)
  const stranger = await server.newPerson()
  expect((await get(id, {}, stranger)).statusCode).toBe(404)
  expect((await get(id, { 'earmark-organization': stranger.slug }, stranger)).json()).toMatchObject({
    reason: 'media_missing',
  })
  await server.pool.query(`update media set state = 'waiting', stored_at = null where id = $1`, [id])
  expect((await get(id)).json()).toMatchObject({ reason: 'media_not_here' })
})

test('the thread says of each message which file it has', async () => {
  const { id, conversationId } = await stored('image/png', { bytes: Buffer.from('png'), file_name: 'a.png' })
  const { messages } = await admin.call(listMessages, { params: { id: conversationId }, query: {} })
  expect(messages.map(({ media }) => media)).toEqual([
    { id, mime_type: 'image/png', size: 3, file_name: 'a.png', state: 'stored', error: null, available_until: null },
  ])
})
