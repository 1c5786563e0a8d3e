// AI agents when servers are killed, several, or lose the database: every conversation is answered once.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { AT_ONCE, aPhone, openShop } from '../../test/help/ai-agents.ts'
import { openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { openAiAgents, type AiAgents } from './turns.ts'

let server: TestServer
let second: TestServer
let model: ScriptedModel
let agents: AiAgents[] = []
beforeAll(async () => {
  server = await openTestServer()
  second = await openTestServer({ beside: server })
})
afterAll(async () => {
  await second.close()
  await server.close()
})
beforeEach(async () => {
  model = await openScriptedModel('openai_compatible')
})
afterEach(async () => {
  await Promise.all(agents.map((each) => each.stop()))
  agents = []
  await model.close()
})

const start = (on: TestServer) => void agents.push(openAiAgents(on, AT_ONCE))
const until = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 15_000, interval: 30 })

async function answersOf(orgId: string): Promise<{ conversations: number; answers: number; most: number }> {
  const { rows } = await server.pool.query<{ conversations: number; answers: number; most: number }>(
    `select count(*)::int as conversations, coalesce(sum(answers), 0)::int as answers, coalesce(max(answers), 0)::int as most
     from (select (select count(*) from messages m where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'out') as answers
       from conversations c where c.org_id = $1) each`,
    [orgId],
  )
  return rows[0]!
}

test('two servers answer thirty conversations, each once', async () => {
  model.answer = () => ({ text: 'Yes.', afterMs: 20 })
  const shop = await openShop(server, model)
  for (let n = 0; n < 30; n++) await shop.writes(aPhone(), 'Do you have a table?')
  start(server)
  start(second)
  await until(async () =>
    expect(await answersOf(shop.admin.actor.org_id)).toEqual({ conversations: 30, answers: 30, most: 1 }),
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await answersOf(shop.admin.actor.org_id)).toMatchObject({ answers: 30 })
  expect(model.requests).toHaveLength(30)
})

test('a server is killed while the model thinks: another answers at once, and once', async () => {
  const shop = await openShop(server, model)
  const { id } = await shop.writes(aPhone(), 'Do you have a table?')
  model.answer = (_request, n) => (n === 1 ? 'silent' : { text: 'Yes.' })
  const path = fileURLToPath(new URL('../../test/help/agents-process.ts', import.meta.url))
  const child = spawn(process.execPath, [path, server.databaseUrl], { stdio: 'inherit' })
  const ended = new Promise((resolve) => child.once('close', resolve))
  try {
    await until(() => expect(model.requests).toHaveLength(1))
  } finally {
    child.kill('SIGKILL')
  }
  await ended
  const began = Date.now()
  start(server)
  await until(async () =>
    expect((await shop.said(id)).map(({ text }) => text)).toEqual(['Do you have a table?', 'Yes.']),
  )
  expect(Date.now() - began).toBeLessThan(5000)
})

test('a server that loses its claims while the model thinks does not answer beside the one that took over', async () => {
  const shop = await openShop(server, model)
  await shop.writes(aPhone(), 'Do you have a table?')
  model.answer = (_request, n) => ({ text: `Answer ${n}`, afterMs: n === 1 ? 800 : 0 })
  start(server)
  start(second)
  await until(() => expect(model.requests).toHaveLength(1))
  await server.pool.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  )
  await until(async () => expect(await answersOf(shop.admin.actor.org_id)).toMatchObject({ answers: 1 }))
  await new Promise((resolve) => setTimeout(resolve, 1200))
  expect(await answersOf(shop.admin.actor.org_id)).toMatchObject({ answers: 1, most: 1 })
})

test('a server that stops leaves its turn to the next start', async () => {
  const shop = await openShop(server, model)
  const { id } = await shop.writes(aPhone(), 'Do you have a table?')
  model.answer = (_request, n) => (n === 1 ? 'silent' : { text: 'Yes.' })
  start(server)
  await until(() => expect(model.requests).toHaveLength(1))
  await agents.pop()!.stop()
  start(second)
  await until(async () => expect((await shop.said(id)).at(-1)?.text).toBe('Yes.'))
})
