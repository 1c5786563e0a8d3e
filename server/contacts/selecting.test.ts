// Whatever way to a page is taken, by few assignments, by many or by none, the page is that of reading every contact.
import { sql, type RawBuilder } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillCrowd } from '../../seeds/crowd.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { deleteTags } from '../tags/schema.ts'
import { sourcesCarried } from '../tags/source-bits.ts'
import { filterCondition } from './filter.ts'
import { ContactFilter, type ContactSort, type SortOrder } from './schema.ts'
import { countMatching, partsInOrder, selectPage } from './selecting.ts'

const SIZE = 15_000

let server: TestServer
let admin: Person
/** From the one that most contacts carry to the one that hardly any does. */
let tags: string[]

beforeAll(async () => {
  server = await openTestServer()
  admin = await server.newPerson()
  await fillCrowd(server.db, admin.actor.org_id, SIZE)
  const { rows } = await server.pool.query<{ tag_id: string }>(
    'select tag_id from tag_assignments where org_id = $1 and removed_at is null group by 1 order by count(*) desc, 1',
    [admin.actor.org_id],
  )
  tags = rows.map((row) => row.tag_id)
}, 60_000)
afterAll(() => server.close())

const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

const questions = (): Record<string, Record<string, string>> => ({
  everybody: {},
  'a common tag': { any_tags: tags[0]! },
  'a rare tag': { any_tags: tags.at(-1)! },
  'any of a common, a middle and a rare tag': { any_tags: [tags[0], tags[20], tags.at(-1)].join(',') },
  'two common tags and not a third': { all_tags: `${tags[0]},${tags[1]}`, no_tags: tags[2]! },
  untagged: { untagged: 'true' },
  'a common source': { sources: 'manual_admin' },
  'two sources': { sources: 'api,ai_auto_close' },
  'a common source of a common tag': { sources: 'manual_admin,manual_agent', any_tags: tags[0]! },
  'a rare source of two common tags': { sources: 'ai_auto_close', any_tags: `${tags[0]},${tags[1]}` },
  'tagged long ago': { tagged_before: ago(500) },
  'tagged at any time': { tagged_from: ago(2000) },
  'tagged lately by a source': { tagged_from: ago(60), sources: 'manual_agent' },
  'tagged in one week': { tagged_from: ago(107), tagged_before: ago(100) },
  'tagged long ago, and named so': { tagged_before: ago(400), search: 'silva' },
  'first seen between, with a tag': { first_seen_from: ago(300), first_seen_before: ago(200), any_tags: tags[1]! },
  'two letters': { search: 'an' },
  'two Chinese characters': { search: '王伟' },
})

/** The questions to which pages or count are other than those of reading all contacts. */
async function wrongAnswers(): Promise<string[]> {
  const orgId = admin.actor.org_id
  const wrong: string[] = []
  for (const [name, question] of Object.entries(questions())) {
    const filter = ContactFilter.parse(question)
    const where = await filterCondition(server.db, orgId, filter)
    for (const [sort, order] of [
      ['last_seen', 'desc'],
      ['last_seen', 'asc'],
      ['first_seen', 'desc'],
      ['name', 'asc'],
    ] satisfies [ContactSort, SortOrder][]) {
      const all: string[] = []
      for (const part of partsInOrder(where, { sort, order })) {
        const { rows } = await sql<{ id: string }>`select c.id from contacts c ${part}`.execute(server.db)
        all.push(...rows.map((row) => row.id))
      }
      const found: string[] = []
      let cursor: string | undefined
      for (let page = 0; page < 3; page++) {
        const { ids, next_cursor } = await selectPage(server.db, orgId, filter, { sort, order }, { limit: 40, cursor })
        found.push(...ids)
        if (next_cursor === null) break
        cursor = next_cursor
      }
      if (found.join() !== all.slice(0, 120).join()) wrong.push(`${name}, by ${sort} ${order}`)
    }
    if ((await countMatching(server.db, orgId, filter)) !== (await countAll(where))) wrong.push(`the count of ${name}`)
  }
  return wrong
}

async function countAll(where: RawBuilder<boolean>): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from contacts c where ${where}`.execute(server.db)
  return rows[0]!.n
}

test('every way leads to the same page and count as reading all contacts', async () => {
  expect(await wrongAnswers()).toEqual([])
}, 60_000)

test('also when tags that many carry were deleted from the catalog', async () => {
  await admin.call(deleteTags, { body: { ids: [tags[3]!, tags[5]!, tags.at(-2)!] } })
  expect(await wrongAnswers()).toEqual([])
}, 60_000)

test('a contact’s sources are those of the assignments that it has', async () => {
  const { rows } = await sql<{ wrong: number; sources: number }>`
    select count(*) filter (where c.tag_sources <> ${sourcesCarried})::int as wrong, count(distinct c.tag_sources)::int as sources
    from contacts c where c.org_id = ${admin.actor.org_id}`.execute(server.db)
  expect(rows).toEqual([{ wrong: 0, sources: 32 }])
})
