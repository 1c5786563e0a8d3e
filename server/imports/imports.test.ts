// What importing promises: our own export comes back as it was, nothing is guessed, nothing is written before it was counted.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { check, importFile, putPart, upload } from '../../test/help/imports.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { countContacts, exportContacts, getContact, listContacts } from '../contacts/schema.ts'
import { changeContactTags, createTag, deleteTags, listTags, restoreTag } from '../tags/schema.ts'
import { startImport } from '../operations/schema.ts'
import { createImport, discardImport, exportRefusedRows, getImport, previewImport } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const exported = (person: Person, query: Record<string, string> = {}) =>
  person.call(exportContacts, { query: query as never }) as unknown as Promise<string>
const tagged = (person: Person, name: string) => person.call(createTag, { body: { name } })
const put = (person: Person, id: string, add: string[]) =>
  person.call(changeContactTags, { params: { id }, body: { add } })
const everybody = async (person: Person) => (await person.call(listContacts, { query: { limit: 100 } })).contacts
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
  await person(admin, gone.id)
  return admin
}
const person = (admin: Person, id: string) => admin.call(deleteTags, { body: { ids: [id] } })

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
      rows: HOSTILE_NAMES.length + 5,
      refused: 0,
      repeated: 0,
      created: 0,
      changed: 0,
      unchanged: HOSTILE_NAMES.length + 5,
      tags_added: 0,
      tags_removed: 0,
    })
    expect(operation).toMatchObject({ status: 'done', changed: 0, failed: 0, unchanged: HOSTILE_NAMES.length + 5 })
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
  expect(checked.result).toMatchObject({ created: HOSTILE_NAMES.length + 5, changed: 0, refused: 0 })
  expect(operation).toMatchObject({ status: 'done', created: HOSTILE_NAMES.length + 5, failed: 0 })
  expect(await exported(to)).toBe(file)
})
