// A test of a provider: one short question with nothing of customers in it, and what came back.
import { generateText } from 'ai'
import type { Actor } from '../access/actor.ts'
import type { RouteOk } from '../lib/route.ts'
import { askModel, type ModelResources } from './calling.ts'
import { ModelError } from './errors.ts'
import { getProvider } from './providers.ts'
import type { testProvider as Route } from './schema.ts'

const TEST_MS = 30_000
const MOST_SHOWN = 500

/** Whatever comes of it is an outcome, not an error. It stands in the log, and counts. */
export async function testProvider(server: ModelResources, actor: Actor, id: string): Promise<RouteOk<typeof Route>> {
  await getProvider(server.db, server, actor, id)
  const began = performance.now()
  const latency = () => Math.round(performance.now() - began)
  const signal = AbortSignal.timeout(TEST_MS)
  try {
    const { words, usage, cut } = await askModel(
      server,
      { org_id: actor.org_id, provider_id: id, purpose: 'test', signal },
      async (model, settings) => {
        const answer = await generateText({
          model,
          ...settings,
          maxRetries: 0,
          prompt: 'This is a test of the connection. Greet whoever set it up in one short sentence.',
        })
        return {
          words: answer.text.trim(),
          usage: answer.usage,
          cut: answer.finishReason === 'length',
        }
      },
    )
    return {
      reason: words === '' ? 'garbage' : null,
      answer: words === '' ? wordless(cut) : words.slice(0, MOST_SHOWN).toWellFormed(),
      status: 200,
      latency_ms: latency(),
      input_tokens: usage.inputTokens ?? 0,
      output_tokens: usage.outputTokens ?? 0,
    }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const { reason, status, said, message } = error
    return { reason, answer: said ?? message, status, latency_ms: latency(), input_tokens: 0, output_tokens: 0 }
  }
}

const wordless = (cut: boolean): string =>
  cut ? 'It used up its tokens before its first word, as models do that think for long.' : 'It answered without a word.'
