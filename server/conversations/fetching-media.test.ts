// Files of messages, fetched from a Graph API that answers as Meta does, and goes wrong as it does.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openGraph, type Graph, type MediaMishap, type MediaStep } from '../../test/help/graph.ts'
import { openTestServer, type ConnectedAccount, type Person, type TestServer } from '../../test/help/server.ts'
import { openTalks } from '../../test/help/talk.ts'
import { composeMessage } from '../channels/whatsapp/compose.ts'
import { listContacts } from '../contacts/schema.ts'
import { openOutgoing } from '../lib/outgoing.ts'
import { eraseContact } from '../privacy/schema.ts'
import { fetchMediaAgain } from './fetching-schema.ts'
import { listConversations, listMessages } from './schema.ts'
import { openMediaFetcher, type FetcherResources, type FetchPace, type MediaFetcher } from './fetching-media.ts'

let graph: Graph
let server: TestServer
let second: TestServer
let admin: Person
let account: ConnectedAccount
let fetchers: MediaFetcher[] = []

beforeAll(async () => {
  graph = await openGraph()
  server = await openTestServer({ config: { graphApiUrl: graph.url } })
  second = await openTestServer({ beside: server, config: { graphApiUrl: graph.url } })
})
beforeEach(async () => {
  admin = await server.newPerson()
  account = (await openTalks(server, admin)).account
})
afterEach(async () => {
  await Promise.all(fetchers.map((fetcher) => fetcher.stop()))
  fetchers = []
  graph.mediaMishap = () => null
  graph.token = 'EAAG-token'
  graph.media.length = 0
  graph.mediaSteps.length = 0
  await sql`delete from media`.execute(server.db)
})
afterAll(async () => {
  await second.close()
  await server.close()
  await graph.close()
})

const FAST = { firstWaitMs: 20, mostWaitMs: 100, mostTokenWaitMs: 100, lookEveryMs: 20 }
function startFetcher(pace: Partial<FetchPace> = {}, on: FetcherResources = server): MediaFetcher {
  const fetcher = openMediaFetcher(on, { ...FAST, ...pace })
  fetchers.push(fetcher)
  return fetcher
}
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000, interval: 10 })

interface Sending {
  type?: string
  mime_type?: string
  from?: string
  known?: boolean
  filename?: string
}

/** A customer sends a file that WhatsApp has; answers its id there. */
async function receives(
  bytes: Buffer,
  { type = 'image', mime_type = 'image/jpeg', from = '+16505551234', known = true, ...more }: Sending = {},
): Promise<string> {
  const id = String(Math.floor(Math.random() * 1e15))
  if (known) graph.media.push({ id, mime_type, file_name: '', bytes })
  await account.deliver(
    composeMessage({
      phoneNumberId: account.phoneNumberId,
      displayPhone: account.displayPhone,
      wabaId: '102290129340398',
      from,
      name: 'Sheena',
      at: new Date(),
      message: { type, [type]: { id, mime_type, ...more } },
    }),
  )
  await server.interpret()
  return id
}

interface Kept {
  state: string
  error: string | null
  attempts: number
  mime_type: string | null
  size: number | null
  file_name: string | null
}
async function kept(waId: string): Promise<Kept> {
  const { rows } = await sql<Kept>`
    select state, error, attempts, mime_type, size, file_name from media where wa_media_id = ${waId}`.execute(server.db)
  return rows[0]!
}
async function bytesOf(waId: string): Promise<Buffer> {
  const { rows } = await sql<{ bytes: Buffer }>`
    select c.bytes from media m join media_chunks c on c.org_id = m.org_id and c.media_id = m.id where m.wa_media_id = ${waId} order by c.n`.execute(
    server.db,
  )
  return Buffer.concat(rows.map((row) => row.bytes))
}
const isStored = (waId: string) => until(async () => expect(await kept(waId)).toMatchObject({ state: 'stored' }))
const first = (step: MediaStep['step'], mishap: MediaMishap) => {
  let left = 1
  return (each: MediaStep) => (each.step === step && left-- > 0 ? mishap : null)
}
const downloads = () => graph.mediaSteps.filter(({ step }) => step === 'download').length

