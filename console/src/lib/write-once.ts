// A write whose answer was lost on the way is tried again under the same key, so that the server does it once.

const PAUSES_MS = [400, 1600]
const REMEMBERED_MS = 10 * 60_000

/** The keys of writes that nobody knows the fate of: pressing the button again goes on with the same write. */
const unanswered = new Map<string, { key: string; at: number }>()

/**
 * Sends a write, and sends it again while no answer comes, at most twice. An answer is final, whatever it says. `name` is
 * what makes two writes the same; `status` of the error thrown is 0 when no answer came.
 */
export async function writeOnce<T>(
  name: string,
  signal: AbortSignal | undefined,
  send: (key: string) => Promise<T>,
): Promise<T> {
  const before = unanswered.get(name)
  const key = before && Date.now() - before.at < REMEMBERED_MS ? before.key : newKey()
  for (let tried = 0; ; tried++) {
    try {
      const answer = await send(key)
      unanswered.delete(name)
      return answer
    } catch (error) {
      if ((error as { status?: unknown }).status !== 0) {
        unanswered.delete(name)
        throw error
      }
      const pause = PAUSES_MS[tried]
      if (pause === undefined) {
        unanswered.set(name, { key, at: Date.now() })
        throw error
      }
      await wait(pause, signal)
    }
  }
}

/** `crypto.randomUUID` is missing on plain HTTP, where a server in the office is often reached. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      act()
    }
    const abort = () => end(() => reject(signal!.reason as Error))
    const timer = setTimeout(() => end(resolve), milliseconds)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort)
  })
}
