// Asking a language model: over the real protocols, within the budget, and everything in the log.
import { generateText, isStepCount, jsonSchema, Output, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openOutgoing } from '../lib/outgoing.ts'
import { addProvider, openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { askModel, type ModelAsk } from './calling.ts'
import { ModelError } from './errors.ts'
import { PROVIDER_KINDS } from './schema.ts'

let server: TestServer
let beside: TestServer
beforeAll(async () => {
  server = await openTestServer()
  beside = await openTestServer({ beside: server })
})
afterAll(async () => {
  await beside.close()
  await server.close()
})

const open: ScriptedModel[] = []
afterAll(() => Promise.all(open.map((each) => each.close())))

async function scene(kind: (typeof PROVIDER_KINDS)[number] = 'openai_compatible', prices = {}) {
  const admin = await server.newPerson('admin')
  const model = await openScriptedModel(kind)
  open.push(model)
  const provider = await addProvider(server, admin.actor, model, prices)
  const ask: ModelAsk = { org_id: admin.actor.org_id, provider_id: provider.id, purpose: 'test' }
  return { admin, model, provider, ask }
}

const say = (ask: ModelAsk, at = server, text = 'Are you there?') =>
  askModel(at, ask, (model, settings) => generateText({ model, ...settings, prompt: text }))

const refusalOf = async (work: Promise<unknown>): Promise<ModelError> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ModelError)
  return error as ModelError
}

const callsOf = async (admin: Person) =>
  (
    await server.pool.query(
      `select c.*, c.cost::float8 as cost, e.request, e.response from model_calls c
      left join model_exchanges e on e.org_id = c.org_id and e.call_id = c.id where c.org_id = $1 order by c.id`,
      [admin.actor.org_id],
    )
  ).rows as Record<string, unknown>[]

const budget = (admin: Person, tokens: number) =>
  server.pool.query('insert into model_settings (org_id, monthly_tokens) values ($1, $2)', [admin.actor.org_id, tokens])

const usedBy = async (admin: Person) =>
  Number(
    (
      await server.pool.query<{ used: string }>(
        'select sum(input_tokens + output_tokens) as used from model_months where org_id = $1',
        [admin.actor.org_id],
      )
    ).rows[0]!.used,
  )

