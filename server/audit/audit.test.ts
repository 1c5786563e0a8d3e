// The audit log: what is recorded, what a filter finds, and that the file holds all of it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clearTestPhone } from '../test-phone/schema.ts'
import { addChannel, createWhatsAppAccount, updateWhatsAppAccount } from '../channels/schema.ts'
import { exportContacts } from '../contacts/schema.ts'
import { fillDemo } from '../demo/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { recordAct } from './recording.ts'
import { exportAuditEntries, listAuditActors, listAuditEntries, type AuditAct, type AuditEntry } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const record = (
  person: Person,
  act: AuditAct,
  more: {
    subject?: { id: string; name: string }
    details?: Record<string, unknown>
    address?: string
    name?: string
  } = {},
) => {
  const { subject, details, address, name = person.actor.name } = more
  return server.db.transaction().execute((tx) =>
    recordAct(
      tx,
      { ...person.actor, name, ...(address ? { address } : {}) },
      {
        act,
        ...(subject ? { subject } : {}),
        ...(details ? { details } : {}),
      },
    ),
  )
}
const list = async (person: Person, query: Record<string, string> = {}): Promise<AuditEntry[]> =>
  (await person.call(listAuditEntries, { query })).entries
const acts = (entries: AuditEntry[]) => entries.map(({ act }) => act)

const ACCOUNT = {
  name: 'Main',
  portfolio_id: '506914307656634',
  waba_id: '102290129340398',
  app_secret: 'a secret of Meta',
}

test('connecting an account, changing it and adding a number are recorded with what changed, and never with a secret', async () => {
  const admin = await server.newPerson()
  const { id } = await admin.call(createWhatsAppAccount, { body: ACCOUNT })
  const change = (body: object) => admin.call(updateWhatsAppAccount, { params: { id }, body })
  await change({ name: 'Main', app_secret: 'a secret of Meta' })
  await change({ name: 'Shop', app_secret: 'another secret', access_token: 'a token' })
  await admin.call(addChannel, {
    params: { id },
    body: { name: 'Shop', phone_number_id: '106540352242922', phone: '+15550783881' },
  })
  const entries = await list(admin)
  expect(acts(entries)).toEqual([
    'whatsapp_account.number_added',
    'whatsapp_account.changed',
    'whatsapp_account.connected',
  ])
  expect(entries[0]).toMatchObject({ subject: { id, name: 'Shop' }, details: { number: '+15550783881' } })
  expect(entries[1]).toMatchObject({
    actor: { kind: 'user', id: admin.actor.id, name: admin.actor.name },
    address: '127.0.0.1',
    subject: { id, name: 'Shop' },
    details: { changed: ['name', 'app_secret', 'access_token'], before: { name: 'Main' }, after: { name: 'Shop' } },
  })
  expect(JSON.stringify(entries)).not.toMatch(/secret of Meta|another secret|a token/)
})

test('filling with demo data and erasing test contacts are recorded; erasing nobody is not', async () => {
  const admin = await server.newPerson()
  await admin.call(clearTestPhone)
  await sighted(server, admin, { wa_id: '4915112345678', test: true })
  await admin.call(clearTestPhone)
  expect(await list(admin)).toMatchObject([{ act: 'test_contacts.erased', details: { contacts: 1 } }])
  await admin.call(fillDemo)
  expect((await list(admin))[0]).toMatchObject({ act: 'demo.filled', details: { contacts: 400, tags: 30 } })
})

