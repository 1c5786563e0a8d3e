// What Settings → People, invitations and organizations promise, two people at once included.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOrganization, getSession, renameOrganization } from '../access/schema.ts'
import { exportContacts, listContacts } from '../contacts/schema.ts'
import { live } from '../events/schema.ts'
import { newId } from '../lib/ids.ts'
import { changeContactTags, createTag } from '../tags/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { forgetOldInvitations } from './invitations.ts'
import {
  acceptInvitation,
  changeRole,
  checkInvitation,
  createInvitation,
  joinWithNewAccount,
  listInvitations,
  listPeople,
  removePerson,
  withdrawInvitation,
} from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const beside = (person: Person, role: 'admin' | 'agent') => server.newPerson(role, person.actor.org_id)
const roleTo = (person: Person, other: Person, role: 'admin' | 'agent') =>
  person.call(changeRole, { params: { id: other.actor.id }, body: { role } })
const remove = (person: Person, other: Person) => person.call(removePerson, { params: { id: other.actor.id } })
const acts = async (person: Person) =>
  (
    await server.pool.query<{ act: string; actor_name: string; subject_name: string; details: unknown }>(
      'select act, actor_name, subject_name, details from audit_entries where org_id = $1 order by id',
      [person.actor.org_id],
    )
  ).rows

async function invite(person: Person, role: 'admin' | 'agent' = 'agent', email = '') {
  const made = await person.call(createInvitation, { body: { role, email } })
  return { ...made, token: new URL(made.url).hash.slice(1) }
}

const joinAs = (token: string, email: string, name = 'Bia') =>
  server.app.inject({
    method: 'POST',
    url: joinWithNewAccount.path,
    headers: { 'earmark-request': 'test', 'content-type': 'application/json' },
    payload: JSON.stringify({ token, name, email, password: 'a long password' }),
  })
const open = (token: string) =>
  server.app.inject({
    method: 'POST',
    url: checkInvitation.path,
    headers: { 'earmark-request': 'test', 'content-type': 'application/json' },
    payload: JSON.stringify({ token }),
  })

test('people are listed with role, e-mail, and when they last had this organization open, and no other', async () => {
  const admin = await server.newPerson()
  const agent = await beside(admin, 'agent')
  const { people } = await admin.call(listPeople)
  expect(people.map(({ name, role }) => [name, role])).toEqual([
    [admin.actor.name, 'admin'],
    [agent.actor.name, 'agent'],
  ])
  expect(people.map((each) => each.last_seen_at !== null)).toEqual([true, false])
  await agent.call(listContacts)
  expect((await admin.call(listPeople)).people[1]!.last_seen_at).not.toBeNull()
})

test('a person joins by a link once, as what the link says, and the database keeps no link', async () => {
  const admin = await server.newPerson()
  const { token, ...invitation } = await invite(admin, 'agent', 'bia@example.com')
  expect(invitation.invited_by).toEqual({ id: admin.actor.id, name: admin.actor.name })
  const days = (Date.parse(invitation.expires_at) - Date.parse(invitation.created_at)) / 86_400_000
  expect(days).toBe(7)
  const { rows } = await server.pool.query('select i::text as row from invitations i where id = $1', [invitation.id])
  expect(JSON.stringify(rows)).not.toContain(token)
  expect((await open(token)).json()).toMatchObject({
    organization: { slug: admin.slug },
    role: 'agent',
    email: 'bia@example.com',
    invited_by: admin.actor.name,
  })

  const joined = await joinAs(token, 'Bia@example.com')
  expect(joined.statusCode).toBe(201)
  expect(joined.json().organizations).toMatchObject([{ slug: admin.slug, role: 'agent' }])
  expect(joined.cookies[0]).toMatchObject({ httpOnly: true })
  expect((await admin.call(listPeople)).people.map((each) => each.email)).toContain('Bia@example.com')
  expect((await admin.call(listInvitations)).invitations).toEqual([])
  expect((await joinAs(token, 'other@example.com')).json()).toMatchObject({ status: 409, reason: 'invitation_used' })
  expect((await open(token)).json()).toMatchObject({ status: 409, reason: 'invitation_used' })
  await expect(admin.call(withdrawInvitation, { params: { id: invitation.id } })).rejects.toMatchObject({
    problem: { reason: 'invitation_accepted' },
  })
  expect(await acts(admin)).toMatchObject([
    { act: 'person.invited', subject_name: 'bia@example.com', details: { role: 'agent' } },
    { act: 'person.joined', actor_name: 'Bia', details: { role: 'agent', invited_by: admin.actor.name } },
  ])
})

