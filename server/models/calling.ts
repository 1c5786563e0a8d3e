// The one way to ask a language model: within the budget, bounded in time and length, and logged call by call.
import { wrapLanguageModel, type LanguageModelMiddleware } from 'ai'
import type { Server } from '../access/door.ts'
import { connect, type Model, type OpenProvider } from './connecting.ts'
import { explainModelError, ModelError } from './errors.ts'
import { noteRefusedPart, openProvider } from './providers.ts'
import { beginCall, endCall, markGarbage } from './recording.ts'
import type { Purpose } from './purposes-schema.ts'
import { roomToThink, withoutThoughts } from './thoughts.ts'

export type ModelResources = Pick<Server, 'db' | 'log' | 'outgoing' | 'secretKey'>

export interface ModelAsk {
  org_id: string
  provider_id: string
  purpose: Purpose
  conversation_id?: string
  agent_id?: string
  /** Ends it at once. */
  signal?: AbortSignal
}

export interface ModelSettings {
  abortSignal: AbortSignal
  maxOutputTokens: number
  maxRetries: number
}

/** Of a whole question, with its steps and repeats. */
const QUESTION_MS = 120_000
/** What a model thinks to itself counts too, with those that do: where that uses it up, they get more room once. */
const MOST_OUTPUT: Record<Purpose, number> = { auto_close: 2000, agent: 2000, test: 500, try: 2000 }

/**
 * One question to a language model of the organization: refuses when the budget is used up, also between two steps, bounds
 * time and output, and logs every HTTP call with tokens, latency, outcome and the exchange. Throws ModelError whenever there
 * is no answer that can be used; errors of our own, as of the database, stay what they are.
 */
export async function askModel<T>(
  server: ModelResources,
  ask: ModelAsk,
  question: (model: Model, settings: ModelSettings) => Promise<T>,
): Promise<T> {
  const provider = await openProvider(server.db, server.secretKey, ask.org_id, ask.provider_id)
  const late = AbortSignal.timeout(QUESTION_MS)
  const abortSignal = ask.signal ? AbortSignal.any([late, ask.signal]) : late
  // An asker's own time limit is the model's silence.
  const cancelled = () => ask.signal !== undefined && ask.signal.aborted && !isTimeout(ask.signal.reason)
  const calls: string[] = []
  const model = wrapLanguageModel({
    model: connect(provider, {
      outgoing: server.outgoing,
      onRefused: (part) => noteRefusedPart(server.db, provider, part),
    }),
    middleware: [onlyJson, withoutThoughts, roomToThink, logging(server, provider, ask, { calls, cancelled })],
  })
  try {
    return await question(model, { abortSignal, maxOutputTokens: MOST_OUTPUT[ask.purpose], maxRetries: 1 })
  } catch (error) {
    const explained = explainModelError(error, { cancelled: cancelled() })
    if (explained === null) throw error
    const last = calls.at(-1)
    if (explained.reason === 'garbage' && last !== undefined) await markGarbage(server.db, ask.org_id, last)
    throw withoutKey(explained, provider)
  }
}

/** Every call is entered before it goes out and ended when it has; repeats and steps are calls of their own. */
const logging = (
  { db }: ModelResources,
  provider: OpenProvider,
  { purpose, conversation_id, agent_id }: ModelAsk,
  { calls, cancelled }: { calls: string[]; cancelled: () => boolean },
): LanguageModelMiddleware => ({
  specificationVersion: 'v4',
  async wrapGenerate({ doGenerate, params }) {
    const id = await beginCall(db, provider, { purpose, conversation_id, agent_id })
    calls.push(id)
    const began = performance.now()
    const latencyMs = () => performance.now() - began
    let result: Awaited<ReturnType<typeof doGenerate>>
    try {
      result = await doGenerate()
      const { inputTokens, outputTokens } = result.usage
      await endCall(db, provider, id, {
        conversation_id,
        outcome: filtered(result) ? 'refused' : 'answered',
        status: 200,
        latencyMs: latencyMs(),
        // A question is never of no tokens: some say 0 for what they do not count.
        tokens:
          !inputTokens.total || outputTokens.total === undefined
            ? null
            : { input: inputTokens.total, output: outputTokens.total },
        counts: true,
        request: asText(result.request?.body ?? params.prompt),
        response: asText(result.response?.body ?? result.content),
      })
    } catch (error) {
      const explained = explainModelError(error, { cancelled: cancelled() })
      const { requestBodyValues, responseBody } = error as { requestBodyValues?: unknown; responseBody?: string }
      await endCall(db, provider, id, {
        conversation_id,
        outcome: explained?.reason ?? 'failing',
        status: explained?.status ?? null,
        latencyMs: latencyMs(),
        tokens: null,
        counts: explained?.handedOver ?? false,
        request: asText(requestBodyValues ?? params.prompt),
        response: responseBody ?? '',
      })
      throw error
    }
    if (filtered(result)) throw new ModelError('refused', 'The model refused to answer.', { handedOver: true })
    return result
  },
})

const filtered = ({ finishReason }: { finishReason: { unified: string } }): boolean =>
  finishReason.unified === 'content-filter'

/** Where an object was asked for, many models put it in a fence or a sentence. */
const onlyJson: LanguageModelMiddleware = {
  specificationVersion: 'v4',
  async wrapGenerate({ doGenerate, params }) {
    const result = await doGenerate()
    if (params.responseFormat?.type !== 'json') return result
    return {
      ...result,
      content: result.content.map((part) =>
        part.type === 'text' ? { ...part, text: /\{.*\}/s.exec(part.text)?.[0] ?? part.text } : part,
      ),
    }
  },
}

const isTimeout = (reason: unknown): boolean => reason instanceof Error && reason.name === 'TimeoutError'

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** Some providers repeat the key that they refuse. */
function withoutKey(error: ModelError, { api_key: key }: OpenProvider): ModelError {
  if (key === null || key.length < 4 || !error.said?.includes(key)) return error
  const { reason, message, status, handedOver, cause } = error
  return new ModelError(reason, message, { status, said: error.said.replaceAll(key, '•••'), handedOver, cause })
}
