// Whoever writes becomes exactly one contact, whatever WhatsApp sends, however often and in whatever order.
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeIdentityChange, composeMessage, composeTextMessage } from '../channels/whatsapp/compose.ts'
import { getContact, listContacts, type Contact } from '../contacts/schema.ts'
import { openTestServer, type ConnectedAccount, type Person, type TestServer } from '../../test/help/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

interface Scene {
  admin: Person
  account: ConnectedAccount
  /** Delivers bodies, interprets them, and answers the contacts. */
  play(...bodies: (string | object)[]): Promise<Contact[]>
  text(who: Who, text?: string, at?: string, messageId?: string): string
}

interface Who {
  from?: string
  userId?: string
  name?: string
  username?: string
}

async function scene(options: { portfolio_id?: string; kind?: 'live' | 'test' } = {}): Promise<Scene> {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin, options)
  const numbers = {
    phoneNumberId: account.phoneNumberId,
    displayPhone: account.displayPhone,
    wabaId: '102290129340398',
  }
  return {
    admin,
    account,
    async play(...bodies) {
      for (const body of bodies) expect(await account.deliver(body)).toBe(200)
      await server.interpret()
      return (await admin.call(listContacts, { query: { limit: 200 } })).contacts
    },
    text: (who, text = 'hola', at = '2026-05-01T10:00:00Z', messageId) =>
      composeTextMessage({ ...numbers, ...who, text, at: new Date(at), ...(messageId ? { messageId } : {}) }),
  }
}

const conflictsOf = async (person: Person) =>
  (
    await server.pool.query(
      'select reason, kind, value, times_seen from contact_conflicts where org_id = $1 order by detected_at',
      [person.actor.org_id],
    )
  ).rows

const messagesOf = async (person: Person) =>
  (
    await server.pool.query(
      'select contact_id, type, text, direction from messages where org_id = $1 order by sent_at, id',
      [person.actor.org_id],
    )
  ).rows

const ALICE = 'US.13491208655302741918'

test('a message makes a contact with its phone, name, and first and last seen', async () => {
  const { play, text, admin } = await scene()
  const contacts = await play(
    text({ from: '+8613800138000', name: 'Li Wei' }, 'hola', '2026-05-02T10:00:00Z'),
    text({ from: '+8613800138000', name: 'Li Wei' }, 'antes', '2026-05-01T10:00:00Z'),
  )
  expect(contacts).toMatchObject([
    {
      phone: '+8613800138000',
      display_name: 'Li Wei',
      username: null,
      test: false,
      first_seen_at: '2026-05-01T10:00:00.000Z',
      last_seen_at: '2026-05-02T10:00:00.000Z',
    },
  ])
  expect((await messagesOf(admin)).map((message) => message.text)).toEqual(['antes', 'hola'])
})

test('a contact without a phone number is there all the same, with username and whole id', async () => {
  const { play, text } = await scene()
  const contacts = await play(text({ userId: ALICE, username: 'realsheena', name: 'Sheena' }))
  expect(contacts).toMatchObject([
    {
      phone: null,
      display_name: 'Sheena',
      username: 'realsheena',
      identities: [{ kind: 'bsuid', value: ALICE, scope: '506914307656634' }],
    },
  ])
})

test('phone first and id later, or the reverse, is one contact', async () => {
  const { play, text } = await scene()
  await play(text({ from: '+16505551234', userId: ALICE }), text({ userId: ALICE }))
  const contacts = await play(
    text({ userId: 'US.2' }),
    text({ from: '+16505550002', userId: 'US.2' }),
    text({ from: '+16505550002' }),
  )
  expect(contacts.map((contact) => String(contact.phone)).toSorted()).toEqual(['+16505550002', '+16505551234'])
})

