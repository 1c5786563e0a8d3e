// A lean HTTP/1.1 load: some keep-alive connections, one request at a time on each, as many as the server answers.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface LoadResult {
  /** Requests answered 200. */
  ok: number
  /** Requests answered anything else. */
  other: number
  seconds: number
  /** Milliseconds from writing a request to its whole answer. */
  p50: number
  p95: number
  p99: number
}

export interface Call {
  /** POST unless it is said. */
  method?: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body: Buffer
}

/**
 * Posts over so many connections for so long, as many as are answered or at an even rate. `next` makes each request's
 * content just before it is sent.
 */
export async function load(
  port: number,
  options: { connections: number; seconds: number; perSecond?: number; next: () => Call },
): Promise<LoadResult> {
  const { connections, seconds, perSecond = Infinity, next } = options
  const from = performance.now()
  const until = from + seconds * 1000
  let taken = 0
  const turn = async (): Promise<boolean> => {
    const due = from + (taken++ / perSecond) * 1000
    if (due > performance.now()) await sleep(due - performance.now())
    return Math.max(due, performance.now()) < until
  }
  const times: number[] = []
  const count = { ok: 0, other: 0 }
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, () => oneConnection(port, turn, next, times, count)))
  const took = (performance.now() - started) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { ...count, seconds: took, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

async function oneConnection(
  port: number,
  turn: () => Promise<boolean>,
  next: () => Call,
  times: number[],
  count: { ok: number; other: number },
): Promise<void> {
  const socket = await opened(port)
  try {
    while (await turn()) {
      const { method = 'POST', path, headers, body } = next()
      const head = Object.entries({ host: `127.0.0.1:${port}`, ...headers, 'content-length': body.length }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      )
      const begun = performance.now()
      socket.write(Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`), body]))
      const status = await answer(socket)
      times.push(performance.now() - begun)
      if (status === 200) count.ok++
      else count.other++
    }
  } finally {
    socket.destroy()
  }
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket)).setNoDelay(true)
    socket.once('error', reject)
  })
}

/** The status of the next answer on the socket, once all of it has come. */
function answer(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    const ended = () => reject(new Error('The server closed the connection.'))
    const read = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const head = text.indexOf('\r\n\r\n')
      if (head === -1) return
      const length = Number(/content-length: *(\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
      if (text.length < head + 4 + length) return
      socket.off('data', read).off('close', ended)
      resolve(Number(text.slice(9, 12)))
    }
    socket.on('data', read).once('close', ended)
  })
}
