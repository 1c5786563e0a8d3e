// What importing promises: our own export comes back as it was, nothing is guessed, nothing is written before it was counted.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { check, importFile, putPart, upload } from '../../test/help/imports.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { removeExternalId } from '../contacts/external-schema.ts'
import { exportContacts, getContact, listContacts, putContact } from '../contacts/schema.ts'
import { changeContactTags, createTag, deleteTags, listTagChanges, listTags, restoreTag } from '../tags/schema.ts'
import {
  mergeTags,
  resumeOperation,
  cancelOperation,
  getOperation,
  listOperationFailures,
  startImport,
  undoOperation,
} from '../operations/schema.ts'
import { mergeContacts } from '../contacts/merging.ts'
import { eraseContact } from '../privacy/schema.ts'
import { checkOnce } from './checking.ts'
import {
  checkImport,
  createImport,
  discardImport,
  exportRefusedRows,
  getImport,
  PART_BYTES,
  previewImport,
} from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const exported = (person: Person) => person.call(exportContacts, { query: {} }) as unknown as Promise<string>
const tagged = (person: Person, name: string) => person.call(createTag, { body: { name } })
const put = (person: Person, id: string, add: string[]) =>
  person.call(changeContactTags, { params: { id }, body: { add } })
const everybody = async (person: Person) => (await person.call(listContacts, { query: { limit: 100 } })).contacts
const namesOf = async (person: Person) =>
  (await everybody(person)).map((contact) => contact.display_name ?? '').toSorted((a, b) => (a < b ? -1 : 1))
const byName = async (person: Person, name: string) =>
  (await everybody(person)).find((contact) => contact.display_name === name)!
const tagsOf = async (person: Person, id: string) =>
  (await person.call(getContact, { params: { id } })).active_tags.map((each) => each.tag.name)

const HOSTILE_NAMES = [
  '=HYPERLINK("http://x","y")',
  '+1+1',
  '-2',
  '@cmd',
  "'quoted",
  "''",
  'a,b;c\td',
  'two\nlines\r\nand "quotes"',
  'مرحبا بالعالم',
  'שלום ‮RTL‬',
  '👨‍👩‍👧‍👦 family',
  ' leading and trailing ',
  'José',
  'Jose\u0301',
  '李',
  '\ufeffmark',
  '\\|',
  'x'.repeat(900),
]

/** Ids of another system that look like what else stands in the column, or in a CSV file. */
const HOSTILE_IDS = [
  '+34600111222',
  '34600111222',
  '4711',
  'US.abc',
  '=1+1',
  "'quoted",
  'a"b',
  'c,d;e',
  'two:colons',
  'Ünïcödé 李 ﬁ',
]
const PEOPLE = HOSTILE_NAMES.length + HOSTILE_IDS.length + 7

async function hostileShop(portfolio: string): Promise<Person> {
  const admin = await server.newPerson()
  await server.newAccount(admin, { portfolio_id: portfolio })
  const names = [
    'a|b',
    'back\\slash',
    '\\|both',
    '=formula',
    "'apostrophe",
    'VIP',
    'émoji 🎉',
    'q"uote',
    'co,mma',
    'se;mi',
  ]
  const tags = await Promise.all(names.map((name) => tagged(admin, name)))
  const gone = await tagged(admin, 'Gone')
  let n = 0
  for (const name of HOSTILE_NAMES) {
    const at = new Date(Date.UTC(2026, 0, 1, 0, 0, n, n)).toISOString()
    const id = await sighted(server, admin, { wa_id: `4915700000${String(n).padStart(3, '0')}`, name, at })
    await put(admin, id, [tags[n % tags.length]!.id, tags[(n * 3 + 1) % tags.length]!.id])
    if (n % 4 === 0) await put(admin, id, [gone.id])
    n++
  }
  await sighted(server, admin, { wa_id: '4915799999999', own_act: false })
  await sighted(server, admin, { wa_id: '4915799999998', own_act: false })
  await sighted(server, admin, { bsuid: 'US.13491208655302741918', portfolio_id: portfolio, name: 'no phone' })
  await sighted(server, admin, {
    wa_id: '5511912345678',
    bsuid: 'BR.777',
    portfolio_id: portfolio,
    name: 'several ids',
  })
  await sighted(server, admin, { wa_id: '4915788888888', name: 'played', test: true })
  const key = await server.newKey(admin, { name: 'CRM' })
  for (const [place, id] of HOSTILE_IDS.entries()) {
    const external_id = { system: place % 2 === 0 ? 'crm' : '1c.shop_2', id }
    const { contact } = await key.call(putContact, { body: { external_id, display_name: `By id ${place}` } })
    if (place % 3 === 0) await put(admin, contact.id, [tags[place % tags.length]!.id])
  }
  // Whose phone it is that an id looks like.
  await sighted(server, admin, { wa_id: '34600111222', name: 'Somebody else' })
  await sighted(server, admin, { bsuid: 'ES.1', parent_bsuid: 'ES.ENT.1', portfolio_id: portfolio, name: 'By parent' })
  await key.call(putContact, { body: { bsuid: 'ES.1', external_id: { system: 'crm', id: 'beside' } } })
  await server.pool.query(
    `update contact_identities set retired_at = now() where org_id = $1 and kind in ('bsuid', 'parent_bsuid') and value like 'ES.%'`,
    [admin.actor.org_id],
  )
  await admin.call(deleteTags, { body: { ids: [gone.id] } })
  return admin
}