test('the same delivery three times and in any order is one message', async () => {
  const { play, text, admin } = await scene()
  const bodies = Array.from({ length: 6 }, (_, n) =>
    text({ from: '+16505551234', userId: ALICE }, `message ${n}`, `2026-05-0${n + 1}T10:00:00Z`),
  )
  await play(bodies[3]!, bodies[0]!, bodies[3]!)
  const contacts = await play(...bodies, ...bodies.toReversed())
  expect(contacts).toHaveLength(1)
  expect(contacts[0]).toMatchObject({
    first_seen_at: '2026-05-01T10:00:00.000Z',
    last_seen_at: '2026-05-06T10:00:00.000Z',
  })
  expect((await messagesOf(admin)).map((message) => message.text)).toEqual(
    [0, 1, 2, 3, 4, 5].map((n) => `message ${n}`),
  )
})

test('two identities that point to two contacts are never merged: the phone decides, and a person is told', async () => {
  const { play, text, admin } = await scene()
  await play(text({ from: '+16505551234', name: 'Phone' }), text({ userId: ALICE, name: 'Id' }))
  const contacts = await play(
    text({ from: '+16505551234', userId: ALICE, name: 'Phone' }, 'which?'),
    text({ from: '+16505551234', userId: ALICE, name: 'Phone' }, 'again'),
  )
  expect(contacts).toHaveLength(2)
  const byPhone = contacts.find((contact) => contact.phone)!
  const messages = await messagesOf(admin)
  expect(messages.find((message) => message.text === 'which?').contact_id).toBe(byPhone.id)
  expect(await conflictsOf(admin)).toMatchObject([{ reason: 'two_contacts', kind: 'bsuid', value: ALICE }])
})

test('a known phone with another id of the same portfolio may have a new owner: told, not attached', async () => {
  const { play, text, admin } = await scene()
  await play(text({ from: '+16505551234', userId: ALICE }))
  const contacts = await play(text({ from: '+16505551234', userId: 'US.999' }, 'new owner?'))
  expect(contacts).toHaveLength(1)
  expect(contacts[0]!.identities.map((identity) => identity.value)).not.toContain('US.999')
  expect(await conflictsOf(admin)).toMatchObject([{ reason: 'possible_new_owner', value: 'US.999' }])
})

test('ids of two portfolios live side by side on one contact', async () => {
  const { play, text, admin, account } = await scene({ portfolio_id: '111' })
  await play(text({ from: '+16505551234', userId: ALICE }))
  const other = await server.newAccount(admin, { portfolio_id: '222' })
  expect(account.account.id).not.toBe(other.account.id)
  await other.deliver(
    composeTextMessage({
      phoneNumberId: other.phoneNumberId,
      displayPhone: other.displayPhone,
      wabaId: '1',
      from: '+16505551234',
      userId: 'US.777',
      text: 'x',
      at: new Date(),
    }),
  )
  const contacts = await play()
  expect(contacts).toHaveLength(1)
  expect(
    contacts[0]!.identities
      .filter((identity) => identity.kind === 'bsuid')
      .map((identity) => identity.scope)
      .toSorted(),
  ).toEqual(['111', '222'])
  expect(await conflictsOf(admin)).toEqual([])
})

test('a changed number stays one contact, reported before or after the first message under it, and twice', async () => {
  for (const order of ['before', 'after'] as const) {
    for (const withPrevious of [true, false]) {
      const { play, text, account, admin } = await scene()
      const change = composeIdentityChange({
        phoneNumberId: account.phoneNumberId,
        displayPhone: account.displayPhone,
        wabaId: '1',
        change: 'user_changed_number',
        from: '+16505551234',
        newPhone: '+12195555358',
        newUserId: 'US.222',
        ...(withPrevious ? { previousUserId: ALICE } : {}),
        at: new Date('2026-05-03T00:00:00Z'),
      } as never)
      const message = text({ from: '+12195555358', userId: 'US.222' }, 'new number', '2026-05-03T00:00:10Z')
      await play(text({ from: '+16505551234', userId: ALICE, name: 'Sheena' }))
      const contacts = await play(...(order === 'before' ? [change, message, change] : [message, change, change]))
      if (order === 'before') {
        expect(contacts).toMatchObject([{ phone: '+12195555358', display_name: 'Sheena' }])
        expect(
          contacts[0]!.identities.filter((identity) => identity.retired_at !== null).map((identity) => identity.value),
        ).toContain('16505551234')
        expect(await conflictsOf(admin)).toEqual([])
        expect(await play(text({ from: '+16505551234' }, 'late', '2026-05-02T00:00:00Z'))).toHaveLength(1)
      } else {
        // The first message under the new number made a contact of its own: for a person to decide, never merged silently.
        expect(contacts).toHaveLength(2)
        expect((await conflictsOf(admin)).every((conflict) => conflict.reason === 'number_taken')).toBe(true)
        expect(await conflictsOf(admin)).not.toEqual([])
      }
    }
  }
})