test('pages are continued where they end, however many entries come meanwhile', async () => {
  const admin = await server.newPerson()
  for (const name of ['1', '2', '3', '4', '5']) await record(admin, 'person.invited', { subject: { id: name, name } })
  const names: (string | null | undefined)[] = []
  let cursor: string | undefined
  do {
    const page = await admin.call(listAuditEntries, { query: { limit: 2, ...(cursor ? { cursor } : {}) } })
    names.push(...page.entries.map(({ subject }) => subject?.name))
    await record(admin, 'person.removed')
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  expect(names).toEqual(['5', '4', '3', '2', '1'])
})

test('each filter finds what it says, and all must hold', async () => {
  const admin = await server.newPerson()
  const other = await server.newPerson('admin', admin.actor.org_id)
  await record(admin, 'person.invited', { subject: { id: '1', name: 'María Núñez' } })
  await record(other, 'person.removed', { subject: { id: '2', name: '李伟' }, address: '2001:db8::7' })
  await record(other, 'organization.renamed')
  const found = async (query: Record<string, string>) => acts(await list(admin, query))
  expect(await found({ acts: 'person.invited,person.removed' })).toEqual(['person.removed', 'person.invited'])
  expect(await found({ actor: other.actor.id })).toEqual(['organization.renamed', 'person.removed'])
  expect(await found({ actor: other.actor.id, acts: 'person.invited' })).toEqual([])
  expect(await found({ search: 'nunez' })).toEqual(['person.invited'])
  expect(await found({ search: 'MARÍA N' })).toEqual(['person.invited'])
  expect(await found({ search: '伟' })).toEqual(['person.removed'])
  expect(await found({ search: 'db8::7' })).toEqual(['person.removed'])
  expect(await found({ search: '%' })).toEqual([])
  const [, removed, invited] = await list(admin)
  expect(await found({ before: invited!.at })).toEqual([])
  expect(await found({ from: removed!.at, search: '李' })).toEqual(['person.removed'])
  await expect(list(admin, { acts: 'nothing.done' })).rejects.toMatchObject({ status: 422 })
  await expect(list(admin, { cursor: 'x' })).rejects.toMatchObject({ status: 422 })
})

test('a search finds a name in any script as it was written, and takes no sign for anything else', async () => {
  const admin = await server.newPerson()
  const names = ['がくと', 'सुनील', 'Ana  Sousa', 'Zoë', '100% sure', 'a_b', 'ＷＩＤＥ']
  for (const name of names) await record(admin, 'person.invited', { subject: { id: name, name } })
  const found = async (search: string) => (await list(admin, { search })).map(({ subject }) => subject!.name)
  for (const name of names) expect(await found(name)).toEqual([name])
  expect(await found('zoe')).toEqual(['Zoë'])
  expect(await found(' ana sousa ')).toEqual(['Ana  Sousa'])
  expect(await found('wide')).toEqual(['ＷＩＤＥ'])
  expect(await found('a%b')).toEqual([])
  expect(await found('%')).toEqual(['100% sure'])
  expect(await found('\0zoë')).toEqual(['Zoë'])
  expect(await list(admin, { actor: '\0' })).toEqual([])
})

test('everybody who did something is named once, under the newest name', async () => {
  const admin = await server.newPerson()
  const other = await server.newPerson('admin', admin.actor.org_id)
  await record(admin, 'person.joined', { name: 'Zoe' })
  await record(other, 'person.joined', { name: 'Ben' })
  await record(admin, 'person.signed_in', { name: 'Ana' })
  expect((await admin.call(listAuditActors)).actors).toEqual([
    { kind: 'user', id: admin.actor.id, name: 'Ana' },
    { kind: 'user', id: other.actor.id, name: 'Ben' },
  ])
})

test('the file holds every entry that matches, newest first, its cells safe, and is itself recorded', async () => {
  const admin = await server.newPerson()
  await record(admin, 'person.invited', { subject: { id: 'p1', name: '=HYPERLINK("x")' }, details: { role: 'agent' } })
  await record(admin, 'person.removed', { subject: { id: 'p2', name: 'José, "Pepe"\\ \n李' }, address: '10.0.0.1' })
  await record(admin, 'organization.renamed')
  const csv = (await admin.call(exportAuditEntries, {
    query: { acts: 'person.invited,person.removed' },
  })) as unknown as string
  const by = `${admin.actor.name},${admin.actor.id}`
  expect(csv.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'AT')).toBe(
    '\ufeffTime,Act,By,By id,Address,On,On id,Details\r\n' +
      `AT,person.removed,${by},10.0.0.1,"José, ""Pepe""\\ \n李",p2,\r\n` +
      `AT,person.invited,${by},,"'=HYPERLINK(""x"")",p1,"{""role"": ""agent""}"\r\n`,
  )
  expect((await list(admin))[0]).toMatchObject({
    act: 'audit.exported',
    details: { rows: 2, filter: { acts: ['person.invited', 'person.removed'] } },
  })
})

test('a file of many entries is whole', async () => {
  const admin = await server.newPerson()
  await server.pool.query(
    `insert into audit_entries (org_id, act, actor_kind, actor_id, actor_name)
      select $1, 'person.signed_in', 'user', 'u' || n % 7, 'Ana ' || n from generate_series(1, 20000) n`,
    [admin.actor.org_id],
  )
  const csv = (await admin.call(exportAuditEntries)) as unknown as string
  const lines = csv.trimEnd().split('\r\n')
  expect(lines).toHaveLength(20_001)
  expect([lines[1], lines.at(-1)].map((line) => line!.split(',')[2])).toEqual(['Ana 20000', 'Ana 1'])
  expect((await admin.call(listAuditActors)).actors).toHaveLength(8)
})

test('an export of contacts is recorded with its filter', async () => {
  const admin = await server.newPerson()
  await admin.call(exportContacts, { query: { search: 'nobody\0' } })
  expect(await list(admin)).toMatchObject([
    { act: 'contacts.exported', details: { rows: 0, filter: { search: 'nobody' } } },
  ])
})

test('an agent reads nothing of the log', async () => {
  const agent = await server.newPerson('agent')
  for (const route of [listAuditEntries, listAuditActors, exportAuditEntries])
    await expect(agent.call(route)).rejects.toMatchObject({ status: 403 })
})
