// What a restored backup must not do by itself: send or answer again what went out after the backup was made.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findDue } from '../ai-agents/due.ts'
import { takeWaiting } from '../ai-agents/taking.ts'
import { findOutboxes } from '../conversations/outbox.ts'
import { listMessages, takeConversation } from '../conversations/schema.ts'
import { RESTORED } from '../conversations/uncertain-schema.ts'
import { AT_ONCE, aPhone, openShop, work } from '../../test/help/ai-agents.ts'
import { openTestDatabase } from '../../test/help/database.ts'
import { openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { backUp } from './backing-up.ts'
import { openBackup } from './reading.ts'
import { restore } from './restoring.ts'

let server: TestServer
let model: ScriptedModel
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'earmark-held-'))
  server = await openTestServer()
  model = await openScriptedModel('openai_compatible')
  model.answer = () => ({ text: 'Yes.' })
})
afterAll(async () => {
  await model.close()
  await server.close()
  rmSync(folder, { recursive: true })
})

test('what waited to be sent is uncertain after a restore, and what AI agents had or would take waits for people', async () => {
  const shop = await openShop(server, model)
  const waiting = await shop.writes(aPhone(), 'Do you have a table?')
  const sending = await shop.writes(aPhone(), 'Are you open?')
  const failed = await shop.writes(aPhone(), 'Hello?')
  const theirs = await shop.writes(aPhone(), 'To a person')
  await shop.person.call(takeConversation, { params: { id: theirs.id } })
  await work(server)
  for (const [state, { id }] of [
    ['sending', sending],
    ['failed', failed],
  ] as const)
    await sql`update outgoing_messages o set state = ${state}, sending_at = case when ${state} = 'sending' then now() end,
        settled_at = case when ${state} = 'failed' then now() end
      from messages m where m.org_id = o.org_id and m.id = o.message_id and m.conversation_id = ${id}`.execute(
      server.db,
    )
  const untaken = await shop.writes(aPhone(), 'Anybody?')
  await shop.writes(waiting.contact.phone!, 'And tomorrow?')
  const file = join(folder, 'night.tar')
  await backUp({ url: server.databaseUrl, file, force: false, secretKey: null })

  const { db, pool, url, close } = await openTestDatabase()
  const backup = await openBackup(file)
  await restore({ url, backup })
  await backup.close()
  expect(await findOutboxes(db)).toEqual([])
  expect(await takeWaiting(db)).toBe(0)
  expect(await findDue(db, AT_ONCE, [])).toEqual([])
  const { rows: sent } = await pool.query(
    `select m.conversation_id as id, o.state, o.error_text from outgoing_messages o join messages m on m.id = o.message_id order by m.id`,
  )
  expect(sent).toEqual([
    { id: waiting.id, state: 'uncertain', error_text: RESTORED },
    { id: sending.id, state: 'uncertain', error_text: RESTORED },
    { id: failed.id, state: 'failed', error_text: null },
  ])
  const { rows } = await pool.query('select id, status, agent_id, people_only from conversations order by id')
  const forPeople = { status: 'pending', agent_id: null, people_only: true }
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
  expect(rows).toEqual(
    [
      { id: waiting.id, ...forPeople },
      { id: sending.id, ...forPeople },
      { id: failed.id, ...forPeople },
      { id: untaken.id, ...forPeople },
      { id: theirs.id, status: 'active', agent_id: shop.person.actor.id, people_only: true },
    ].toSorted(byId),
  )
  await close()
})

test('a message that is uncertain says why', async () => {
  const shop = await openShop(server, model)
  const { id } = await shop.writes(aPhone(), 'Do you have a table?')
  await work(server)
  await sql`update outgoing_messages o set state = 'uncertain', error_text = ${RESTORED} from messages m
    where m.org_id = o.org_id and m.id = o.message_id and m.conversation_id = ${id}`.execute(server.db)
  const { messages } = await shop.admin.call(listMessages, { params: { id }, query: {} })
  expect(messages[0]!.delivery).toMatchObject({ state: 'uncertain', error: RESTORED })
})