test('a shared card of oneself tells the phone; somebody else’s card tells nothing of the sender', async () => {
  const { play, text, account } = await scene()
  const card = (origin: string, waId: string) =>
    composeMessage({
      phoneNumberId: account.phoneNumberId,
      displayPhone: account.displayPhone,
      wabaId: '1',
      userId: ALICE,
      at: new Date('2026-05-01T10:00:00Z'),
      message: {
        type: 'contacts',
        contacts: [{ name: { formatted_name: 'X' }, phones: [{ phone: `+${waId}`, wa_id: waId }], origin }],
      },
    })
  expect(await play(text({ userId: ALICE }), card('other', '16505550000'))).toMatchObject([{ phone: null }])
  expect(await play(card('contact_request', '16505551234'))).toMatchObject([{ phone: '+16505551234' }])
})

test('a card with a phone that is another contact’s stays with its sender, and a person is told', async () => {
  const { play, text, account, admin } = await scene()
  await play(text({ from: '+16505551234', name: 'Phone' }), text({ userId: ALICE, name: 'Id' }))
  const message = {
    type: 'contacts',
    contacts: [
      {
        name: { formatted_name: 'X' },
        phones: [{ phone: '+16505551234', wa_id: '16505551234' }],
        origin: 'contact_request',
      },
    ],
  }
  const numbers = { phoneNumberId: account.phoneNumberId, displayPhone: account.displayPhone, wabaId: '1' }
  const contacts = await play(
    composeMessage({ ...numbers, userId: ALICE, name: 'Id', at: new Date('2026-05-02T10:00:00Z'), message }),
  )
  const sender = contacts.find((contact) => contact.display_name === 'Id')!
  expect((await messagesOf(admin)).find((each) => each.type === 'contacts')!.contact_id).toBe(sender.id)
  expect(sender.phone).toBeNull()
  expect(await conflictsOf(admin)).toMatchObject([{ reason: 'two_contacts', kind: 'phone', value: '16505551234' }])
})

test('a played customer never joins a real one', async () => {
  const real = await scene()
  await real.play(real.text({ from: '+16505551234', userId: ALICE, name: 'Real' }))
  const played = await server.newAccount(real.admin, { kind: 'test' })
  await played.deliver(
    composeTextMessage({
      phoneNumberId: played.phoneNumberId,
      displayPhone: played.displayPhone,
      wabaId: '0',
      from: '+16505551234',
      userId: ALICE,
      name: 'Played',
      text: 'x',
      at: new Date(),
    }),
  )
  const contacts = await real.play()
  expect(contacts.map((contact) => `${contact.display_name} ${contact.test}`).toSorted()).toEqual([
    'Played true',
    'Real false',
  ])
})