test('of two people who use one link at once, one joins, and of the other nothing is left', async () => {
  const admin = await server.newPerson()
  const { token } = await invite(admin)
  const emails = [0, 1, 2, 3].map((n) => `race-${n}-${admin.slug}@example.com`)
  const member = await server.newPerson()
  const answers = await Promise.all([
    ...emails.map((email) => joinAs(token, email)),
    member.call(acceptInvitation, { body: { token } }).then(
      () => ({ statusCode: 201 }),
      (error: { status: number }) => ({ statusCode: error.status }),
    ),
  ])
  expect(answers.map((each) => each.statusCode).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409])
  expect((await admin.call(listPeople)).people).toHaveLength(2)
  const { rowCount } = await server.pool.query('select from users where email = any($1)', [emails])
  expect(rowCount).toBeLessThanOrEqual(1)
})

test('somebody with an account joins with it, and cannot be made a second one', async () => {
  const admin = await server.newPerson()
  const other = await server.newPerson()
  const { token } = await invite(admin, 'admin')
  const { rows } = await server.pool.query('select email from users where id = $1', [other.actor.id])
  expect((await joinAs(token, rows[0].email.toUpperCase())).json()).toMatchObject({
    status: 409,
    reason: 'email_taken',
    field: 'email',
  })
  const session = await other.call(acceptInvitation, { body: { token } })
  expect(session.organizations.map(({ slug, role }) => [slug, role])).toEqual([
    [other.slug, 'admin'],
    [admin.slug, 'admin'],
  ])
  const { token: second } = await invite(admin, 'agent')
  await expect(other.call(acceptInvitation, { body: { token: second } })).rejects.toMatchObject({
    problem: { reason: 'already_member' },
  })
  expect((await open(second)).statusCode).toBe(200)
  expect((await admin.call(listPeople)).people.map((each) => each.role)).toEqual(['admin', 'admin'])
})

test('a link that is wrong, expired or withdrawn says so, and lets nobody in', async () => {
  const admin = await server.newPerson()
  expect((await open('guessed')).json()).toMatchObject({ status: 404, reason: 'invitation_invalid' })
  const expired = await invite(admin)
  await server.pool.query(`update invitations set expires_at = now() where id = $1`, [expired.id])
  const withdrawn = await invite(admin)
  await admin.call(withdrawInvitation, { params: { id: withdrawn.id } })
  await admin.call(withdrawInvitation, { params: { id: withdrawn.id } })
  for (const [token, reason] of [
    [expired.token, 'invitation_expired'],
    [withdrawn.token, 'invitation_withdrawn'],
  ] as const) {
    expect((await open(token)).json()).toMatchObject({ status: 409, reason })
    expect((await joinAs(token, `${reason}-${admin.slug}@example.com`)).json()).toMatchObject({ reason })
    await expect(admin.call(acceptInvitation, { body: { token } })).rejects.toMatchObject({ problem: { reason } })
  }
  expect((await admin.call(listInvitations)).invitations).toEqual([])
  expect((await admin.call(listPeople)).people).toHaveLength(1)
  expect((await acts(admin)).filter(({ act }) => act === 'person.invitation_withdrawn')).toHaveLength(1)

  await server.pool.query(`update invitations set expires_at = now() - interval '91 days' where id = $1`, [expired.id])
  await forgetOldInvitations(server.db)
  expect((await open(expired.token)).json()).toMatchObject({ reason: 'invitation_invalid' })
  expect((await open(withdrawn.token)).json()).toMatchObject({ reason: 'invitation_withdrawn' })
})

