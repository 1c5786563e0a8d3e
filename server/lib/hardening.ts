// What every answer and every connection is held to: headers for browsers, and limits for whoever sends too much or too slowly.
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from './errors.ts'

/** Milliseconds, and connections. */
export interface ConnectionLimits {
  /** For the whole head of a request. */
  headMs: number
  /** For the whole request, its body included. */
  requestMs: number
  /** Nothing read and nothing written, as by who asks for an export and does not take it. Live streams beat more often. */
  idleMs: number
  /** How often the first two are looked after. */
  checkMs: number
  connections: number
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  headMs: 15_000,
  requestMs: 60_000,
  idleMs: 120_000,
  checkMs: 5_000,
  connections: 5_000,
}

/** Deeper than anything that is sent in earnest, and far from where a parser's successors run out of stack. */
const DEEPEST = 100

/** The console's document says more; whatever else is answered is never a page. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
const UNUSED = [
  'accelerometer',
  'browsing-topics',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'microphone',
]
  .concat('midi', 'payment', 'publickey-credentials-get', 'screen-wake-lock', 'serial', 'usb', 'xr-spatial-tracking')
  .map((feature) => `${feature}=()`)
  .join(', ')

/** Sends these with every answer, whatever answers it. */
export function sendSafeHeaders(app: FastifyInstance, { https }: { https: () => boolean }): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'same-origin')
      .header('x-frame-options', 'DENY')
      .header('permissions-policy', UNUSED)
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cross-origin-resource-policy', 'same-origin')
    if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', NO_PAGE)
    if (https()) reply.header('strict-transport-security', 'max-age=31536000')
    done(null, payload)
  })
}

/** What stands in place of bodies that cannot be read, and why each cannot. Who calls is looked at before it is refused. */
const unread = new WeakMap<object, Problem>()

/** JSON as Fastify parses it, without `__proto__`, and not nested beyond all measure; what is none is refused by `refuseUnread`. */
export function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body as string
    const refuse = (problem: Problem) => {
      // With its text: a repeat of the call is known by it.
      const standIn = { unread: text }
      unread.set(standIn, problem)
      done(null, standIn)
    }
    if (depthOf(text) > DEEPEST)
      refuse(new Problem('invalid', `JSON is nested deeper than ${DEEPEST} levels.`, { reason: 'json_too_deep' }))
    else
      void parse(request, text, (error, value) => {
        if (error) refuse(new Problem('invalid', error.message, { reason: 'request_unreadable', status: 400 }))
        else done(null, value)
      })
  })
}

/** Refuses a call whose body could not be read. Whatever looks at a body asks this first. */
export function refuseUnread({ body }: FastifyRequest): void {
  const problem = typeof body === 'object' && body !== null && unread.get(body)
  if (problem) throw problem
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n)
    if (quoted) {
      if (code === BACKSLASH) n++
      else if (code === QUOTE) quoted = false
    } else if (code === QUOTE) quoted = true
    else if (code === BRACKET || code === BRACE) deepest = Math.max(deepest, ++depth)
    else if (code === BRACKET + 2 || code === BRACE + 2) depth--
  }
  return deepest
}
const QUOTE = 34
const BACKSLASH = 92
/** Their closing ones are two further. */
const BRACKET = 91
const BRACE = 123

/** Of a connection that brought no request: how it is counted, and what is answered. */
const UNREADABLE: Record<string, { code: string; status: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'too_slow', status: '408 Request Timeout' },
  HPE_HEADER_OVERFLOW: { code: 'too_large', status: '431 Request Header Fields Too Large' },
}

/** Ends a connection whose request could not be read; answers what it is counted under, null when the other side left. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): string | null {
  if (error.code === 'ECONNRESET' || socket.destroyed) return null
  const { code, status } = UNREADABLE[error.code ?? ''] ?? { code: 'unreadable', status: '400 Bad Request' }
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  else socket.destroy()
  return code
}

/** Options of Fastify for these limits. */
export const limitedConnections = (limits: ConnectionLimits) => ({
  connectionTimeout: limits.idleMs,
  requestTimeout: limits.requestMs,
  http: { headersTimeout: limits.headMs, connectionsCheckingInterval: limits.checkMs },
})