test('our own export changes nothing where it came from, whatever the mode', async () => {
  const admin = await hostileShop('portfolio-own')
  const file = await exported(admin)
  for (const settings of [
    {},
    { tags_mode: 'replace' as const },
    { tags_mode: 'replace' as const, empty_clears: true },
  ]) {
    const { checked, operation } = await importFile(server, admin, file, settings)
    expect(checked.result).toMatchObject({
      rows: PEOPLE,
      refused: 0,
      repeated: 0,
      created: 0,
      changed: 0,
      unchanged: PEOPLE,
      tags_added: 0,
      tags_removed: 0,
    })
    expect(operation).toMatchObject({ status: 'done', changed: 0, failed: 0, unchanged: PEOPLE })
  }
  expect(await exported(admin)).toBe(file)
})

test('into an empty organization with the same catalog it goes in so that a new export is the same, byte by byte', async () => {
  const from = await hostileShop('portfolio-from')
  const to = await server.newPerson()
  await server.newAccount(to, { portfolio_id: 'portfolio-to' })
  const { tags } = await from.call(listTags, { query: {} })
  for (const { name } of tags) await tagged(to, name)
  const file = await exported(from)
  const { checked, operation } = await importFile(server, to, file)
  expect(checked.undecided_tags).toBe(0)
  expect(checked.result).toMatchObject({ created: PEOPLE, changed: 0, refused: 0 })
  expect(operation).toMatchObject({ status: 'done', created: PEOPLE, failed: 0 })
  expect(await exported(to)).toBe(file)
})

test('of whom a file tells only when they were last seen, our own export says what can be imported', async () => {
  const admin = await server.newPerson()
  await importFile(server, admin, 'Phone,Last seen\n+34600000001,2025-05-30\n+34600000002,\n')
  const file = await exported(admin)
  expect(file).toContain('+34600000001,,,2025-05-30T00:00:00.000Z,2025-05-30T00:00:00.000Z')
  const { checked } = await importFile(server, admin, file)
  expect(checked.result).toMatchObject({ rows: 2, refused: 0, unchanged: 2 })
})

const FILE = 'Phone,Name,Tags\n'
const undo = async (person: Person, id: string) => {
  const begun = await person.call(undoOperation, { params: { id } })
  await server.operate()
  return person.call(getOperation, { params: { id: begun.id } })
}
const refusal = (reason: string, data?: object) =>
  expect.objectContaining({
    problem: expect.objectContaining({
      reason,
      ...(data ? { data: expect.objectContaining(data) as unknown } : {}),
    }) as unknown,
  }) as Error

