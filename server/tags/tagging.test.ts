// What changeTags promises to every door.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '../access/actor.ts'
import { getContact, listContacts } from '../contacts/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { changeContactTags, createTag, listTagChanges } from './schema.ts'
import { changeTags } from './tagging.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const tagNamed = (person: Person, name: string) => person.call(createTag, { body: { name } })

const as = (actor: Actor, contactId: string, changes: Parameters<typeof changeTags>[3]) =>
  server.db.transaction().execute((tx) => changeTags(tx, actor, [contactId], changes))

const third = (org_id: string): Actor => ({
  kind: 'api_key',
  key_kind: 'third_party',
  org_id,
  id: 'key-1',
  name: 'CRM sync',
})
const robot = (org_id: string, id = 'agent-1'): Actor => ({ kind: 'ai_agent', org_id, id, name: 'Concierge' })
const closer = (org_id: string): Actor => ({ kind: 'ai_auto_close', org_id, id: 'auto-close', name: 'Auto-close' })

test('the same tag from four doors at once is added once, recorded once', async () => {
  const admin = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const contactId = await sighted(server, admin)
  const tag = await tagNamed(admin, 'VIP')
  const actors = [admin.actor, agent.actor, third(admin.actor.org_id), robot(admin.actor.org_id)]
  const done = await Promise.all(actors.map((actor) => as(actor, contactId, { add: [tag.id] })))
  expect(done.flatMap((each) => each.added)).toHaveLength(1)
  const contact = await admin.call(getContact, { params: { id: contactId } })
  expect(contact.active_tags.map((each) => each.tag.name)).toEqual(['VIP'])
  const { changes } = await admin.call(listTagChanges, { params: { id: contactId } })
  expect(changes).toHaveLength(1)
  const { rows } = await server.pool.query('select kind from events where contact_id = $1 and tag_id = $2', [
    contactId,
    tag.id,
  ])
  expect(rows).toEqual([{ kind: 'contact.tag_added' }])
})

test('the source follows from the actor, and the first source and date stay', async () => {
  const admin = await server.newPerson()
  const orgId = admin.actor.org_id
  const agent = await server.newPerson('agent', orgId)
  const contactId = await sighted(server, admin)
  const expected = [
    [admin.actor, 'manual_admin'],
    [agent.actor, 'manual_agent'],
    [third(orgId), 'api'],
    [robot(orgId), 'ai_tool'],
    [closer(orgId), 'ai_auto_close'],
  ] as const
  for (const [actor, source] of expected) {
    const tag = await tagNamed(admin, `by ${source}`)
    await as(actor, contactId, { add: [tag.id] })
    await as(admin.actor, contactId, { add: [tag.id] })
    const contact = await admin.call(getContact, { params: { id: contactId } })
    const assignment = contact.active_tags.find((each) => each.tag.id === tag.id)
    expect(assignment).toMatchObject({ source, actor: { name: actor.name }, removable: true })
  }
})

test('an agent takes off what agents and AIs put on, not what an administrator or a third-party system did', async () => {
  const admin = await server.newPerson()
  const orgId = admin.actor.org_id
  const agent = await server.newPerson('agent', orgId)
  const colleague = await server.newPerson('agent', orgId)
  const contactId = await sighted(server, admin)
  const cases = [
    [admin.actor, false],
    [third(orgId), false],
    [colleague.actor, true],
    [robot(orgId), true],
    [closer(orgId), true],
  ] as const
  for (const [n, [actor, allowed]] of cases.entries()) {
    const tag = await tagNamed(admin, `Refund ${n}`)
    await as(actor, contactId, { add: [tag.id] })
    const contact = await agent.call(getContact, { params: { id: contactId } })
    expect(contact.active_tags.find((each) => each.tag.id === tag.id)!.removable).toBe(allowed)
    const removal = agent.call(changeContactTags, { params: { id: contactId }, body: { remove: [tag.id] } })
    if (allowed) expect((await removal).removed).toHaveLength(1)
    else {
      await expect(removal).rejects.toMatchObject({ status: 403, problem: { reason: 'removal_not_allowed' } })
      await as(admin.actor, contactId, { remove: [tag.id] })
    }
  }
})

