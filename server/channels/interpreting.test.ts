// When what was stored is interpreted: at once when it is quiet, together when much comes, all of it, and everybody's.
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openTestServer, type ConnectedAccount, type Person, type TestServer } from '../../test/help/server.ts'
import { openInterpreter, type Interpreter } from './interpreting.ts'
import { composeTextMessage } from './whatsapp/compose.ts'

let server: TestServer
let interpreter: Interpreter | null = null
beforeAll(async () => {
  server = await openTestServer()
})
afterEach(async () => {
  await interpreter?.stop()
  interpreter = null
})
afterAll(() => server.close())

let sent = 0
const deliver = (account: ConnectedAccount, from = '+16505551234') =>
  account.deliver(
    composeTextMessage({
      phoneNumberId: account.phoneNumberId,
      displayPhone: account.displayPhone,
      wabaId: '1',
      from,
      text: `message ${sent++}`,
      at: new Date(),
    }),
  )

/** The sizes of the batches that were done. */
function start(): { interpreter: Interpreter; batches: number[] } {
  const batches: number[] = []
  interpreter = openInterpreter({ ...server, onInterpreted: (count) => batches.push(count) })
  return { interpreter, batches }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

async function newShop(): Promise<{ admin: Person; account: ConnectedAccount; messages: () => Promise<number> }> {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const messages = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from messages where org_id = ${admin.actor.org_id}`.execute(server.db)
    return rows[0]!.count
  }
  return { admin, account, messages }
}

test('one that comes alone is interpreted at once, and those that follow it together', async () => {
  const { account, messages } = await newShop()
  const { interpreter: woken, batches } = start()
  await deliver(account)
  woken.wake()
  await expect.poll(() => batches, { timeout: 4000, interval: 2 }).toEqual([1])
  // It rests now, for longer than they take to be stored.
  for (let n = 0; n < 4; n++) {
    await deliver(account)
    woken.wake()
  }
  await expect.poll(() => sum(batches), { timeout: 4000 }).toBe(5)
  expect(batches.length).toBeLessThan(5)
  expect(await messages()).toBe(5)
})

test('with nothing that wakes it meanwhile, one call is enough for all organizations and for more than one batch', async () => {
  const shops = await Promise.all([newShop(), newShop(), newShop()])
  for (const { account } of shops) for (let n = 0; n < 3; n++) await deliver(account)
  const { admin, account } = shops[0]
  // More than a batch takes of one organization.
  await sql`
    insert into deliveries (org_id, account_id, body)
    select ${admin.actor.org_id}, ${account.account.id}, '{"object":"whatsapp_business_account","entry":[]}' from generate_series(1, 700)`.execute(
    server.db,
  )
  const { batches } = start()
  await expect.poll(() => sum(batches), { timeout: 4000 }).toBe(709)
  expect(await Promise.all(shops.map(({ messages }) => messages()))).toEqual([3, 3, 3])
})

test('what a flood has gathered is written when it ends, without another call', async () => {
  const { admin, account } = await newShop()
  await deliver(account)
  await server.interpret()
  const seen = () =>
    sql<{ at: string }>`select last_seen_at as at from contacts where org_id = ${admin.actor.org_id}`.execute(server.db)
  const before = (await seen()).rows[0]!.at
  await sql`update contacts set last_seen_at = last_seen_at - interval '1 hour' where org_id = ${admin.actor.org_id}`.execute(
    server.db,
  )
  for (let n = 0; n < 120; n++) await deliver(account)
  start()
  await expect.poll(async () => (await seen()).rows[0]!.at >= before, { timeout: 4000 }).toBe(true)
})

test('how its statements are planned is no matter of others, whose connections it borrows', async () => {
  const { account, messages } = await newShop()
  for (let n = 0; n < 5; n++) {
    await deliver(account)
    await server.interpret()
  }
  expect(await messages()).toBe(5)
  // All connections at once.
  const settings = await Promise.all(
    Array.from({ length: 10 }, () =>
      server.pool.query(
        `select current_setting('enable_seqscan') as seqscan, current_setting('plan_cache_mode') as plans, pg_sleep(0.1)::text as slept`,
      ),
    ),
  )
  for (const { rows } of settings) expect(rows).toEqual([{ seqscan: 'on', plans: 'auto', slept: '' }])
})