test('the last administrator can be neither removed nor demoted, and may go when there is another', async () => {
  const admin = await server.newPerson()
  const agent = await beside(admin, 'agent')
  const last = { status: 409, problem: { reason: 'last_administrator' } }
  await expect(remove(admin, admin)).rejects.toMatchObject(last)
  await expect(roleTo(admin, admin, 'agent')).rejects.toMatchObject(last)
  await roleTo(admin, agent, 'admin')
  await roleTo(admin, agent, 'admin')
  await remove(admin, admin)
  await expect(admin.call(listContacts)).rejects.toMatchObject({ status: 404 })
  await expect(remove(agent, agent)).rejects.toMatchObject(last)
  expect(await acts(agent)).toMatchObject([
    { act: 'person.role_changed', subject_name: agent.actor.name, details: { from: 'agent', to: 'admin' } },
    { act: 'person.removed', actor_name: admin.actor.name, subject_name: admin.actor.name },
  ])
})

test('administrators who remove or demote each other at once leave one administrator', async () => {
  for (const act of [remove, (one: Person, other: Person) => roleTo(one, other, 'agent')]) {
    const one = await server.newPerson()
    const two = await beside(one, 'admin')
    const three = await beside(one, 'admin')
    const results = await Promise.allSettled([
      act(one, two),
      act(two, one),
      act(one, one),
      act(two, two),
      act(three, one),
      act(three, two),
      act(one, three),
      act(two, three),
    ])
    const refused = results.flatMap((each) => (each.status === 'rejected' ? [each.reason.status] : []))
    for (const status of refused) expect([403, 404, 409]).toContain(status)
    const { rows } = await server.pool.query(`select user_id from memberships where org_id = $1 and role = 'admin'`, [
      one.actor.org_id,
    ])
    expect(rows).toHaveLength(1)
  }
})

test('who is removed or demoted is refused from the next call on, and let in by no link that they made', async () => {
  const admin = await server.newPerson()
  const going = await beside(admin, 'admin')
  const demoted = await beside(admin, 'admin')
  const kept = [await invite(going, 'admin'), await invite(demoted, 'admin')]
  const tag = await admin.call(createTag, { body: { name: 'VIP' } })
  const contact = await sighted(server, admin)
  const change = { params: { id: contact }, body: { add: [tag.id], remove: [] } }
  await going.call(changeContactTags, change)

  await remove(admin, going)
  await roleTo(admin, demoted, 'agent')
  await expect(going.call(listContacts)).rejects.toMatchObject({ status: 404 })
  expect((await going.call(getSession)).organizations).toEqual([])
  await demoted.call(listContacts)
  const refused = [
    demoted.call(listPeople),
    demoted.call(createTag, { body: { name: 'x' } }),
    demoted.call(exportContacts),
    demoted.call(createInvitation, { body: { role: 'admin' } }),
    demoted.call(renameOrganization, { body: { name: 'Mine' } }),
    demoted.call(createOrganization, { body: { name: 'Mine' } }),
  ]
  for (const each of await Promise.allSettled(refused)) expect(each).toMatchObject({ reason: { status: 403 } })
  for (const { token } of kept) expect((await open(token)).json()).toMatchObject({ reason: 'invitation_withdrawn' })
  const { rows } = await server.pool.query('select added_actor_name from tag_assignments where contact_id = $1', [
    contact,
  ])
  expect(rows).toEqual([{ added_actor_name: going.actor.name }])
})

test('links that die with somebody’s role are in the audit log as withdrawn', async () => {
  const admin = await server.newPerson()
  const other = await server.newPerson('admin', admin.actor.org_id)
  await invite(other, 'agent', 'new@example.com')
  await admin.call(changeRole, { params: { id: other.actor.id }, body: { role: 'agent' } })
  expect((await acts(admin)).map(({ act }) => act)).toContain('person.invitation_withdrawn')
})

