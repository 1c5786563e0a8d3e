// Checking an account's connection against a Graph API that answers as Meta does.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openOutgoing } from '../lib/outgoing.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { checkAccount } from './checking.ts'
import { checkConnection, createWhatsAppAccount } from './schema.ts'

interface Asked {
  url: string
  authorization: string | undefined
}

let graph: Server
let asked: Asked[] = []
let answers: Record<string, { status: number; body: unknown }> = {}
let server: TestServer
beforeAll(async () => {
  graph = createServer((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization })
    const id = /^\/v25\.0\/(\d+)\?/.exec(request.url!)?.[1] ?? ''
    const { status, body } = answers[id] ?? answers['any']!
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => graph.listen(0, '127.0.0.1', resolve))
  const { port } = graph.address() as AddressInfo
  server = await openTestServer({ config: { graphApiUrl: `http://127.0.0.1:${port}/v25.0` } })
})
afterEach(() => {
  asked = []
  answers = {}
})
afterAll(async () => {
  await server.close()
  graph.closeAllConnections()
  graph.close()
})

async function connect(admin: Person, numbers: string[], accessToken = 'EAAG-a-token') {
  return admin.call(createWhatsAppAccount, {
    body: {
      name: 'Shop',
      portfolio_id: '1',
      waba_id: '2',
      app_secret: 'a secret',
      access_token: accessToken,
      channels: numbers.map((id, n) => ({ name: `Number ${n}`, phone_number_id: id, phone: `+1555078388${n}` })),
    },
  })
}
const good = (phone: string) => ({
  status: 200,
  body: { display_phone_number: phone, verified_name: 'Shop 店', quality_rating: 'GREEN', id: '1' },
})
const bad = (code: number, message: string, subcode?: number) => ({
  status: 400,
  body: { error: { code, message, type: 'OAuthException', ...(subcode ? { error_subcode: subcode } : {}) } },
})

test('each number is asked about with the account’s token, and Meta’s name and quality of it come back', async () => {
  const admin = await server.newPerson()
  const account = await connect(admin, ['101', '102', '103'])
  answers = {
    101: good('+1 555-078-3880'),
    102: good('+49 151 10000000'),
    103: bad(100, 'Unsupported get request. Object with ID does not exist', 33),
  }
  const { checks } = await admin.call(checkConnection, { params: { id: account.id } })
  expect(checks).toMatchObject([
    { phone_number_id: '101', outcome: 'ok', verified_name: 'Shop 店', quality_rating: 'GREEN' },
    { phone_number_id: '102', outcome: 'phone_differs', display_phone_number: '+49 151 10000000' },
    { phone_number_id: '103', outcome: 'number_unknown', verified_name: null },
  ])
  expect(asked).toHaveLength(3)
  expect(asked[0]).toEqual({
    url: '/v25.0/101?fields=display_phone_number,verified_name,quality_rating',
    authorization: 'Bearer EAAG-a-token',
  })
})

test('what is wrong with the token is said of all numbers after asking once, and the token is not repeated', async () => {
  const admin = await server.newPerson()
  const account = await connect(admin, ['201', '202', '203'])
  answers = { any: bad(190, 'Malformed access token EAAG-a-token') }
  const { checks } = await admin.call(checkConnection, { params: { id: account.id } })
  expect(checks.map(({ outcome }) => outcome)).toEqual(['token_refused', 'token_refused', 'token_refused'])
  expect(JSON.stringify(checks)).not.toContain('EAAG')
  expect(asked).toHaveLength(1)
})

test.each([
  ['not_permitted', bad(200, 'Requires permission')],
  ['too_many', bad(80007, 'Rate limit')],
  ['refused', bad(368, 'Temporarily blocked for policies violations')],
  ['unreadable', { status: 200, body: 'hello' }],
  ['unreadable', { status: 302, body: {} }],
])('Meta’s answer is told as %s', async (outcome, answer) => {
  const admin = await server.newPerson()
  const account = await connect(admin, ['301'])
  answers = { any: answer }
  expect((await admin.call(checkConnection, { params: { id: account.id } })).checks).toMatchObject([{ outcome }])
})

test('without a token nobody is asked', async () => {
  const admin = await server.newPerson()
  const account = await connect(admin, ['401'], '')
  expect((await admin.call(checkConnection, { params: { id: account.id } })).checks).toMatchObject([
    { phone_number_id: '401', outcome: 'token_missing' },
  ])
  expect(asked).toEqual([])
})

test('a private address is not asked unless the operator allows it', async () => {
  const admin = await server.newPerson()
  const account = await connect(admin, ['501'])
  const outgoing = openOutgoing({ allowPrivate: false })
  const checks = await checkAccount(server.db, { ...server, outgoing }, admin.actor, account.id)
  await outgoing.close()
  expect(checks).toMatchObject([{ outcome: 'address_private' }])
  expect(asked).toEqual([])
})

test('an agent may not check, and another organization’s account is not there', async () => {
  const admin = await server.newPerson()
  const account = await connect(admin, ['601'])
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const stranger = await server.newPerson()
  const check = (person: Person) => person.call(checkConnection, { params: { id: account.id } })
  await expect(check(agent)).rejects.toMatchObject({ status: 403 })
  await expect(check(stranger)).rejects.toMatchObject({ status: 404 })
  expect(asked).toEqual([])
})
