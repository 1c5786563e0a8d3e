// Requests as Meta and the console make them, over kept connections: an answer, or none when there was nobody to give it.
import { Agent, request } from 'node:http'

export interface Answer {
  status: number
  body: string
  headers: Record<string, string | string[] | undefined>
}

export interface Asked {
  method?: 'GET' | 'POST' | 'PUT'
  headers?: Record<string, string>
  body?: string | Buffer
  /** Whole, from connecting on. */
  timeoutMs?: number
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Null when the connection was refused, cut or silent for too long: nobody can know then what became of the request. */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body, timeoutMs = 30_000 }: Asked = {},
): Promise<Answer | null> {
  return new Promise((resolve) => {
    const nobody = () => resolve(null)
    const signal = AbortSignal.timeout(timeoutMs)
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const asked = request(url, { agent, method, headers: { ...headers, ...length }, signal }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', nobody)
      response.once('aborted', nobody)
      response.once('end', () => {
        if (response.complete)
          resolve({
            status: response.statusCode!,
            body: Buffer.concat(chunks).toString('utf8'),
            headers: response.headers,
          })
        else nobody()
      })
    })
    asked.once('error', nobody)
    asked.end(body)
  })
}
