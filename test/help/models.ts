// Language models as tests play them: real HTTP servers on loopback that speak the protocols of OpenAI and of Anthropic.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Actor } from '../../server/access/actor.ts'
import { createProvider } from '../../server/models/providers.ts'
import type { ModelProvider, ProviderKind } from '../../server/models/schema.ts'
import type { TestServer } from './server.ts'

/** One request as it came. */
export interface ModelRequest {
  path: string
  headers: Record<string, string>
  text: string
  body: {
    model: string
    max_tokens?: number
    max_completion_tokens?: number
    messages: { role: string; content: unknown; tool_calls?: unknown; tool_call_id?: string }[]
    /** Anthropic's place for instructions. */
    system?: unknown
    tools?: { name?: string; function?: { name: string }; input_schema?: unknown }[]
    tool_choice?: unknown
    response_format?: { type: string; json_schema?: unknown }
  }
}

interface Said {
  text?: string
  /** What it wants called. */
  calls?: { name: string; input: unknown }[]
  /** JSON, by the way that was asked for: as text, or in Anthropic's tool. */
  object?: unknown
  /** Content filter, or Anthropic's refusal. */
  refuses?: boolean
  /** It came to the end of its tokens. */
  cutShort?: boolean
  /** null leaves them out. */
  usage?: { input: number; output: number } | null
}
interface Fails {
  status: number
  /** The other side's words. */
  error?: string
  type?: string
  headers?: Record<string, string>
}
export type ModelAnswer =
  | ((Said | Fails | { raw: string; status?: number }) & { afterMs?: number })
  | 'breaks'
  | 'silent'

export interface ScriptedModel {
  kind: ProviderKind
  /** The base URL that is entered as the provider's. */
  url: string
  /** Every request, in the order of their arrival. */
  requests: ModelRequest[]
  /** What it answers; "All right." unless it is said. */
  answer: (request: ModelRequest, n: number) => ModelAnswer | Promise<ModelAnswer>
  /** Without it every key is good. */
  key: string | null
  close(): Promise<void>
}

export async function openScriptedModel(kind: ProviderKind): Promise<ScriptedModel> {
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = Buffer.concat(await request.toArray()).toString()
    const one: ModelRequest = {
      path: request.url ?? '',
      headers: request.headers as Record<string, string>,
      text,
      body: JSON.parse(text) as ModelRequest['body'],
    }
    scripted.requests.push(one)
    const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    const fail = ({ status, error = 'no words', type = 'invalid_request_error', headers }: Fails) =>
      json(
        status,
        kind === 'anthropic'
          ? { type: 'error', error: { type, message: error } }
          : { error: { message: error, type, param: null, code: null } },
        headers,
      )
    if (one.path !== (kind === 'anthropic' ? '/v1/messages' : '/v1/chat/completions'))
      return void fail({ status: 404, error: `Unknown path ${one.path}` })
    const key = kind === 'anthropic' ? one.headers['x-api-key'] : one.headers['authorization']?.replace('Bearer ', '')
    if (scripted.key !== null && key !== scripted.key)
      return void fail({ status: 401, error: `Incorrect API key provided: ${key}`, type: 'authentication_error' })
    const answer = await scripted.answer(one, scripted.requests.length)
    if (answer === 'breaks') return void request.socket.destroy()
    if (answer === 'silent') return
    if (answer.afterMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.afterMs))
    if ('raw' in answer) return void response.writeHead(answer.status ?? 200).end(answer.raw)
    if ('status' in answer) return void fail(answer)
    json(200, kind === 'anthropic' ? asAnthropic(one, answer) : asOpenAi(one, answer))
  }
  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const scripted: ScriptedModel = {
    kind,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: [],
    answer: () => ({ text: 'All right.' }),
    key: null,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return scripted
}

