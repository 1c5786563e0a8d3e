// Saved replies: a name each, nobody's change lost, and only for administrators to change.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProblemBody } from '../lib/shapes.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { createSavedReply, deleteSavedReply, listSavedReplies, updateSavedReply } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const problemOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (refused: unknown) => (refused as { problem: ProblemBody }).problem,
  )

test('replies are listed by name for agents, who do not change them', async () => {
  const admin = await server.newPerson('admin')
  const agent = await server.newPerson('agent', admin.actor.org_id)
  for (const name of ['Shipping', 'hours', 'Árbol'])
    await admin.call(createSavedReply, { body: { name, text: `About ${name}, {name}.` } })
  const { replies } = await agent.call(listSavedReplies, {})
  expect(replies.map(({ name }) => name)).toEqual(['hours', 'Shipping', 'Árbol'])
  for (const call of [
    agent.call(createSavedReply, { body: { name: 'Mine', text: 'x' } }),
    agent.call(deleteSavedReply, { params: { id: replies[0]!.id } }),
  ].map(problemOf))
    expect(await call).toMatchObject({ status: 403 })
})

test('two with one name, an unknown word in braces and an empty text are refused with the field', async () => {
  const admin = await server.newPerson('admin')
  const body = { name: 'Opening hours', text: 'From 9 to 6.' }
  const answers = await Promise.all([1, 2, 3].map(() => problemOf(admin.call(createSavedReply, { body }))))
  expect(answers.filter((each) => each === null)).toHaveLength(1)
  expect(answers.find((each) => each !== null)).toMatchObject({ reason: 'reply_name_taken', field: 'name' })
  for (const [text, reason] of [
    ['  ', 'reply_text_missing'],
    ['Dear {nmae}', 'reply_variable_unknown'],
  ])
    expect(await problemOf(admin.call(createSavedReply, { body: { name: 'Other', text: text! } }))).toMatchObject({
      reason,
      field: 'text',
    })
  // Other braces are text.
  await admin.call(createSavedReply, { body: { name: 'Braces', text: 'a {} and {"json": 1}' } })
})

test('of two who change one at once the second is told, and what is there already is no change', async () => {
  const admin = await server.newPerson('admin')
  const { id, updated_at: seen_at } = await admin.call(createSavedReply, { body: { name: 'Hours', text: '9 to 5' } })
  const first = await admin.call(updateSavedReply, { params: { id }, body: { name: 'Hours', text: '9 to 6', seen_at } })
  const second = { params: { id }, body: { name: 'Hours', text: '9 to 7', seen_at } }
  expect(await problemOf(admin.call(updateSavedReply, second))).toMatchObject({
    reason: 'reply_changed_meanwhile',
    data: { reply: { text: '9 to 6' } },
  })
  expect(
    await admin.call(updateSavedReply, { params: { id }, body: { name: 'Hours', text: '9 to 6', seen_at } }),
  ).toEqual(first)
  await admin.call(deleteSavedReply, { params: { id } })
  expect(await problemOf(admin.call(deleteSavedReply, { params: { id } }))).toMatchObject({ reason: 'reply_missing' })
})
