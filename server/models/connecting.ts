// A provider as the model that is asked: the usual protocols, over the one guarded way out.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { wrapLanguageModel } from 'ai'
import { OutgoingError, type Outgoing } from '../lib/outgoing.ts'
import type { ProviderKind } from './schema.ts'

/** Of one HTTP call, from the name to the last byte. Models on small machines of one's own take long. */
const CALL_MS = 60_000
const MOST_BYTES = 4 << 20

/** A provider with its key in the open: it stays in memory, and is logged nowhere. */
export interface OpenProvider {
  org_id: string
  id: string
  kind: ProviderKind
  name: string
  base_url: string
  model: string
  api_key: string | null
  /** For a million tokens. */
  input_price: number | null
  output_price: number | null
  without: string[]
}

/** Parts of a question that some servers do not know, by which they are called in `without`. */
const OPTIONAL = ['max_tokens', 'json_schema', 'json_object'] as const
type Optional = (typeof OPTIONAL)[number]

interface Ways {
  outgoing: Outgoing
  /** That the provider refuses a part of questions, so that the next ones go without it. */
  onRefused(part: Optional): Promise<void>
}

/** A model as the packages have it. */
export type Model = ReturnType<typeof wrapLanguageModel>

export function connect(provider: OpenProvider, ways: Ways): Model {
  const { kind, base_url: baseURL, api_key: apiKey, model } = provider
  // A streamed answer is never asked for; without the packages' own fetch nothing passes by the guard.
  if (kind === 'anthropic')
    return createAnthropic({ baseURL, apiKey: apiKey ?? '', fetch: guarded(ways.outgoing) })(model)
  return createOpenAICompatible({
    name: 'provider',
    baseURL,
    ...(apiKey === null ? {} : { apiKey }),
    supportsStructuredOutputs: true,
    fetch: adapting(guarded(ways.outgoing), new Set(provider.without as Optional[]), ways),
  })(model)
}

type Fetch = typeof globalThis.fetch

/** A fetch for the packages, of whole answers only. Redirects come back as they are. */
const guarded =
  (outgoing: Outgoing): Fetch =>
  async (input, init = {}) => {
    if (typeof init.body !== 'string') throw new Error('a question to a model is a text')
    const answer = await outgoing.stream(input instanceof Request ? input.url : String(input), {
      method: 'POST',
      headers: Object.fromEntries(new Headers(init.headers)),
      body: init.body,
      timeoutMs: CALL_MS,
      ...(init.signal ? { signal: init.signal } : {}),
    })
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of answer.body) {
      bytes += chunk.length
      if (bytes > MOST_BYTES)
        throw new OutgoingError('too_large', `The answer is longer than ${MOST_BYTES} bytes.`, { handedOver: true })
      chunks.push(chunk)
    }
    return new Response([204, 205, 304].includes(answer.status) ? null : Buffer.concat(chunks), {
      status: answer.status,
      headers: {
        'content-type': 'application/json',
        ...(answer.retryAfter === null ? {} : { 'retry-after': answer.retryAfter }),
      },
    })
  }

interface Question {
  max_tokens?: number
  max_completion_tokens?: number
  response_format?: { type: string }
}

/**
 * Asks again without what the server says it does not know: newer models of OpenAI want max_completion_tokens, and many
 * servers know no schemas. A refused question costs nothing.
 */
const adapting =
  (ask: Fetch, without: Set<Optional>, { onRefused }: Ways): Fetch =>
  async (input, init = {}) => {
    for (;;) {
      const question = adapted(JSON.parse(init.body as string) as Question, without)
      const answer = await ask(input, { ...init, body: JSON.stringify(question) })
      if (answer.status !== 400 && answer.status !== 422) return answer
      const text = await answer.clone().text()
      const part = OPTIONAL.find((each) => !without.has(each) && refuses(text, question, each))
      if (part === undefined) return answer
      without.add(part)
      await onRefused(part)
    }
  }

function adapted({ max_tokens, response_format, ...question }: Question, without: ReadonlySet<Optional>): Question {
  const format =
    response_format?.type === 'json_schema' && without.has('json_schema') ? { type: 'json_object' } : response_format
  return {
    ...question,
    ...(max_tokens === undefined
      ? {}
      : { [without.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens']: max_tokens }),
    ...(format === undefined || (format.type === 'json_object' && without.has('json_object'))
      ? {}
      : { response_format: format }),
  }
}

function refuses(text: string, { max_tokens, response_format }: Question, part: Optional): boolean {
  if (part === 'max_tokens') return max_tokens !== undefined && text.includes('max_completion_tokens')
  return response_format?.type === part && /response_?format|json_schema|json_object|structured.?output/i.test(text)
}