test('an AI takes off only what it put on itself', async () => {
  const admin = await server.newPerson()
  const orgId = admin.actor.org_id
  const contactId = await sighted(server, admin)
  const tag = await tagNamed(admin, 'Prospect')
  await as(robot(orgId, 'agent-1'), contactId, { add: [tag.id] })
  await expect(as(robot(orgId, 'agent-2'), contactId, { remove: [tag.id] })).rejects.toMatchObject({
    code: 'forbidden',
  })
  expect((await as(robot(orgId, 'agent-1'), contactId, { remove: [tag.id] })).removed).toHaveLength(1)
})

test('what a person took off, an AI puts back only on a newer message of the customer', async () => {
  const admin = await server.newPerson()
  const orgId = admin.actor.org_id
  const contactId = await sighted(server, admin)
  const tag = await tagNamed(admin, 'Churn risk')
  await as(robot(orgId), contactId, { add: [tag.id], at: '2026-01-01T10:00:00Z' })
  await as(admin.actor, contactId, { remove: [tag.id], at: '2026-01-02T10:00:00Z' })
  const refused = { code: 'forbidden', details: { reason: 'removed_by_person' } }
  await expect(as(robot(orgId), contactId, { add: [tag.id] })).rejects.toMatchObject(refused)
  await expect(
    as(closer(orgId), contactId, { add: [tag.id], why: { evidence_at: '2026-01-02T09:59:59Z' } }),
  ).rejects.toMatchObject(refused)
  expect(
    (await as(closer(orgId), contactId, { add: [tag.id], why: { evidence_at: '2026-01-02T10:00:01Z' } })).added,
  ).toHaveLength(1)
})

test('a tag that is not in the catalog, was deleted, or is another organization’s is refused and nothing changes', async () => {
  const admin = await server.newPerson()
  const stranger = await server.newPerson()
  const contactId = await sighted(server, admin)
  const good = await tagNamed(admin, 'Good')
  const deleted = await tagNamed(admin, 'Gone')
  await server.pool.query('update tags set deleted_at = now() where id = $1', [deleted.id])
  const foreign = await tagNamed(stranger, 'Foreign')
  for (const id of [deleted.id, foreign.id, '01900000-0000-7000-8000-000000000000']) {
    const call = admin.call(changeContactTags, { params: { id: contactId }, body: { add: [good.id, id] } })
    await expect(call).rejects.toMatchObject({ status: 422 })
  }
  expect((await admin.call(getContact, { params: { id: contactId } })).active_tags).toEqual([])
  const elsewhere = stranger.call(changeContactTags, { params: { id: contactId }, body: { add: [foreign.id] } })
  await expect(elsewhere).rejects.toMatchObject({ status: 404 })
})

test('the array of tags on the contact always equals its assignments, whatever happens at once', async () => {
  const admin = await server.newPerson()
  const contactId = await sighted(server, admin)
  const tags = await Promise.all(Array.from({ length: 5 }, (_, n) => tagNamed(admin, `Tag ${n}`)))
  const pick = (n: number) => tags[n % tags.length]!.id
  await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      as(admin.actor, contactId, n % 3 === 0 ? { remove: [pick(n)] } : { add: [pick(n), pick(n + 1)] }),
    ),
  )
  const { rows } = await server.pool.query(
    `select array(select unnest(tag_ids) order by 1) as carried,
      array(select tag_id from tag_assignments a where a.contact_id = c.id and removed_at is null order by 1) as assigned from contacts c where id = $1`,
    [contactId],
  )
  expect(rows[0].carried).toEqual(rows[0].assigned)
})

test('the history shows every change with who, how and when, newest first', async () => {
  const admin = await server.newPerson()
  const contactId = await sighted(server, admin)
  const tag = await tagNamed(admin, 'Wholesale')
  await admin.call(changeContactTags, { params: { id: contactId }, body: { add: [tag.id] } })
  await admin.call(changeContactTags, { params: { id: contactId }, body: { remove: [tag.id] } })
  await admin.call(changeContactTags, { params: { id: contactId }, body: { add: [tag.id] } })
  const { changes } = await admin.call(listTagChanges, { params: { id: contactId } })
  expect(changes.map((each) => each.change)).toEqual(['added', 'removed', 'added'])
  expect(changes[1]).toMatchObject({
    source: 'manual_admin',
    actor: { name: admin.actor.name },
    tag: { name: 'Wholesale' },
  })
  const again = await admin.call(changeContactTags, { params: { id: contactId }, body: { add: [tag.id] } })
  expect(again).toMatchObject({ added: [], unchanged: [{ name: 'Wholesale' }] })
  const { contacts } = await admin.call(listContacts, {})
  expect(contacts[0]!.tags.map((each) => each.name)).toEqual(['Wholesale'])
})
