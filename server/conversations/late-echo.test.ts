// What a colleague wrote in the phone app and WhatsApp tells late: it answers what was written before it, and nothing after.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { composeEcho } from '../../test/help/echoes.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

/** Plays what the customer (in) and a colleague on the phone (out) wrote so many minutes ago, each in a delivery of its own or all in one batch. */
async function play(
  said: ['in' | 'out', number][],
  { together = false } = {},
): Promise<{ waits: number | null; answered: boolean }> {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const { phoneNumberId, displayPhone } = account
  for (const [direction, minutes] of said) {
    const at = minutesAgo(minutes)
    await account.deliver(
      direction === 'out'
        ? composeEcho(account, { to: '+16505551234', text: 'From the phone', at })
        : composeTextMessage({ phoneNumberId, displayPhone, wabaId: '1', from: '+16505551234', text: 'Hello', at }),
    )
    if (!together) await server.interpret()
  }
  await server.interpret()
  const { rows } = await sql<{ waits: number | null; answered: boolean }>`
    select round(extract(epoch from now() - waiting_since) / 60)::int as waits, first_answered_at is not null as answered
    from conversations where org_id = ${admin.actor.org_id}`.execute(server.db)
  return rows[0]!
}

test.each([{ together: false }, { together: true }])(
  'an echo ends the waiting only of what came before it (%o)',
  async (how) => {
    expect(
      await play(
        [
          ['in', 20],
          ['out', 10],
        ],
        how,
      ),
    ).toEqual({ waits: null, answered: true })
    expect(
      await play(
        [
          ['in', 10],
          ['out', 20],
        ],
        how,
      ),
    ).toEqual({ waits: 10, answered: false })
    expect(
      await play(
        [
          ['in', 30],
          ['in', 10],
          ['out', 20],
        ],
        how,
      ),
    ).toEqual({ waits: 10, answered: true })
    expect(
      await play(
        [
          ['in', 10],
          ['out', 20],
          ['out', 5],
        ],
        how,
      ),
    ).toEqual({ waits: null, answered: true })
  },
)

test('one that comes after a later one leaves answered what was', async () => {
  expect(
    await play([
      ['in', 20],
      ['out', 10],
      ['out', 30],
    ]),
  ).toMatchObject({ waits: null })
})