/** A provider of the organization that leads to the scripted model. */
export const addProvider = (
  server: TestServer,
  actor: Actor,
  { kind, url, key }: ScriptedModel,
  prices: { input_price?: number; output_price?: number } = {},
): Promise<ModelProvider> =>
  server.db.transaction().execute((tx) =>
    createProvider(tx, server, actor, {
      kind,
      name: kind === 'anthropic' ? 'Anthropic' : 'OpenAI',
      base_url: url,
      model: kind === 'anthropic' ? 'claude-scripted' : 'gpt-scripted',
      api_key: key ?? 'sk-scripted-0123456789abcd',
      input_price: null,
      output_price: null,
      ...prices,
    }),
  )

/** The same, chosen to tag the organization's closed conversations. */
export async function addTaggingProvider(
  server: TestServer,
  actor: Actor,
  model: ScriptedModel,
): Promise<ModelProvider> {
  const provider = await addProvider(server, actor, model)
  await server.pool.query('insert into model_settings (org_id, tagging_provider_id) values ($1, $2)', [
    actor.org_id,
    provider.id,
  ])
  return provider
}

/** A question about a conversation's tags. */
interface Asked {
  tag(name: string): string
  /** The numbers of the customer's messages, with what was sent of them. */
  messages: { n: number; from: string; text?: string }[]
}

/** What a model reads out of its question. */
export function asked({ body }: ModelRequest): Asked {
  const last = body.messages.findLast(({ role }) => role === 'user')!.content
  const prompt = typeof last === 'string' ? last : (last as { text: string }[]).map(({ text }) => text).join('')
  const lines = prompt.split('\n')
  const tags = JSON.parse(lines[lines.indexOf('Tags:') + 1]!) as { tag: string; name: string }[]
  const from = lines.findIndex((line) => line.startsWith('<conversation '))
  const to = lines.findIndex((line) => line.startsWith('</conversation '))
  return {
    tag: (name) => tags.find((each) => each.name === name)?.tag ?? 't_unknown',
    messages: lines.slice(from + 1, to).map((line) => JSON.parse(line) as Asked['messages'][number]),
  }
}

/** Answers such a question with tags. */
export const says =
  (answer: (question: Asked) => Record<string, unknown>[]): ScriptedModel['answer'] =>
  (request) => ({
    object: { tags: answer(asked(request)).map((each) => ({ confidence: 0.95, reason: 'So it is.', ...each })) },
  })

function asOpenAi({ body }: ModelRequest, { text, calls, object, refuses, cutShort, usage }: Said): unknown {
  const { input, output } = usage ?? { input: 100, output: 20 }
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    created: 1_770_000_000,
    model: body.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: object === undefined ? (text ?? null) : JSON.stringify(object),
          refusal: null,
          ...(calls && {
            tool_calls: calls.map(({ name, input: argument }, i) => ({
              id: `call_${i}`,
              type: 'function',
              function: { name, arguments: typeof argument === 'string' ? argument : JSON.stringify(argument) },
            })),
          }),
        },
        finish_reason: refuses ? 'content_filter' : cutShort ? 'length' : calls ? 'tool_calls' : 'stop',
      },
    ],
    ...(usage === null
      ? {}
      : { usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } }),
  }
}

function asAnthropic({ body }: ModelRequest, { text, calls, object, refuses, cutShort, usage }: Said): unknown {
  const { input, output } = usage ?? { input: 100, output: 20 }
  const byTool = body.tools?.some(({ name }) => name === 'json') ?? false
  const uses = [...(object !== undefined && byTool ? [{ name: 'json', input: object }] : []), ...(calls ?? [])]
  const words = object !== undefined && !byTool ? JSON.stringify(object) : text
  return {
    id: 'msg_scripted',
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [
      ...(words === undefined ? [] : [{ type: 'text', text: words }]),
      ...uses.map((use, i) => ({ type: 'tool_use', id: `toolu_${i}`, ...use })),
    ],
    stop_reason: refuses ? 'refusal' : cutShort ? 'max_tokens' : uses.length > 0 ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: usage === null ? 0 : input, output_tokens: usage === null ? 0 : output },
  }
}
