// Every request in one line of the log and in the counters: who called what, how it ended, how long it took; never what was said.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from './metrics.ts'

/** The console's files and screens, together. */
const CONSOLE = '(console)'
/** Where there is no route. */
const NOWHERE = '(none)'
const API = /^\/(?:v1|auth|webhooks|mcp|healthz|readyz|metrics)(?:\/|$)/
/** As nginx counts it: the caller left before the answer began. */
const CALLER_LEFT = 499

/** Asked by machines all the time: their success is not worth a line unless somebody looks for it. */
const QUIET = new Set([CONSOLE, '/healthz', '/readyz', '/metrics', '/webhooks/whatsapp/:id', '/v1/live'])
/** Goes on until somebody leaves. */
const ENDLESS = '/v1/live'

export function watchRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onRequest', (request, reply, done) => {
    const began = performance.now()
    const ended = () => {
      reply.raw.off('finish', ended).off('close', ended)
      tell(metrics, request, reply, performance.now() - began)
    }
    reply.raw.on('finish', ended).on('close', ended)
    done()
  })
}

/** The pattern of the route that was asked, `/v1/contacts/:id`: few, and without what stands in an address. */
function routeOf(request: FastifyRequest, status: number): string {
  const pattern = request.routeOptions.url
  if (pattern !== undefined && API.test(pattern)) return pattern
  return status < 400 || status === CALLER_LEFT ? CONSOLE : NOWHERE
}

function tell(metrics: Metrics, request: FastifyRequest, reply: FastifyReply, ms: number): void {
  const status = reply.raw.headersSent ? reply.raw.statusCode : CALLER_LEFT
  const { method } = request
  const route = routeOf(request, status)
  metrics.requests.inc({ method, route, status })
  if (route !== ENDLESS) metrics.requestSeconds.observe({ method, route }, ms / 1000)
  const level = QUIET.has(route) && status < 400 ? 'debug' : 'info'
  const whole = reply.raw.writableFinished
  // With the request id, and the actor and organization once they are known.
  request.log[level]({ method, route, status, ms: Math.round(ms), ...(whole ? {} : { cut_off: true }) }, 'request')
}