test('rows that cannot be kept are refused with their reason, and come back as a file that can be mended', async () => {
  const admin = await server.newPerson()
  const file = `${FILE}+34600000001,Ana,\n8.6138E+12,=1+1,\n34600000002,Bo,\n,Cy,\n+34600000003,too,many,cells\nUS.123,no account,\nn/a,Dee,\n`
  const { checked, operation } = await importFile(server, admin, file)
  expect(checked.result).toMatchObject({ rows: 7, refused: 6, created: 1 })
  expect(checked.refused_rows.map(({ row, reason }) => [row, reason])).toEqual([
    [3, 'row_phone_exponent'],
    [4, 'row_phone_bare'],
    [5, 'row_phone_missing'],
    [6, 'row_columns_differ'],
    [7, 'row_portfolio_missing'],
    [8, 'row_phone_invalid'],
  ])
  expect(operation).toMatchObject({ status: 'done', created: 1, failed: 0, import: { refused: 6 } })
  const refused = (await admin.call(exportRefusedRows, { params: { id: checked.id } })) as unknown as string
  const lines = refused.split('\r\n')
  expect(lines[0]).toBe('\ufeffPhone,Name,Tags,Row,Refused because')
  expect(lines[1]).toMatch(/^8\.6138E\+12,'=1\+1,,3,/)
  expect(lines.length).toBe(8)
  const again = await importFile(server, admin, refused.replace('8.6138E+12', '+8613800138000'))
  expect(again.checked.result).toMatchObject({ rows: 6, refused: 5, created: 1 })
  expect(await namesOf(admin)).toEqual(['=1+1', 'Ana'])
})

test('a row goes by the id of another system as a call does, and an address or a time makes nobody', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { name: 'CRM' })
  const external_id = { system: 'crm', id: '4711' }
  const { contact } = await key.call(putContact, { body: { external_id, display_name: 'Given' } })
  await sighted(server, admin, { wa_id: '34600111222', name: 'Somebody else' })
  const file = `${FILE}CRM:4711,Renamed,\ncrm:+34600111222,New,\n crm: +34600111222 ,New again,\nwhatsapp:+34600111222,,\n10:30,,\n2026-05-30T10:00:00Z,,\n:1,,\ncrm:,,\n`
  const { checked, operation } = await importFile(server, admin, file)
  expect(checked.refused_rows.map(({ row, reason }) => [row, reason])).toEqual(
    [5, 6, 7, 8, 9].map((row) => [row, 'row_phone_invalid']),
  )
  expect(checked.result).toMatchObject({ created: 1, changed: 1, renamed: 1, repeated: 1 })
  expect(operation).toMatchObject({ status: 'done', created: 1, failed: 0 })
  expect(await namesOf(admin)).toEqual(['New again', 'Renamed', 'Somebody else'])
  expect((await byName(admin, 'Renamed')).id).toBe(contact.id)
  expect(await byName(admin, 'New again')).toMatchObject({
    phone: null,
    identities: [{ kind: 'external_id', scope: 'crm', value: '+34600111222' }],
  })
  const found = await key.call(listContacts, { query: { search: '+34600111222' } })
  expect(new Set(found.contacts.map((each) => each.display_name))).toEqual(new Set(['New again', 'Somebody else']))
})

test('who has no id any more cannot be told in a file: the row of our own export is refused and says so', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { name: 'CRM' })
  const query = { system: 'crm', id: '1' }
  const { contact } = await key.call(putContact, { body: { external_id: query, display_name: 'Nobody' } })
  await key.call(removeExternalId, { params: { id: contact.id }, query })
  const { id } = await upload(server, admin, await exported(admin))
  const checked = await check(server, admin, id)
  expect(checked.result).toMatchObject({ rows: 1, refused: 1 })
  expect(checked.refused_rows).toMatchObject([
    { row: 2, reason: 'row_phone_missing', message: expect.stringContaining('nor an id') as string },
  ])
})

test('of several portfolios the one that is named has the ids of a file; unless one is, who is new is refused', async () => {
  const admin = await server.newPerson()
  for (const portfolio_id of ['101', '102']) await server.newAccount(admin, { portfolio_id })
  const file = `${FILE}US.123,New,\n`
  const { id } = await upload(server, admin, file)
  const refused = await check(server, admin, id)
  expect(refused.refused_rows).toMatchObject([{ row: 2, reason: 'row_portfolio_unknown' }])
  expect((await check(server, admin, id, { portfolio_id: '103' })).result).toMatchObject({ refused: 1 })
  expect((await check(server, admin, id, { portfolio_id: '102' })).result).toMatchObject({ refused: 0, created: 1 })
  await admin.call(startImport, { params: { id } })
  await server.operate()
  expect((await byName(admin, 'New')).identities).toMatchObject([{ kind: 'bsuid', scope: '102', value: 'US.123' }])
})

