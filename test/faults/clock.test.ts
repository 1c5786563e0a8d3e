// A clock that jumps, and the same delivery at two servers at once: nothing is lost, nothing is twice.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { prepareDeliveryPartitions } from '../../server/channels/deliveries.ts'
import { interpretBatch } from '../../server/channels/interpreting.ts'
import { openMetrics } from '../../server/watching/metrics.ts'
import { composeTextMessage } from '../../server/channels/whatsapp/compose.ts'
import { signBody } from '../../server/channels/whatsapp/signature.ts'
import { listContacts } from '../../server/contacts/schema.ts'
import { openTestServer, type TestServer } from '../help/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

/** The database's clock decides when a delivery arrived: from now on it is off by so much. */
const jump = (by: string) =>
  server.pool.query(`alter table deliveries alter column received_at set default now() + interval '${by}'`)

test('while the clock jumps by hours and weeks, back and forth, every message is taken in and nobody was seen after receipt', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const jumps = ['0', '40 days', '-40 days', '3 hours', '-3 hours', '8 days', '-1 day', '400 days', '0']
  for (const [n, by] of jumps.entries()) {
    await jump(by)
    const body = composeTextMessage({
      phoneNumberId: account.phoneNumberId,
      displayPhone: account.displayPhone,
      wabaId: '1',
      from: '+16505551234',
      text: `message ${n}`,
      at: new Date(),
    })
    expect(await account.deliver(body)).toBe(200)
    expect(await account.deliver(body)).toBe(200)
    await server.interpret()
    await prepareDeliveryPartitions(server.db)
  }
  await jump('0')
  const texts = await server.pool.query(
    `select text, sent_at <= received_at as sane from messages where org_id = $1 order by text`,
    [admin.actor.org_id],
  )
  expect(texts.rows).toEqual(jumps.map((_, n) => ({ text: `message ${n}`, sane: true })))
  const { contacts } = await admin.call(listContacts, {})
  expect(contacts).toHaveLength(1)
  expect(Date.parse(contacts[0]!.last_seen_at!)).toBeLessThanOrEqual(Date.now())
  const waiting = await server.pool.query(
    'select 1 from deliveries where interpreted_at is null or problem is not null',
  )
  expect(waiting.rowCount).toBe(0)
})

test('the same delivery three times at each of two servers at once is one message of one contact', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const second = await buildApp({ ...server, metrics: openMetrics() })
  try {
    for (let n = 0; n < 10; n++) {
      const payload = composeTextMessage({
        phoneNumberId: account.phoneNumberId,
        displayPhone: account.displayPhone,
        wabaId: '1',
        from: `+1650555${1000 + n}`,
        userId: `US.${1000 + n}`,
        text: 'once',
        at: new Date(),
      })
      const post = (app: typeof second) =>
        app.inject({
          method: 'POST',
          url: `/webhooks/whatsapp/${account.account.id}`,
          headers: { 'content-type': 'application/json', 'x-hub-signature-256': signBody(payload, account.secret) },
          payload,
        })
      const answers = await Promise.all([0, 1, 2].flatMap(() => [post(server.app), post(second)]))
      expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200, 200, 200])
      await Promise.all([interpretBatch(server.db, server.log), interpretBatch(server.db, server.log)])
    }
    await server.interpret()
    const { rows } = await server.pool.query(
      'select (select count(*) from messages where org_id = $1) as messages, (select count(*) from contacts where org_id = $1) as contacts',
      [admin.actor.org_id],
    )
    expect(rows).toEqual([{ messages: 10, contacts: 10 }])
  } finally {
    await second.close()
  }
})