describe.each(PROVIDER_KINDS)('%s', (kind) => {
  test('a question is answered, with its key, and stands in the log with tokens, cost and what was said', async () => {
    const { admin, model, ask } = await scene(kind, { input_price: 2, output_price: 10 })
    model.key = 'sk-scripted-0123456789abcd'
    model.answer = () => ({ text: 'Yes, here.', usage: { input: 1000, output: 500 } })
    expect((await say(ask)).text).toBe('Yes, here.')
    const [request] = model.requests
    expect(request!.body).toMatchObject({
      model: kind === 'anthropic' ? 'claude-scripted' : 'gpt-scripted',
      max_tokens: 500,
    })
    const [call, ...others] = await callsOf(admin)
    expect(others).toEqual([])
    expect(call).toMatchObject({
      purpose: 'test',
      outcome: 'answered',
      status: 200,
      input_tokens: 1000,
      output_tokens: 500,
      estimated: false,
      cost: 0.007,
    })
    expect(call!['request']).toContain('Are you there?')
    expect(call!['response']).toContain('Yes, here.')
    expect(JSON.stringify(call)).not.toContain('sk-scripted')
    expect(await usedBy(admin)).toBe(1500)
  })

  test('each step of a question with tools is a call of its own', async () => {
    const { admin, model, ask } = await scene(kind)
    model.answer = (_request, n) => (n === 1 ? { calls: [{ name: 'look', input: { at: 'sky' } }] } : { text: 'Blue.' })
    const looked: unknown[] = []
    const result = await askModel(server, ask, (asked, settings) =>
      generateText({
        model: asked,
        ...settings,
        prompt: 'Which colour?',
        stopWhen: isStepCount(4),
        tools: {
          look: tool({
            description: 'Looks.',
            inputSchema: jsonSchema<{ at: string }>({ type: 'object', properties: { at: { type: 'string' } } }),
            execute: (input) => {
              looked.push(input)
              return 'blue'
            },
          }),
        },
      }),
    )
    expect(result.text).toBe('Blue.')
    expect(looked).toEqual([{ at: 'sky' }])
    expect((await callsOf(admin)).map(({ outcome }) => outcome)).toEqual(['answered', 'answered'])
  })

  test('the failures of a provider have a reason each, are logged, and what it says never holds the key', async () => {
    const { admin, model, ask } = await scene(kind)
    model.key = 'another'
    const refused = await refusalOf(say(ask))
    expect(refused).toMatchObject({ reason: 'key_refused', status: 401 })
    expect(refused.said).toContain('Incorrect API key provided')
    model.key = null
    const reasons: [Parameters<typeof model.answer> extends never ? never : ReturnType<typeof model.answer>, string][] =
      [
        [{ status: 400, error: 'nonsense' }, 'refused'],
        [{ status: 402, error: 'pay' }, 'no_credit'],
        [{ status: 404, error: 'The model does not exist' }, 'model_unknown'],
        [{ raw: '<html>Welcome</html>' }, 'garbage'],
        [{ raw: '{"half":' }, 'garbage'],
        [{ raw: '', status: 204 }, 'garbage'],
        ['breaks', 'unreachable'],
      ]
    for (const [answer, reason] of reasons) {
      model.answer = () => answer
      expect((await refusalOf(say(ask))).reason, JSON.stringify(answer)).toBe(reason)
    }
    const calls = await callsOf(admin)
    expect(calls.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(reasons.map(([, reason]) => reason)))
    expect(calls.filter(({ outcome }) => outcome === null)).toEqual([])
    expect(JSON.stringify(calls)).not.toContain('sk-scripted')
  })

  test('what passes is tried once more, after the time that the provider names', async () => {
    const { admin, model, ask } = await scene(kind)
    for (const failing of [
      { status: 429, error: 'slowly', headers: { 'retry-after': '0' } },
      {
        status: kind === 'anthropic' ? 529 : 503,
        error: 'Overloaded',
        type: 'overloaded_error',
        headers: { 'retry-after': '0' },
      },
    ]) {
      model.requests.length = 0
      model.answer = (_request, n) => (n === 1 ? failing : { text: 'Now.' })
      expect((await say(ask)).text).toBe('Now.')
      model.answer = () => failing
      expect((await refusalOf(say(ask))).reason).toBe(failing.status === 429 ? 'throttled' : 'failing')
    }
    expect((await callsOf(admin)).map(({ outcome }) => outcome)).toEqual([
      'throttled',
      'answered',
      'throttled',
      'throttled',
      'failing',
      'answered',
      'failing',
      'failing',
    ])
  })

  test('silence ends when the asker gives up, and counts what was asked', async () => {
    const { admin, model, ask } = await scene(kind)
    model.answer = () => 'silent'
    const gaveUp = await refusalOf(say({ ...ask, signal: AbortSignal.timeout(300) }, server, 'x'.repeat(4000)))
    expect(gaveUp.reason).toBe('silent')
    const taking = new AbortController()
    setTimeout(() => taking.abort(), 100)
    expect((await refusalOf(say({ ...ask, signal: taking.signal }))).reason).toBe('cancelled')
    const [call, back] = await callsOf(admin)
    expect(back).toMatchObject({ outcome: 'cancelled' })
    expect(call).toMatchObject({ outcome: 'silent', estimated: true })
    expect(call!['input_tokens']).toBeGreaterThan(1000)
    expect(call!['request']).toContain('xxxx')
  })

  test('an object comes as it was asked for, also out of a fence; what is none is garbage, in the log too', async () => {
    const { admin, model, ask } = await scene(kind)
    const schema = jsonSchema<{ n: number }>({
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
      additionalProperties: false,
    })
    const object = () =>
      askModel(server, ask, async (asked, settings) => {
        const { output } = await generateText({
          model: asked,
          ...settings,
          prompt: 'Which?',
          output: Output.object({ schema }),
        })
        return output
      })
    model.answer = () => ({ object: { n: 7 } })
    expect(await object()).toEqual({ n: 7 })
    model.answer = () => ({ text: 'Here you are:\n```json\n{"n": 8}\n```\nAnything else?' })
    expect(await object()).toEqual({ n: 8 })
    model.answer = () => ({ text: '<think>Is it {"n": 1}? No.</think>\n{"n": 9}' })
    expect(await object()).toEqual({ n: 9 })
    // What a customer wrote may stand in it.
    for (const said of ['{"n": 8, "said": "</think> and <think>"}', '```json\n{"n": 8, "said": "</think>"}\n```']) {
      model.answer = () => ({ text: `<think>Hm.</think>\n${said}` })
      expect(await object()).toMatchObject({ n: 8 })
      model.answer = () => ({ text: said })
      expect(await object()).toMatchObject({ n: 8 })
    }
    model.answer = () => ({ text: 'I would rather not.' })
    expect((await refusalOf(object())).reason).toBe('garbage')
    model.answer = () => ({ refuses: true, text: '' })
    expect((await refusalOf(object())).reason).toBe('refused')
    const outcomes = (await callsOf(admin)).map(({ outcome }) => outcome)
    expect(outcomes.slice(-3)).toEqual(['answered', 'garbage', 'refused'])
  })
})

