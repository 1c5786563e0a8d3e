// Agents who answer without pause: whatever is not answered 201 is asked for again, under the same Idempotency-Key.
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './http.ts'
import type { Shop } from './shop.ts'

export interface Answering {
  /** The texts of each conversation that were answered 201, in the order of writing. */
  written: ReadonlyMap<string, string[]>
  /** Calls that were answered anything else, or not at all. */
  repeats(): number
  /** Nothing new is written; resolves when everything written was answered 201. */
  finish(): Promise<void>
}

/** Takes these conversations and writes in all of them. */
export async function startAnswering(
  url: string,
  shop: Shop,
  conversations: readonly string[],
  { pauseMs }: { pauseMs: number },
): Promise<Answering> {
  const written = new Map<string, string[]>(conversations.map((id) => [id, []]))
  let repeats = 0
  let finishing = false
  const insist = async (path: string, body: object, key: string, wanted: number): Promise<void> => {
    const headers = { ...shop.headers, 'content-type': 'application/json', 'idempotency-key': key }
    for (;;) {
      const answer = await ask(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      if (answer?.status === wanted) return
      if (answer && answer.status < 500) throw new Error(`${path} was answered ${answer.status}: ${answer.body}`)
      repeats++
      await sleep(100)
    }
  }
  await Promise.all(conversations.map((id) => insist(`/v1/conversations/${id}/take`, {}, `take-${id}`, 200)))
  const write = async (id: string): Promise<void> => {
    for (let n = 0; !finishing; n++) {
      const text = `${id}:${String(n).padStart(5, '0')}`
      await insist(`/v1/conversations/${id}/messages`, { text }, text, 201)
      written.get(id)!.push(text)
      await sleep(pauseMs)
    }
  }
  const writing = Promise.all(conversations.map(write))
  // Whoever waits for the end is told.
  writing.catch(() => {})
  return {
    written,
    repeats: () => repeats,
    async finish() {
      finishing = true
      await writing
    },
  }
}