describe('what customers send', () => {
  test('is fetched whole, with the account’s token, and kept in pieces', async () => {
    const bytes = randomBytes(700_000)
    const id = await receives(bytes, { type: 'document', mime_type: 'application/pdf', filename: 'Rechnung é.pdf' })
    startFetcher()
    await isStored(id)
    expect(await kept(id)).toEqual({
      state: 'stored',
      error: null,
      attempts: 1,
      mime_type: 'application/pdf',
      size: 700_000,
      file_name: 'Rechnung é.pdf',
    })
    expect((await bytesOf(id)).equals(bytes)).toBe(true)
    expect(graph.mediaSteps.map(({ authorization }) => authorization)).toEqual([
      'Bearer EAAG-token',
      'Bearer EAAG-token',
    ])
  })

  test('is noted once, however often it is delivered, and text has no file', async () => {
    const body = (type: string, part: object) =>
      composeMessage({
        phoneNumberId: account.phoneNumberId,
        displayPhone: account.displayPhone,
        wabaId: '1',
        from: '+16505551234',
        at: new Date(),
        messageId: `wamid.${type}`,
        message: { type, [type]: part },
      })
    await account.deliver(body('sticker', { id: '77', mime_type: 'image/webp' }))
    await account.deliver(body('sticker', { id: '77', mime_type: 'image/webp' }))
    await account.deliver(body('text', { body: 'Hi', id: '78' }))
    await account.deliver(body('image', { id: '../../secret' }))
    await server.interpret()
    const { rows } = await sql`select wa_media_id from media where org_id = ${admin.actor.org_id}`.execute(server.db)
    expect(rows).toEqual([{ wa_media_id: '77' }])
  })
})

describe('what goes wrong', () => {
  test.each<[string, MediaStep['step'], MediaMishap]>([
    ['a connection that breaks', 'whereabouts', 'breaks'],
    ['a file that breaks off in the middle', 'download', 'half'],
    ['an error of Meta’s', 'whereabouts', { code: 131_000 }],
    ['a server that is down', 'download', { status: 503 }],
    ['a file whose checksum is another', 'download', { bytes: Buffer.from('something else') }],
  ])('%s is tried again, and nothing of the first time remains', async (_, step, mishap) => {
    const bytes = randomBytes(600_000)
    const id = await receives(bytes)
    graph.mediaMishap = first(step, mishap)
    startFetcher()
    await isStored(id)
    expect(await kept(id)).toMatchObject({ attempts: 2, size: 600_000, error: null })
    expect((await bytesOf(id)).equals(bytes)).toBe(true)
  })

  test.each<[string, Sending, MediaStep['step'], MediaMishap | null]>([
    ['an id that Meta does not know any more', { known: false }, 'whereabouts', null],
    ['an address that has expired', {}, 'download', { status: 404 }],
    ['a file that was taken away', {}, 'download', { status: 410 }],
  ])('%s is given up, and said to be gone', async (_, options, step, mishap) => {
    const id = await receives(randomBytes(100), options)
    graph.mediaMishap = (each) => (each.step === step ? mishap : null)
    startFetcher()
    await until(async () => expect(await kept(id)).toMatchObject({ state: 'failed', error: 'gone', attempts: 1 }))
  })

  test('a wrong file is never shown, and given up after its time', async () => {
    const id = await receives(randomBytes(100))
    graph.mediaMishap = ({ step }) => (step === 'download' ? { bytes: randomBytes(100) } : null)
    startFetcher({ giveUpMs: 300 })
    await until(async () => expect(await kept(id)).toMatchObject({ state: 'failed', error: 'damaged' }))
    expect((await bytesOf(id)).length).toBe(0)
  })

  test('a redirect to another host is followed without the token, one to a private address is refused', async () => {
    const other = await openGraph()
    const bytes = randomBytes(1000)
    const id = await receives(bytes)
    other.media.push({ id, mime_type: 'image/jpeg', file_name: '', bytes })
    graph.mediaMishap = ({ step }) => (step === 'download' ? { redirect: `${other.url}/${id}/file` } : null)
    startFetcher({ giveUpMs: 100 })
    await until(async () => expect(await kept(id)).toMatchObject({ state: 'failed' }))
    expect(other.mediaSteps.map(({ authorization }) => authorization)).not.toContain('Bearer EAAG-token')
    await other.close()
    await fetchers.pop()!.stop()

    const inside = await receives(bytes)
    graph.mediaMishap = ({ step }) => (step === 'download' ? { redirect: 'http://169.254.169.254/latest' } : null)
    const outgoing = openOutgoing({ allowPrivate: ['127.0.0.1/32'] })
    startFetcher({}, { ...server, outgoing })
    await until(async () =>
      expect(await kept(inside)).toMatchObject({ state: 'failed', error: 'address_private', attempts: 1 }),
    )
    await outgoing.close()
  })

  test('a file beyond the limit is not kept, whatever size was told', async () => {
    const id = await receives(randomBytes(5000))
    const liar = await receives(randomBytes(10))
    graph.mediaMishap = ({ step, id: asked }) =>
      step === 'download' && asked === liar ? { bytes: randomBytes(5000) } : null
    startFetcher({ mostBytes: 1000 })
    for (const each of [id, liar])
      await until(async () => expect(await kept(each)).toMatchObject({ state: 'too_large', error: null }))
    expect((await bytesOf(liar)).length).toBe(0)
  })

  test('what a refused token could not fetch is fetched with the next one', async () => {
    const id = await receives(randomBytes(10))
    graph.mediaMishap = () => ({ code: 190 })
    startFetcher()
    await until(async () => expect(await kept(id)).toMatchObject({ state: 'waiting', error: 'token_refused' }))
    graph.mediaMishap = () => null
    await isStored(id)
  })
})