test('a file is not read again when only what is done with its tags is another', async () => {
  const admin = await server.newPerson()
  const { id } = await upload(server, admin, `${FILE}+34600000001,Ana,New\n`)
  const { settings } = await check(server, admin, id)
  const body = { ...settings!, tags: [{ name: 'New', choice: 'create' as const }] }
  const again = await admin.call(checkImport, { params: { id }, body })
  expect(again).toMatchObject({ status: 'checking', read_rows: 1 })
  expect(await admin.call(checkImport, { params: { id }, body: { ...body, bare_phones: true } })).toMatchObject({
    read_rows: 0,
  })
})

test('names of tags that the catalog does not have stop the import until somebody has said what each means', async () => {
  const admin = await server.newPerson()
  const [vip, gone] = [await tagged(admin, 'Customers'), await tagged(admin, 'Gone')]
  await admin.call(deleteTags, { body: { ids: [gone.id] } })
  const { id } = await upload(server, admin, `${FILE}+34600000001,Ana,Customer|New|gone|CUSTOMERS|Noise\n`)
  const checked = await check(server, admin, id)
  const of = (name: string) => checked.tags.find((tag) => tag.name === name)!
  expect(checked.undecided_tags).toBe(4)
  expect(of('Customer')).toMatchObject({ state: 'unknown', near: [{ id: vip.id }], can_create: true })
  expect(of('gone')).toMatchObject({ state: 'deleted', tag: { id: gone.id } })
  expect(of('CUSTOMERS')).toMatchObject({ state: 'known', tag: { id: vip.id } })
  await expect(admin.call(startImport, { params: { id } })).rejects.toThrow(refusal('import_tags_undecided'))
  const { settings } = checked
  const tags = [
    { name: 'Customer', choice: 'use' as const, tag_id: vip.id },
    { name: 'New', choice: 'create' as const },
    { name: 'gone', choice: 'create' as const },
    { name: 'Noise', choice: 'leave_out' as const },
  ]
  const decided = await check(server, admin, id, { ...settings!, tags })
  expect(decided).toMatchObject({ undecided_tags: 0, result: { created: 1, tags_added: 3 } })
  await admin.call(startImport, { params: { id } })
  await server.operate()
  const contact = await byName(admin, 'Ana')
  expect(await tagsOf(admin, contact.id)).toEqual(['Customers', 'gone', 'New'])
  const { changes } = await admin.call(listTagChanges, { params: { id: contact.id } })
  expect(changes[0]).toMatchObject({ source: 'manual_admin', why: { reason: 'import', file_name: 'contacts.csv' } })
  await expect(admin.call(startImport, { params: { id } })).rejects.toThrow(refusal('import_started'))
})

test('names that are nearly the same are seen within the file too, those first that most rows use', async () => {
  const admin = await server.newPerson()
  const noise = Array.from(
    { length: 250 },
    (_, n) => `+3460000${1000 + n},,${(n * 7919 + 104729).toString(36)}\n`,
  ).join('')
  const gold = ['Gold customer', 'Gold customers|Silver', 'Gold customers'].map(
    (cell, n) => `+3460000000${n},,${cell}\n`,
  )
  const { id } = await upload(server, admin, `${FILE}${noise}${gold.join('')}+34600000009,,Gold customer\n`)
  const checked = await check(server, admin, id)
  expect(checked.tags.slice(0, 2)).toMatchObject([
    { name: 'Gold customer', rows: 2, near: [], near_names: ['Gold customers'] },
    { name: 'Gold customers', rows: 2, near: [], near_names: ['Gold customer'] },
  ])
  expect(checked.tags.find(({ name }) => name === 'Silver')).toMatchObject({ near_names: [] })
  await tagged(admin, 'Gold custom')
  expect((await admin.call(getImport, { params: { id } })).tags[0]).toMatchObject({ near: [{ name: 'Gold custom' }] })
})

