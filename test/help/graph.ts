// Meta's Graph API for tests: the stand-in over real HTTP on loopback, which can also break, be silent, and refuse.
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerAsMeta, metaError, type GraphMessage } from '../../server/channels/whatsapp/stand-in.ts'
import { answerAboutMedia, type GraphMedia } from '../../server/channels/whatsapp/stand-in-media.ts'
import { answerAboutTemplates } from '../../server/channels/whatsapp/stand-in-templates.ts'

/** What happens to a request instead of being taken: Meta's error, a bare status, or a connection that ends before or after the message was taken. */
export type Mishap =
  | { code: number }
  | { status: number }
  | 'breaks'
  | 'takes_and_breaks'
  | 'silent'
  | { takes_after_ms: number }

/** What happens to a request about a file instead of its answer. Half: the file breaks off. */
export type MediaMishap =
  | { code: number }
  | { status: number }
  | { redirect: string }
  | { bytes: Buffer }
  | { after_ms: number }
  | 'breaks'
  | 'half'

export interface MediaStep {
  step: 'upload' | 'whereabouts' | 'download'
  id: string
  authorization: string | undefined
}

export interface Graph {
  url: string
  port: number
  token: string
  /** All that was taken, in order. */
  messages: GraphMessage[]
  /** Every request to send, also those that were refused. */
  requests: { at: number; to: string; text: string; headers: Record<string, unknown>; body: Record<string, unknown> }[]
  /** What every POST said. */
  bodies: Record<string, unknown>[]
  reads: { phone_number_id: string; message_id: string; typing: boolean }[]
  /** Decides over each request to send: null takes it. */
  mishap: (request: { to: string; text: string; n: number }) => Mishap | null
  /** Files that can be fetched, and those that were uploaded. */
  media: GraphMedia[]
  mediaSteps: MediaStep[]
  mediaMishap: (step: MediaStep) => MediaMishap | null
  /** Addresses at which templates were asked for. */
  templateSteps: string[]
  templateMishap: (path: string) => { code: number } | { status: number } | 'breaks' | null
  /** Most requests that were under way at once. */
  most: number
  /** Most requests to one customer that were under way at once. */
  mostToOne: number
  close(): Promise<void>
}

export async function openGraph({ port = 0 } = {}): Promise<Graph> {
  let underWay = 0
  const toEach = new Map<string, number>()
  const graph: Graph = {
    url: '',
    port: 0,
    token: 'EAAG-token',
    messages: [],
    requests: [],
    bodies: [],
    reads: [],
    mishap: () => null,
    media: [],
    mediaSteps: [],
    mediaMishap: () => null,
    templateSteps: [],
    templateMishap: () => null,
    most: 0,
    mostToOne: 0,
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections()
        http.close(() => resolve())
      }),
  }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    if (await serveMedia(graph, request, response, bytes)) return
    if (await serveTemplates(graph, request, response)) return
    const text = bytes.toString()
    const asked = {
      method: request.method!,
      path: request.url!,
      authorization: request.headers.authorization,
      body: text,
    }
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const take = () =>
      answerAsMeta(
        {
          findNumber: () => ({
            display_phone_number: '+1 555-078-3881',
            verified_name: 'Shop',
            access_token: graph.token,
          }),
          onMessage: (message) => graph.messages.push(message),
          onRead: (read) => graph.reads.push(read),
        },
        asked,
      )
    const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown> & {
      to?: string
      recipient?: string
      text?: { body: string }
    }
    if (request.method === 'POST') graph.bodies.push(body)
    const to = body.to ?? body.recipient ?? ''
    if (to === '') {
      const { status, body: said } = await take()
      answer(status, said)
      return
    }
    const said = body.text?.body ?? ''
    graph.requests.push({ at: performance.now(), to, text: said, headers: request.headers, body })
    graph.most = Math.max(graph.most, ++underWay)
    toEach.set(to, (toEach.get(to) ?? 0) + 1)
    graph.mostToOne = Math.max(graph.mostToOne, toEach.get(to)!)
    const mishap = graph.mishap({ to, text: said, n: graph.requests.length })
    if (typeof mishap === 'object' && mishap && 'takes_after_ms' in mishap)
      await new Promise((resolve) => setTimeout(resolve, mishap.takes_after_ms))
    underWay--
    toEach.set(to, toEach.get(to)! - 1)
    if (mishap === 'takes_and_breaks') await take()
    if (mishap === 'takes_and_breaks' || mishap === 'breaks') request.socket.destroy()
    else if (mishap === 'silent') return
    else if (mishap && 'code' in mishap) {
      const error = metaError(mishap.code)
      answer(error.status, error.body)
    } else if (mishap && 'status' in mishap) response.writeHead(mishap.status).end('<html></html>')
    else {
      const taken = await take()
      answer(taken.status, taken.body)
    }
  }
  const http: HttpServer = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
  graph.port = (http.address() as AddressInfo).port
  graph.url = `http://127.0.0.1:${graph.port}/v25.0`
  return graph
}