describe('several servers', () => {
  test('fetch each file once', async () => {
    const ids = []
    for (let n = 0; n < 12; n++) ids.push(await receives(randomBytes(300_000)))
    graph.mediaMishap = ({ step }) => (step === 'download' ? { after_ms: 50 } : null)
    startFetcher()
    startFetcher({}, second)
    for (const id of ids) await isStored(id)
    expect(downloads()).toBe(12)
  })

  test('of which one is stopped in the middle: another fetches it anew', async () => {
    const bytes = randomBytes(900_000)
    const id = await receives(bytes)
    graph.mediaMishap = first('download', { after_ms: 400 })
    const begun = startFetcher()
    await until(() => expect(downloads()).toBe(1))
    startFetcher({}, second)
    await begun.stop()
    await isStored(id)
    expect(downloads()).toBe(2)
    expect((await bytesOf(id)).equals(bytes)).toBe(true)
  })

  test('of which one loses its connection to the database: nothing is lost and nothing is doubled', async () => {
    const bytes = randomBytes(900_000)
    const id = await receives(bytes)
    graph.mediaMishap = first('download', { after_ms: 300 })
    startFetcher()
    await until(() => expect(downloads()).toBe(1))
    await sql`select pg_terminate_backend(l.pid) from pg_locks l
      where l.locktype = 'advisory' and l.pid <> pg_backend_pid() and l.database = (select oid from pg_database where datname = current_database())`.execute(
      server.db,
    )
    await isStored(id)
    expect((await bytesOf(id)).equals(bytes)).toBe(true)
  })
})

describe('what was given up', () => {
  const again = async (waId: string) => {
    const { rows } = await sql<{ id: string }>`select id from media where wa_media_id = ${waId}`.execute(server.db)
    return admin.call(fetchMediaAgain, { params: { id: rows[0]!.id } })
  }
  const isGivenUp = (waId: string) => until(async () => expect(await kept(waId)).toMatchObject({ state: 'failed' }))

  test('is fetched again when somebody asks, and says until when WhatsApp keeps it', async () => {
    const bytes = randomBytes(1000)
    graph.mediaMishap = first('whereabouts', { code: 100 })
    const id = await receives(bytes)
    startFetcher()
    await isGivenUp(id)
    const { contacts } = await admin.call(listContacts)
    const { conversations } = await admin.call(listConversations, { query: { contact_id: contacts[0]!.id } })
    const page = await admin.call(listMessages, { params: { id: conversations[0]!.id } })
    const until30Days = Date.parse(page.messages[0]!.media!.available_until!) - Date.now()
    expect(Math.round(until30Days / 86_400_000)).toBe(30)

    expect((await again(id)).media).toMatchObject({ state: 'waiting', error: null, available_until: null })
    await isStored(id)
    expect((await bytesOf(id)).equals(bytes)).toBe(true)
    // Nothing is done to one that is here.
    expect((await again(id)).media).toMatchObject({ state: 'stored', size: 1000 })
  })

  test('is not asked for when WhatsApp keeps it no more, or it is too large', async () => {
    graph.mediaMishap = () => ({ code: 100 })
    const id = await receives(randomBytes(10))
    startFetcher()
    await isGivenUp(id)
    await sql`update media set created_at = now() - interval '30 days' where wa_media_id = ${id}`.execute(server.db)
    await expect(again(id)).rejects.toMatchObject({ problem: { reason: 'media_expired' } })
    await sql`update media set state = 'too_large' where wa_media_id = ${id}`.execute(server.db)
    await expect(again(id)).rejects.toMatchObject({ problem: { reason: 'media_too_large' } })
    expect(await kept(id)).toMatchObject({ state: 'too_large', attempts: 1 })
  })
})

test('erasing a contact leaves no piece of its files, also of one that is being fetched', async () => {
  const id = await receives(randomBytes(600_000))
  startFetcher()
  await isStored(id)
  await receives(randomBytes(600_000))
  graph.mediaMishap = first('download', { after_ms: 300 })
  await until(() => expect(downloads()).toBe(2))
  const { rows } = await sql<{ id: string }>`select id from contacts where org_id = ${admin.actor.org_id}`.execute(
    server.db,
  )
  for (const contact of rows) await admin.call(eraseContact, { params: { id: contact.id } })
  const left = async () =>
    (await sql`select 1 from media_chunks where org_id = ${admin.actor.org_id}`.execute(server.db)).rows.length
  expect(await left()).toBe(0)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await left()).toBe(0)
})