test('tags are added, taken off, or replaced; an empty cell says nothing unless it is to clear, and historical tags stay', async () => {
  const admin = await server.newPerson()
  const [a, b, c, old] = await Promise.all(['A', 'B', 'C', 'Old'].map((name) => tagged(admin, name)))
  const ids = await Promise.all(
    ['34600000001', '34600000002'].map((wa_id) => sighted(server, admin, { wa_id, name: wa_id })),
  )
  for (const id of ids) await put(admin, id, [a!.id, b!.id, old!.id])
  await admin.call(deleteTags, { body: { ids: [old!.id] } })
  const file = `${FILE}+34600000001,,B|C\n+34600000002,,\n`
  const tags = async () => Promise.all(ids.map((id) => tagsOf(admin, id)))
  const replaced = await importFile(server, admin, file, { tags_mode: 'replace' })
  expect(replaced.checked.result).toMatchObject({ changed: 1, unchanged: 1, tags_added: 1, tags_removed: 1 })
  expect(await tags()).toEqual([
    ['B', 'C'],
    ['A', 'B'],
  ])
  expect(await undo(admin, replaced.operation.id)).toMatchObject({ changed: 1, failed: 0 })
  const cleared = await importFile(server, admin, file, { tags_mode: 'replace', empty_clears: true })
  expect(cleared.checked.result).toMatchObject({ changed: 2, tags_added: 1, tags_removed: 3 })
  expect(await tags()).toEqual([['B', 'C'], []])
  const taken = await importFile(server, admin, file, { tags_mode: 'remove' })
  expect(taken.operation).toMatchObject({ changed: 1, unchanged: 1 })
  expect(await tags()).toEqual([[], []])
  const { historical_tags } = await admin.call(getContact, { params: { id: ids[1]! } })
  expect(historical_tags.map((each) => each.tag.name)).toEqual(['Old'])
  expect([c!.name]).toEqual(['C'])
})

test('rows of one person are taken together, whatever the spelling', async () => {
  const admin = await server.newPerson()
  for (const name of ['A', 'B', 'C']) await tagged(admin, name)
  const { checked, operation } = await importFile(
    server,
    admin,
    `${FILE}+5511912345678,First,A\n+34600000001,Other,\n+551112345678,,B\n+55 11 91234-5678,Last,C|A\n`,
  )
  expect(checked.result).toMatchObject({ rows: 4, repeated: 2, created: 2, tags_added: 3 })
  expect(checked.repeated_rows).toEqual([
    { row: 4, same_as: 2 },
    { row: 5, same_as: 2 },
  ])
  expect(operation).toMatchObject({ matched: 2, created: 2 })
  expect(await tagsOf(admin, (await byName(admin, 'Last')).id)).toEqual(['A', 'B', 'C'])
})

test('undo removes who was made and not touched since, restores names and tags, and says what it left', async () => {
  const admin = await server.newPerson()
  await tagged(admin, 'A')
  const b = await tagged(admin, 'B')
  await admin.call(putContact, { body: { phone: '+34600000001', display_name: 'Given' } })
  await sighted(server, admin, { wa_id: '34600000002', name: 'By WhatsApp' })
  const carries = await byName(admin, 'By WhatsApp')
  await put(admin, carries.id, [b.id])
  const { operation } = await importFile(
    server,
    admin,
    `${FILE}+34600000001,Renamed,A\n+34600000002,Ignored,A|B\n+34600000003,New,A\n+34600000004,Writes,A\n+34600000005,Tagged,A\n+34600000006,Renamed twice,\n`,
  )
  expect(operation).toMatchObject({ status: 'done', created: 4, changed: 6, can_undo: true })
  expect((await everybody(admin)).map((contact) => contact.display_name)).toEqual(
    expect.arrayContaining(['Renamed', 'By WhatsApp', 'New', 'Writes', 'Tagged', 'Renamed twice']),
  )
  const account = await server.newAccount(admin)
  await account.deliver(
    composeTextMessage({
      phoneNumberId: account.phoneNumberId,
      displayPhone: account.displayPhone,
      wabaId: '102290129340398',
      from: '+34600000004',
      name: 'Writes',
      text: 'hello',
      at: new Date(),
    }),
  )
  await server.interpret()
  await put(admin, (await byName(admin, 'Tagged')).id, [b.id])
  await admin.call(putContact, { body: { phone: '+34600000006', display_name: 'By hand' } })
  const undone = await undo(admin, operation.id)
  expect(undone).toMatchObject({ kind: 'undo', status: 'done', failed: 3, import: { file_name: 'contacts.csv' } })
  const { failures } = await admin.call(listOperationFailures, { params: { id: undone.id }, query: {} })
  expect(Object.fromEntries(failures.map(({ contact, reason }) => [contact!.display_name, reason]))).toEqual({
    'By hand': 'contact_changed_since',
    Tagged: 'contact_changed_since',
    Writes: 'contact_wrote_since',
  })
  const left = await everybody(admin)
  expect(await namesOf(admin)).toEqual(['By WhatsApp', 'By hand', 'Given', 'Tagged', 'Writes'])
  expect(await tagsOf(admin, carries.id)).toEqual(['B'])
  expect(await tagsOf(admin, left.find((contact) => contact.display_name === 'Tagged')!.id)).toEqual(['B'])
  await expect(admin.call(undoOperation, { params: { id: operation.id } })).rejects.toThrow(refusal('already_undone'))
})

