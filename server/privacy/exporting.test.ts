// What the file of one contact promises.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergeContacts } from '../contacts/merging.ts'
import { changeContactTags, createTag } from '../tags/schema.ts'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { listContacts } from '../contacts/schema.ts'
import { storeFile } from '../../test/help/media.ts'
import { openTalks } from '../../test/help/talk.ts'
import { insertMedia } from '../conversations/media.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { exportContact } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

test('the file holds the contact, what was merged into it, its tags and every message, and the audit log says who took it', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const numbers = { phoneNumberId: account.phoneNumberId, displayPhone: account.displayPhone, wabaId: '1' }
  const say = (from: string, name: string, text: string) =>
    account.deliver(composeTextMessage({ ...numbers, from, name, text, at: new Date() }))
  for (let n = 0; n < 1000; n++) await say('+4915112345678', 'Ana', `ana ${n}`)
  const odd = '\\N \\ "quoted"\nline\ttab \u007f é 漢字 🎉 \\n'
  await say('+4915112345678', 'Ana', odd)
  await say('+34600111222', 'Ben', 'ben')
  await say('+351900111', 'Carla ⚑', 'not theirs ⚑')
  await server.interpret()
  const { contacts } = await admin.call(listContacts)
  const idOf = (name: string) => contacts.find((each) => each.display_name === name)!.id
  const tag = await admin.call(createTag, { body: { name: 'VIP' } })
  const change = (add: string[], remove: string[]) =>
    admin.call(changeContactTags, { params: { id: idOf('Ana') }, body: { add, remove } })
  await change([tag.id], [])
  await change([], [tag.id])
  await server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, idOf('Ana'), idOf('Ben')))

  const file = await admin.call(exportContact, { params: { id: idOf('Ana') } })
  expect(file).toMatchObject({ contact: { display_name: 'Ana' }, merged_ids: [idOf('Ben')] })
  expect(file.contact.identities.map(({ value }) => value).toSorted()).toEqual(['34600111222', '4915112345678'])
  expect(file.tags).toMatchObject([{ tag: 'VIP', added_source: 'manual_admin', removed_source: 'manual_admin' }])
  expect(new Set(file.messages.map((message) => message['text'])).size).toBe(1002)
  expect(file.messages.filter((message) => message['text'] === odd)).toMatchObject([
    { content: { text: { body: odd } } },
  ])
  const sentAt = file.messages.map((message) => Date.parse(String(message['sent_at'])))
  expect(sentAt).toEqual(sentAt.toSorted((one, other) => one - other))
  expect(file.merges).toHaveLength(1)
  // WhatsApp's ids are letters by chance, and a word may stand in them.
  expect(JSON.stringify(file)).not.toContain('⚑')

  const { rows } = await server.pool.query(
    `select act, subject_name, details from audit_entries where org_id = $1 and act = 'contact.exported'`,
    [admin.actor.org_id],
  )
  expect(rows).toEqual([{ act: 'contact.exported', subject_name: null, details: { contact_id: idOf('Ana') } }])
})

test('it names each file of a message, with an address at which whoever is signed in opens it', async () => {
  const admin = await server.newPerson()
  const { talk } = await openTalks(server, admin)
  const { contactId, write } = await talk()
  const bytes = Buffer.from('a receipt')
  const messageId = await write('Here it is')
  await storeFile(server, admin, messageId, { bytes, mime_type: 'application/pdf', file_name: 'receipt.pdf' })
  const lost = await write('And this one')
  const content = { image: { id: '4711', mime_type: 'image/png' } }
  await server.db
    .transaction()
    .execute((tx) => insertMedia(tx, admin.actor.org_id, [{ id: lost, type: 'image', content }]))
  const other = await talk()
  await storeFile(server, admin, await other.write('Theirs'), { bytes, mime_type: 'image/png' })

  const { files } = await admin.call(exportContact, { params: { id: contactId } })
  expect(files).toMatchObject([
    {
      message_id: messageId,
      mime_type: 'application/pdf',
      size: bytes.length,
      file_name: 'receipt.pdf',
      state: 'stored',
    },
    { message_id: lost, mime_type: 'image/png', size: null, state: 'waiting', address: null },
  ])
  const address = new URL(String(files[0]!['address']))
  expect(address.origin).toBe(new URL(server.config.publicUrl).origin)
  const open = (headers: Record<string, string>) =>
    server.app.inject({ url: address.pathname + address.search, headers })
  expect((await open({ cookie: admin.cookie })).rawPayload).toEqual(bytes)
  expect((await open({})).statusCode).toBe(401)
})

test('no file leaves that is not in the audit log, and nothing stays open for it', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const numbers = { phoneNumberId: account.phoneNumberId, displayPhone: account.displayPhone, wabaId: '1' }
  await account.deliver(
    composeTextMessage({ ...numbers, from: '+34600111222', name: 'Ben', text: 'a', at: new Date() }),
  )
  await server.interpret()
  const { id } = (await admin.call(listContacts)).contacts[0]!
  const take = (url: string) =>
    server.app.inject({ url, headers: { cookie: admin.cookie, 'earmark-organization': admin.slug } })
  const files = ['/v1/contacts/export', '/v1/audit-log/export', `/v1/contacts/${id}/export`]
  await server.pool.query(
    `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
     create trigger refuse before insert on audit_entries for each row execute function refuse()`,
  )
  for (const url of files) {
    const { statusCode, headers } = await take(url)
    expect([statusCode, headers['content-disposition']]).toEqual([500, undefined])
  }
  await expect.poll(() => server.pool.totalCount - server.pool.idleCount).toBe(0)
  await server.pool.query('drop trigger refuse on audit_entries')
  const names = []
  for (const url of files) names.push((await take(url)).headers['content-disposition'])
  const at = String.raw`\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ`
  for (const [n, name] of ['contacts', 'audit-log', `contact-${id.slice(-12)}`].entries())
    expect(names[n]).toMatch(new RegExp(`^attachment; filename="${name}-${at}\\.${n < 2 ? 'csv' : 'json'}"$`))
})

test('an agent cannot take it, and another organization’s contact is not there', async () => {
  const admin = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const id = '01900000-0000-7000-8000-000000000000'
  await expect(agent.call(exportContact, { params: { id } })).rejects.toMatchObject({ status: 403 })
  await expect(admin.call(exportContact, { params: { id } })).rejects.toMatchObject({ status: 404 })
})