test('what a model thinks aloud before its answer is no part of it, and stands in the log', async () => {
  const { admin, model, ask } = await scene()
  model.answer = () => ({ text: '<think>\nThey ask whether I am there.\n</think>\n\nYes, here.' })
  expect((await say(ask)).text).toBe('Yes, here.')
  // Some begin in the middle of their thoughts, because the question ended with the mark.
  model.answer = () => ({ text: 'They ask whether I am there.</think>Yes, here.' })
  expect((await say(ask)).text).toBe('Yes, here.')
  model.answer = () => ({ text: '<Thinking>They ask and ask and', cutShort: true })
  expect((await say(ask)).text).toBe('')
  model.answer = () => ({ text: 'I think <b> so.' })
  expect((await say(ask)).text).toBe('I think <b> so.')
  expect((await callsOf(admin))[0]!['response']).toContain('They ask whether I am there.')
})

test.each(PROVIDER_KINDS)(
  'a model that used up its tokens thinking is asked once more with room for its thoughts, by %s',
  async (kind) => {
    const { admin, model, ask } = await scene(kind)
    const asked = () => model.requests.map(({ body }) => body.max_tokens)
    model.answer = ({ body }) =>
      body.max_tokens === 8000 ? { text: 'Yes, here.' } : { text: '<think>They ask and', cutShort: true }
    expect((await say(ask)).text).toBe('Yes, here.')
    expect(asked()).toEqual([500, 8000])
    expect(await callsOf(admin)).toMatchObject([{ outcome: 'answered' }, { outcome: 'answered' }])

    // What was only long is not asked for again.
    model.answer = () => ({ text: 'Once upon a time', cutShort: true })
    expect((await say(ask)).text).toBe('Once upon a time')
    expect(asked()).toHaveLength(3)

    // Some have not so much room.
    model.answer = ({ body }) =>
      body.max_tokens === 8000 ? { status: 400, error: 'The context is too small.' } : { text: ' ', cutShort: true }
    expect((await say(ask)).text.trim()).toBe('')
    expect(asked()).toEqual([500, 8000, 500, 500, 8000])
  },
)