test('cancelled, it leaves whole rows that can be taken back; two at once, a repeat and a second server write nothing twice', async () => {
  const admin = await server.newPerson()
  const lines = Array.from({ length: 2500 }, (_, n) => `+3460${String(1_000_000 + n)},N${n},\n`).join('')
  const first = await upload(server, admin, `${FILE}${lines}`)
  await check(server, admin, first.id)
  const begun = await admin.call(startImport, { params: { id: first.id } })
  await server.operate(1)
  const { done } = await admin.call(getOperation, { params: { id: begun.id } })
  expect(done).toBeGreaterThan(0)
  await admin.call(cancelOperation, { params: { id: begun.id } })
  await server.operate()
  expect(await admin.call(getOperation, { params: { id: begun.id } })).toMatchObject({
    status: 'cancelled',
    created: done,
  })
  const [one, two] = await Promise.all([1, 2].map(() => upload(server, admin, `${FILE}${lines}`)))
  for (const { id } of [one!, two!])
    expect((await check(server, admin, id)).result).toMatchObject({ created: 2500 - done, unchanged: done })
  const operations = await Promise.all([one!, two!].map(({ id }) => admin.call(startImport, { params: { id } })))
  const beside = await openTestServer({ beside: server })
  await Promise.all([server.operate(), beside.operate(), server.operate()])
  await beside.close()
  const ends = await Promise.all(operations.map(({ id }) => admin.call(getOperation, { params: { id } })))
  expect(ends.map(({ status }) => status)).toEqual(['done', 'done'])
  expect(ends.reduce((sum, { created }) => sum + created, 0)).toBe(2500 - done)
  const { rows } = await server.pool.query('select count(*)::int as n from contacts where org_id = $1', [
    admin.actor.org_id,
  ])
  expect(rows).toEqual([{ n: 2500 }])
  expect(await undo(admin, begun.id)).toMatchObject({ status: 'done', changed: done, failed: 0 })
})

test('who is erased while a file waits is not brought back by it, and a file that was not read yet is forgotten', async () => {
  const admin = await server.newPerson()
  await sighted(server, admin, { wa_id: '34600000001', name: 'Erased' })
  const { id: contactId } = await byName(admin, 'Erased')
  const key = await server.newKey(admin, { name: 'CRM' })
  const file = `${FILE}+34600000001,Ana,\ncrm:1,Ana,\n+34600000002,Bo,\n`
  const [staged, unread] = [await upload(server, admin, file), await upload(server, admin, file)]
  await check(server, admin, staged.id)
  await key.call(putContact, { body: { phone: '+34600000001', external_id: { system: 'crm', id: '1' } } })
  await admin.call(eraseContact, { params: { id: contactId } })
  await admin.call(startImport, { params: { id: staged.id } })
  await server.operate()
  expect(await namesOf(admin)).toEqual(['Bo'])
  await expect(admin.call(previewImport, { params: { id: unread.id }, query: {} })).rejects.toThrow(
    refusal('import_file_gone'),
  )
  const { rows } = await server.pool.query('select 1 from import_parts where org_id = $1', [admin.actor.org_id])
  expect(rows).toEqual([])
})