test('being written to from the phone app makes a contact, but no activity of theirs', async () => {
  const { play, text, account, admin } = await scene()
  const echo = {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '1',
        changes: [
          {
            field: 'smb_message_echoes',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: account.displayPhone, phone_number_id: account.phoneNumberId },
              message_echoes: [
                {
                  from: account.displayPhone,
                  to: '16505551234',
                  id: 'wamid.echo',
                  timestamp: '1777600000',
                  type: 'text',
                  text: { body: 'Here you are' },
                },
              ],
            },
          },
        ],
      },
    ],
  }
  expect(await play(echo, echo)).toMatchObject([{ phone: '+16505551234', last_seen_at: null }])
  expect(await messagesOf(admin)).toMatchObject([{ direction: 'out', text: 'Here you are' }])
  const contacts = await play(text({ from: '+16505551234' }, 'thanks', '2026-05-03T10:00:00Z'))
  expect(contacts).toMatchObject([
    { first_seen_at: '2026-05-03T10:00:00.000Z', last_seen_at: '2026-05-03T10:00:00.000Z' },
  ])
})

test('a message from the future counts as seen when it arrived', async () => {
  const { play, text } = await scene()
  const [contact] = await play(text({ from: '+16505551234' }, 'x', '2090-01-01T00:00:00Z'))
  expect(Date.parse(contact!.last_seen_at!)).toBeLessThanOrEqual(Date.now() + 1000)
})

test('a delivery is for its own account: another organization’s number in it is nobody’s', async () => {
  const one = await scene()
  const two = await scene()
  await one.account.deliver(
    composeTextMessage({
      phoneNumberId: two.account.phoneNumberId,
      displayPhone: '1',
      wabaId: '1',
      from: '+16505551234',
      text: 'x',
      at: new Date(),
    }),
  )
  expect(await one.play()).toEqual([])
  expect(await two.play()).toEqual([])
  const { rows } = await server.pool.query(
    'select problem, interpreted_at is not null as done from deliveries where org_id = $1',
    [one.admin.actor.org_id],
  )
  expect(rows).toEqual([{ problem: null, done: true }])
})

test('what is no JSON is kept with the reason, and what follows is interpreted', async () => {
  const { play, text, admin } = await scene()
  const contacts = await play('not json', text({ from: '+16505551234' }), '{"entry": 5}')
  expect(contacts).toHaveLength(1)
  const { rows } = await server.pool.query(
    'select problem from deliveries where org_id = $1 and problem is not null order by id',
    [admin.actor.org_id],
  )
  expect(rows).toHaveLength(2)
})

test('every published body is taken in, and each on its own ends with the contact it names', async () => {
  const folder = new URL('../../test/fixtures/whatsapp/', import.meta.url)
  const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as unknown
  expect(expected).toBeTruthy()
  for (const file of readdirSync(folder).filter((name) => /^\d.*\.json$/.test(name))) {
    const { play, account } = await scene()
    const body = readFileSync(new URL(file, folder), 'utf8')
    const own = body.replaceAll(/"phone_number_id":\s*"[^"]*"/g, `"phone_number_id": "${account.phoneNumberId}"`)
    const contacts = await play(own)
    for (const contact of contacts) expect(contact.identities.length).toBeGreaterThan(0)
  }
}, 60_000)

test('the contact’s page answers what the list says', async () => {
  const { play, text, admin } = await scene()
  const [contact] = await play(text({ from: '+16505551234', name: 'Sheena' }))
  expect(await admin.call(getContact, { params: { id: contact!.id } })).toMatchObject({
    phone: '+16505551234',
    active_tags: [],
    historical_tags: [],
  })
})

test('in a flood last seen is written for many messages at once, and is exact when it ends', async () => {
  const { play, text, admin } = await scene()
  await play(text({ from: '+16505551234' }, 'first', '2026-05-01T10:00:00Z'))
  const bodies = Array.from({ length: 230 }, (_, n) =>
    text({ from: '+16505551234' }, `${n}`, new Date(Date.UTC(2026, 4, 2) + ((n * 37) % 230) * 1000).toISOString()),
  )
  const [contact] = await play(...bodies)
  expect(contact).toMatchObject({ first_seen_at: '2026-05-01T10:00:00.000Z', last_seen_at: '2026-05-02T00:03:49.000Z' })
  expect(await messagesOf(admin)).toHaveLength(231)
  expect((await server.pool.query('select 1 from contact_activity')).rowCount).toBe(0)
})