/** Answers what is about templates; false to anything else. */
async function serveTemplates(graph: Graph, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const { method = 'GET', url: path = '', headers } = request
  const asked = { method, path, authorization: headers.authorization }
  const answer = await answerAboutTemplates({ findAccount: () => ({ access_token: graph.token }) }, asked)
  if (!answer) return false
  graph.templateSteps.push(path)
  const mishap = graph.templateMishap(path)
  if (mishap === 'breaks') request.socket.destroy()
  else {
    const { status, body } =
      mishap === null ? answer : 'code' in mishap ? metaError(mishap.code) : { status: mishap.status, body: {} }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  return true
}

/** Answers what is about files; false to anything else. */
async function serveMedia(
  graph: Graph,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): Promise<boolean> {
  const { authorization } = request.headers
  const answer = await answerAboutMedia(
    {
      url: graph.url,
      findNumber: () => ({ display_phone_number: '', verified_name: '', access_token: graph.token }),
      findMedia: (id) => graph.media.find((each) => each.id === id) ?? null,
      onUpload: (media) => graph.media.push(media),
    },
    {
      method: request.method!,
      path: request.url!,
      authorization,
      contentType: request.headers['content-type'],
      body,
    },
  )
  if (!answer) return false
  const id = /([\w.-]+)(?:\/file|\/media)?(?:\?.*)?$/.exec(request.url!)![1]!
  const step: MediaStep['step'] =
    request.method === 'POST' ? 'upload' : request.url!.includes('/file') ? 'download' : 'whereabouts'
  graph.mediaSteps.push({ step, id, authorization })
  const mishap = graph.mediaMishap({ step, id, authorization })
  if (typeof mishap === 'object' && mishap && 'after_ms' in mishap)
    await new Promise((resolve) => setTimeout(resolve, mishap.after_ms))
  if (mishap === 'breaks') request.socket.destroy()
  else if (typeof mishap === 'object' && mishap && 'status' in mishap) response.writeHead(mishap.status).end('')
  else if (typeof mishap === 'object' && mishap && 'redirect' in mishap)
    response.writeHead(302, { location: mishap.redirect }).end()
  else if (typeof mishap === 'object' && mishap && 'code' in mishap) {
    const error = metaError(mishap.code)
    response.writeHead(error.status, { 'content-type': 'application/json' }).end(JSON.stringify(error.body))
  } else if ('file' in answer) {
    const bytes = typeof mishap === 'object' && mishap && 'bytes' in mishap ? mishap.bytes : answer.file.bytes
    response.writeHead(200, { 'content-type': answer.file.mime_type, 'content-length': bytes.length })
    if (mishap === 'half') response.write(bytes.subarray(0, bytes.length >> 1), () => request.socket.destroy())
    else response.end(bytes)
  } else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  return true
}