test('a removed person’s live stream ends at once, a demoted one’s goes on, whatever server did it', async () => {
  const admin = await server.newPerson()
  const going = await beside(admin, 'agent')
  const staying = await beside(admin, 'agent')
  const second = await openTestServer({ beside: server, beatMs: 60_000 })
  const listen = async (person: Person) => {
    const answer = await second.app.inject({
      url: live.path,
      headers: { cookie: person.cookie, 'earmark-organization': person.slug },
      payloadAsStream: true,
    })
    let told = ''
    const stream = answer.stream()
    stream.setEncoding('utf8').on('data', (text: string) => {
      told += text
    })
    const ended = new Promise((resolve) => {
      stream.once('end', resolve)
    })
    return { told: () => told, ended }
  }
  const streams = [await listen(going), await listen(staying)]
  await remove(admin, going)
  await roleTo(admin, staying, 'admin')
  await streams[0]!.ended
  expect(streams[0]!.told()).toContain('event: end')
  await expect.poll(() => streams[1]!.told()).toContain('people.changed')
  expect(streams[1]!.told()).not.toContain('event: end')
  await second.close()
})

test('ids of another organization are as if they did not exist', async () => {
  const admin = await server.newPerson()
  const stranger = await server.newPerson()
  const invitation = await invite(stranger)
  for (const id of [stranger.actor.id, newId()]) {
    await expect(admin.call(removePerson, { params: { id } })).rejects.toMatchObject({ status: 404 })
    await expect(admin.call(changeRole, { params: { id }, body: { role: 'agent' } })).rejects.toMatchObject({
      status: 404,
      problem: { reason: 'person_missing' },
    })
  }
  await expect(admin.call(withdrawInvitation, { params: { id: invitation.id } })).rejects.toMatchObject({
    status: 404,
  })
  expect((await open(invitation.token)).statusCode).toBe(200)
})

test('an administrator creates an organization and is alone in it; its name changes, its address stays', async () => {
  const admin = await server.newPerson()
  await beside(admin, 'admin')
  const made = await admin.call(createOrganization, { body: { name: 'Loja do Porto' } })
  expect(made.slug).toMatch(/^loja-do-porto/)
  const session = await admin.call(getSession)
  expect(session.creates_organizations).toBe(true)
  expect(session.organizations.map((each) => [each.slug, each.role])).toEqual([
    [admin.slug, 'admin'],
    [made.slug, 'admin'],
  ])
  const { rows } = await server.pool.query('select user_id from memberships where org_id = $1', [made.id])
  expect(rows).toEqual([{ user_id: admin.actor.id }])
  const twin = await admin.call(createOrganization, { body: { name: 'Loja do Porto' } })
  expect(twin.slug).not.toBe(made.slug)

  expect(await admin.call(renameOrganization, { body: { name: '  متجر 🍋 ' } })).toMatchObject({
    slug: admin.slug,
    name: 'متجر 🍋',
  })
  await admin.call(renameOrganization, { body: { name: 'متجر 🍋' } })
  expect(await acts(admin)).toMatchObject([{ act: 'organization.renamed', details: { to: 'متجر 🍋' } }])
  const created = await server.pool.query('select act, actor_name from audit_entries where org_id = $1', [made.id])
  expect(created.rows).toEqual([{ act: 'organization.created', actor_name: admin.actor.name }])
  for (const name of ['', ' ', 'x'.repeat(101), 'a\u0000b'])
    await expect(admin.call(renameOrganization, { body: { name } })).rejects.toMatchObject({
      status: 422,
      problem: { field: 'name' },
    })
})

test('where the operator turned it off, nobody creates an organization or is offered to', async () => {
  const admin = await server.newPerson()
  const closed = await openTestServer({ beside: server, config: { createOrganizations: false } })
  const { app } = closed
  const headers = { cookie: admin.cookie, 'earmark-organization': admin.slug, 'earmark-request': 'test' }
  const session = await app.inject({ url: '/auth/session', headers })
  expect(session.json()).toMatchObject({ creates_organizations: false })
  const refused = await app.inject({
    method: 'POST',
    url: createOrganization.path,
    headers: { ...headers, 'content-type': 'application/json' },
    payload: JSON.stringify({ name: 'Another' }),
  })
  expect(refused.json()).toMatchObject({ status: 403, reason: 'organizations_closed' })
  expect((await admin.call(getSession)).organizations).toHaveLength(1)
  await closed.close()
})
