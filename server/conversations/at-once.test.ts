// Everything at once: people take, answer, hand over and close, customers write, contacts are merged and erased, a person leaves.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Refused, openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { mergeContacts } from '../contacts/merging.ts'
import { outlivingDeadlocks } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { removePerson } from '../people/schema.ts'
import { eraseContact } from '../privacy/schema.ts'
import * as schema from './schema.ts'

const CUSTOMERS = 12
const ACTS = 400
const TOGETHER = 8

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

test('whatever people and customers do at the same time is done or refused, and nothing of it contradicts another', async () => {
  const admin = await server.newPerson()
  const agents = await Promise.all([1, 2, 3].map(() => server.newPerson('agent', admin.actor.org_id)))
  const leaver = agents[0]!
  const account = await server.newAccount(admin)
  const customerWrites = async (n: number): Promise<void> => {
    const number = {
      phoneNumberId: account.phoneNumberId,
      displayPhone: account.displayPhone,
      wabaId: '102290129340398',
    }
    const said = { from: `+1650555${1000 + n}`, name: `Customer ${n}`, at: new Date(), text: `hello ${n}` }
    expect(await account.deliver(composeTextMessage({ ...number, ...said }))).toBe(200)
    await outlivingDeadlocks(() => server.interpret())
  }
  for (let n = 0; n < CUSTOMERS; n++) await customerWrites(n)
  // One after another of a small set, each as often as the others, in an order that does not repeat soon.
  let drawn = 7
  const draw = (below: number): number => {
    drawn = (drawn * 48_271) % 2_147_483_647
    return drawn % below
  }
  const pick = <T>(all: readonly T[]): T => all[draw(all.length)]!

  const done = new Map<string, number>()
  const wrong: string[] = []
  const act = async (n: number): Promise<void> => {
    const who = pick([admin, ...agents])
    const { conversations } = await admin.call(schema.listConversations, {
      query: { list: pick(['open', 'open', 'all'] as const) },
    })
    if (conversations.length === 0) return customerWrites(draw(CUSTOMERS))
    const { id, contact, agent } = pick(conversations)
    const params = { id }
    // Mostly by whoever may.
    const whose: Person = draw(3) > 0 ? ([admin, ...agents].find(({ actor }) => actor.id === agent?.id) ?? who) : who
    const acts: Record<string, () => Promise<unknown>> = {
      take: () => who.call(schema.takeConversation, { params }),
      'hand over': () => whose.call(schema.handOverConversation, { params, body: { user_id: pick(agents).actor.id } }),
      'give back': () => whose.call(schema.giveBackConversation, { params }),
      send: () => whose.call(schema.sendMessage, { params, body: { text: `answer ${n}` } }),
      close: () => whose.call(schema.closeConversation, { params, body: {} }),
      write: () => customerWrites(draw(CUSTOMERS)),
      erase: () => admin.call(eraseContact, { params: { id: contact.id } }),
      merge: () =>
        outlivingDeadlocks(() =>
          server.db
            .transaction()
            .execute((tx) => mergeContacts(tx, admin.actor, contact.id, pick(conversations).contact.id)),
        ),
    }
    const name = pick([
      'take',
      'take',
      'send',
      'send',
      'send',
      'hand over',
      'give back',
      'close',
      'write',
      'write',
      'erase',
      'merge',
    ])
    try {
      await acts[name]!()
      done.set(name, (done.get(name) ?? 0) + 1)
    } catch (error) {
      const isRefused = error instanceof Problem || (error instanceof Refused && error.status < 500)
      if (!isRefused) wrong.push(`${name}: ${String(error)}`)
    }
  }
  const leave = async () => {
    await admin.call(removePerson, { params: { id: leaver.actor.id } })
  }
  for (let n = 0; n < ACTS; n += TOGETHER) {
    const together = Array.from({ length: TOGETHER }, (_, k) => act(n + k))
    if (n === ACTS / 2) together.push(leave())
    await Promise.all(together)
  }
  expect(wrong).toEqual([])
  expect([...done.keys()].toSorted()).toEqual([
    'close',
    'erase',
    'give back',
    'hand over',
    'merge',
    'send',
    'take',
    'write',
  ])

  const orgId = admin.actor.org_id
  const none = async (what: string): Promise<void> => {
    const { rows } = await sql.raw<object>(what.replaceAll('$org', `'${orgId}'`)).execute(server.db)
    expect(rows, what).toEqual([])
  }
  await none(
    `select contact_id from conversations where org_id = $org and closed_at is null group by contact_id, channel_id having count(*) > 1`,
  )
  await none(
    `select id from conversations where org_id = $org and closed_at is null and (status = 'active') <> (agent_id is not null)`,
  )
  await none(`select c.id from conversations c left join memberships m on m.org_id = c.org_id and m.user_id = c.agent_id
    where c.org_id = $org and c.status = 'active' and m.user_id is null`)
  await none(`select c.id from conversations c full join conversation_closings k on k.org_id = c.org_id and k.conversation_id = c.id
    where coalesce(c.org_id, k.org_id) = $org and (c.closed_at is not null) <> (k.conversation_id is not null)`)
  await none(
    `select after ->> 'conversation_id' from events where org_id = $org and kind = 'conversation.closed' group by 1 having count(*) > 1`,
  )
  await none(`select m.id from messages m join conversations c on c.org_id = m.org_id and c.id = m.conversation_id
    where m.org_id = $org and m.contact_id <> c.contact_id`)
  await none(`select o.message_id from outgoing_messages o left join messages m on m.org_id = o.org_id and m.id = o.message_id
    where o.org_id = $org and m.id is null`)
})