test('a server that knows neither schemas nor max_tokens is asked without them, from the second question on at once', async () => {
  const { model, ask } = await scene()
  model.answer = ({ body }) => {
    if (body.max_tokens !== undefined)
      return { status: 400, error: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." }
    if (body.response_format?.type === 'json_schema')
      return { status: 400, error: 'This model does not support response format `json_schema`.' }
    if (body.response_format !== undefined) return { status: 422, error: 'response_format is not supported' }
    return { text: '{"n":1}' }
  }
  const object = () =>
    askModel(server, ask, async (asked, settings) => {
      const schema = jsonSchema<{ n: number }>({ type: 'object', properties: { n: { type: 'number' } } })
      return (await generateText({ model: asked, ...settings, prompt: 'Which?', output: Output.object({ schema }) }))
        .output
    })
  expect(await object()).toEqual({ n: 1 })
  expect(model.requests).toHaveLength(4)
  expect(model.requests.at(-1)!.body).toMatchObject({ max_completion_tokens: 500 })
  expect(await object()).toEqual({ n: 1 })
  expect(model.requests).toHaveLength(5)
})

test('a private address is not asked unless the operator allows it, and the words name the setting', async () => {
  const { ask } = await scene()
  const outgoing = openOutgoing({ allowPrivate: false })
  const refused = await refusalOf(
    askModel({ ...server, outgoing }, ask, (model, settings) => generateText({ model, ...settings, prompt: 'Hello' })),
  )
  await outgoing.close()
  expect(refused).toMatchObject({ reason: 'address_private' })
  expect(refused.message).toContain('ALLOW_PRIVATE_ADDRESSES')
})

test('the provider of another organization is none', async () => {
  const { model, provider } = await scene()
  const stranger = await server.newPerson('admin')
  const refused = await refusalOf(say({ org_id: stranger.actor.org_id, provider_id: provider.id, purpose: 'test' }))
  expect(refused.reason).toBe('no_provider')
  expect(model.requests).toEqual([])
})

test('a provider that counts no tokens uses up the budget all the same', async () => {
  const { admin, model, ask } = await scene()
  await budget(admin, 500)
  model.answer = () => ({ text: 'y'.repeat(2000), usage: null })
  await say(ask)
  expect(await usedBy(admin)).toBeGreaterThan(500)
  expect((await refusalOf(say(ask))).reason).toBe('budget_used_up')
  expect(model.requests).toHaveLength(1)
})

test('two servers go over the budget by the calls under way and no others', async () => {
  const { admin, model, ask } = await scene()
  await budget(admin, 1000)
  model.answer = () => ({ text: 'ok', usage: { input: 90, output: 10 }, afterMs: 20 })
  let underWay = 0
  let most = 0
  const outcomes: string[] = []
  const asker = async (at: TestServer) => {
    for (let n = 0; n < 10; n++) {
      underWay++
      most = Math.max(most, underWay)
      outcomes.push(
        await say(ask, at).then(
          () => 'answered',
          (error: unknown) => (error as ModelError).reason,
        ),
      )
      underWay--
    }
  }
  await Promise.all([server, beside, server, beside].map(asker))
  const used = await usedBy(admin)
  expect(used).toBe(outcomes.filter((each) => each === 'answered').length * 100)
  expect(used).toBeGreaterThanOrEqual(1000)
  expect(used).toBeLessThan(1000 + most * 100)
  expect(outcomes).toContain('budget_used_up')
  expect(model.requests).toHaveLength(used / 100)
})

test('of a conversation that is erased while the model thinks nothing is kept, and its calls stay counted', async () => {
  const { admin, model, ask } = await scene()
  const account = await server.newAccount(admin)
  const channelId = account.account.channels[0]!.id
  const { rows } = await server.pool.query<{ id: string }>(
    `with c as (insert into contacts (org_id, id, display_name, first_seen_at, last_seen_at, search_text)
       values ($1, gen_random_uuid(), 'Eve', now(), now(), 'eve') returning id)
     insert into conversations (org_id, id, contact_id, channel_id, status, opened_at, last_message_at, window_ends_at, waiting_since)
       select $1, gen_random_uuid(), id, $2, 'pending', now(), now(), now(), now() from c returning id`,
    [admin.actor.org_id, channelId],
  )
  const asked = { ...ask, conversation_id: rows[0]!.id }
  await say(asked, server, 'the secret of Eve')
  model.answer = async () => {
    await server.pool.query('delete from conversations where org_id = $1', [admin.actor.org_id])
    return { text: 'ok' }
  }
  await say(asked, server, 'the secret of Eve')
  const calls = await callsOf(admin)
  expect(calls.map(({ outcome, conversation_id, request }) => [outcome, conversation_id, request])).toEqual([
    ['answered', null, null],
    ['answered', null, null],
  ])
  expect(await usedBy(admin)).toBe(240)
})