test('a tag that is deleted while it runs ends it, and restored it goes on; merged contacts and tags are followed', async () => {
  const admin = await server.newPerson()
  const [a, b, c] = await Promise.all(['A', 'B', 'C'].map((name) => tagged(admin, name)))
  const [kept, merged] = [
    await sighted(server, admin, { wa_id: '34600000001', name: 'Kept' }),
    await sighted(server, admin, { wa_id: '34600000002', name: 'Merged' }),
  ]
  const { id } = await upload(server, admin, `${FILE}+34600000002,,A|B\n`)
  await check(server, admin, id)
  const begun = await admin.call(startImport, { params: { id } })
  await server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, kept, merged))
  await admin.call(mergeTags, { params: { id: b!.id }, body: { into: c!.id } })
  await admin.call(deleteTags, { body: { ids: [a!.id] } })
  await server.operate()
  const ended = await admin.call(getOperation, { params: { id: begun.id } })
  expect(ended).toMatchObject({ status: 'failed', error_reason: 'tag_deleted', can_resume: true })
  await admin.call(restoreTag, { params: { id: a!.id }, body: {} })
  await admin.call(resumeOperation, { params: { id: begun.id } })
  await server.operate()
  expect(await tagsOf(admin, kept)).toEqual(['A', 'C'])
})

test('what is no list of contacts is refused with what to do', async () => {
  const admin = await server.newPerson()
  const looked = async (content: string | Uint8Array) =>
    admin.call(previewImport, { params: { id: (await upload(server, admin, content)).id }, query: {} })
  await expect(looked(Buffer.from('504b030414000600', 'hex'))).rejects.toThrow(refusal('import_workbook'))
  await expect(looked('Phone,Name\n')).rejects.toThrow(refusal('import_no_rows'))
  await expect(looked('\ufeff')).rejects.toThrow(refusal('import_no_rows'))
  await expect(looked('x'.repeat(5_000_000))).rejects.toThrow(refusal('import_row_too_long'))
  await expect(admin.call(createImport, { body: { file_name: 'a.csv', file_bytes: 0 } })).rejects.toThrow(
    refusal('import_empty'),
  )
  await expect(admin.call(createImport, { body: { file_name: 'a.csv', file_bytes: 200_000_001 } })).rejects.toThrow(
    refusal('file_too_large'),
  )
  await expect(looked(`${FILE}+34600000001,Ana,\n+34600000002,"B"o,\n`)).rejects.toThrow(
    refusal('import_quotes', { row: 3 }),
  )
  const broken = await upload(server, admin, `${FILE}${'+34600000001,Ana,\n'.repeat(9000)}+34600000002,"B"o,\n`)
  expect((await check(server, admin, broken.id)).error).toMatchObject({ reason: 'import_quotes', row: 9002 })
  const cut = await admin.call(createImport, { body: { file_name: 'a.csv', file_bytes: PART_BYTES + 100 } })
  expect((await putPart(server, admin, cut.id, 1, Buffer.alloc(100, 'x'))).status).toBe(204)
  await expect(admin.call(previewImport, { params: { id: cut.id }, query: {} })).rejects.toThrow(
    refusal('import_incomplete', { part: 0 }),
  )
  expect(await putPart(server, admin, cut.id, 2, Buffer.from('x'))).toMatchObject({ status: 422 })
  expect(await putPart(server, admin, cut.id, 0, Buffer.from('x'))).toMatchObject({ status: 422 })
  await admin.call(discardImport, { params: { id: cut.id } })
  await expect(admin.call(getImport, { params: { id: cut.id } })).rejects.toThrow(refusal('import_missing'))
})

test('agents may not import, and a check that was overtaken or interrupted leaves nothing of itself', async () => {
  const admin = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  await expect(agent.call(createImport, { body: { file_name: 'a.csv', file_bytes: 9 } })).rejects.toThrow(
    refusal('role_not_allowed'),
  )
  const { id } = await upload(server, admin, `${FILE}${'+34600000001,Ana,\n'.repeat(5000)}`)
  const { encoding, separator, columns } = await admin.call(previewImport, { params: { id }, query: {} })
  const body = { encoding, separator, columns: { ...columns, phone: 0 } }
  await admin.call(checkImport, { params: { id }, body })
  const stopping = new AbortController()
  const interrupted = checkOnce(server, stopping.signal)
  stopping.abort()
  await interrupted
  expect(await admin.call(getImport, { params: { id } })).toMatchObject({ status: 'checking' })
  const overtaken = checkOnce(server)
  await admin.call(checkImport, { params: { id }, body: { ...body, tags_mode: 'remove' } })
  await overtaken
  while (await checkOnce(server));
  expect(await admin.call(getImport, { params: { id } })).toMatchObject({
    status: 'checked',
    settings: { tags_mode: 'remove' },
    result: { rows: 5000, repeated: 4999, created: 1 },
  })
})
