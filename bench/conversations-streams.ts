// Many streams of server-sent events read at once: when each frame was whole on each stream, at little cost.
import { request, type ClientRequest } from 'node:http'

export interface Frame {
  /** From `id:` to the empty line. */
  text: string
  bytes: number
  /** When it was whole, by the index of the stream; NaN where it never came. */
  times: Float64Array
}

export interface Streams {
  /** In the order in which the first of them came. */
  frames: Frame[]
  /** Streams that ended, or were told to read again what they show. */
  broken(): number
  close(): void
}

/** Opens a stream for each of the headers, and answers once all of them are open. */
export async function openStreams(
  port: number,
  path: string,
  headers: readonly Record<string, string>[],
): Promise<Streams> {
  const frames = new Map<string, Frame>()
  const calls: ClientRequest[] = []
  let broken = 0
  let closing = false
  const frameRead = (index: number, bytes: Buffer): void => {
    const head = bytes.toString('latin1', 0, 60)
    if (head.startsWith('event: reset') || head.startsWith('event: end')) broken++
    const id = /^id: (\d+)\n/.exec(head)?.[1]
    if (id === undefined) return
    // All streams are told the same: one of the same number and length is read once.
    const key = `${id} ${bytes.length}`
    let frame = frames.get(key)
    if (!frame) {
      frame = { text: bytes.toString(), bytes: bytes.length, times: new Float64Array(headers.length).fill(NaN) }
      frames.set(key, frame)
    }
    frame.times[index] = performance.now()
  }
  await Promise.all(
    headers.map(
      (own, index) =>
        new Promise<void>((resolve, reject) => {
          const call = request({ host: '127.0.0.1', port, path, headers: own, agent: false }, (response) => {
            if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode}.`))
            let rest: Buffer[] = []
            response.on('data', (chunk: Buffer) => {
              resolve()
              rest.push(chunk)
              // A frame's data hold no empty line: looking at the new bytes is enough, but for one that lies across.
              if (!chunk.includes('\n\n') && !(chunk[0] === 10 && rest.at(-2)?.at(-1) === 10)) return
              const all = rest.length === 1 ? chunk : Buffer.concat(rest)
              let from = 0
              for (let end = all.indexOf('\n\n'); end !== -1; end = all.indexOf('\n\n', from)) {
                frameRead(index, all.subarray(from, end + 2))
                from = end + 2
              }
              rest = from < all.length ? [all.subarray(from)] : []
            })
            response.on('close', () => {
              if (!closing) broken++
            })
          })
          call.on('error', (error) => {
            if (!closing) reject(error)
          })
          calls.push(call.end())
        }),
    ),
  )
  return {
    get frames() {
      return [...frames.values()]
    },
    broken: () => broken,
    close() {
      closing = true
      for (const call of calls) call.destroy()
    },
  }
}
