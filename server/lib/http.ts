// HTTP without domain words: problems as answers, and answers that a handler streams itself.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Readable } from 'node:stream'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from './errors.ts'
import { errorCode } from './start-error.ts'

/** What a handler answers when it has sent the reply itself. */
export const sent = Symbol('sent')
export type Sent = typeof sent

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  422: 'Invalid input',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
}

/** What the HTTP server itself refuses, before any route is asked. */
const UNREAD: Record<number, { code: string; reason: string }> = {
  400: { code: 'invalid', reason: 'request_unreadable' },
  404: { code: 'not_found', reason: 'route_missing' },
  413: { code: 'too_large', reason: 'body_too_large' },
  414: { code: 'invalid', reason: 'address_too_long' },
  415: { code: 'unsupported_media_type', reason: 'body_not_json' },
}

/** Errors of PostgreSQL and its driver that mean that it is not there or not ready, not that the request was wrong. */
const DATABASE_GONE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
])
/** No memory, disk or connection is left (class 53), its files cannot be written (58030), or it only reads since a failover. */
const DATABASE_UNABLE = /^(?:53...|58030|25006)$/

/** Whether the connection to the database broke, or it is not there. */
export function databaseGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = errorCode(error)
  if (code !== undefined) return DATABASE_GONE.has(code)
  return /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error/.test(
    error.message,
  )
}

export function databaseAway(error: unknown): boolean {
  if (error instanceof Problem) return error.code === 'unavailable'
  return databaseGone(error) || DATABASE_UNABLE.test(errorCode(error) ?? '')
}

/**
 * Errors of PostgreSQL that say nothing about what it was given: its connection, its transactions, its memory and disk, its
 * locks, its operator, and what it calls internal, such as a file that cannot grow. Blamed on a delivery it would be put off,
 * and a customer's second message taken in before the first; nobody's ids would fit any more.
 */
const NOT_ITS_FAULT = /^(?:08...|25...|40...|53...|55...|57P..|58...|XX000)$/

/** Whether work failed because of the database and not because of what it was about: the same may go well a moment later. */
export function databaseAtFault(error: unknown): boolean {
  return databaseAway(error) || NOT_ITS_FAULT.test(errorCode(error) ?? '')
}

export const databaseSilent = () =>
  new Problem('unavailable', 'The database does not answer. Try again in a moment.', {
    reason: 'database_silent',
    retryAfterSeconds: 5,
  })

/** Does it until the database is there to write it; what fails for another reason, or once it `isOver`, is thrown. */
export async function outlastingTheDatabase(
  write: () => Promise<void>,
  { everyMs, isOver }: { everyMs: number; isOver: () => boolean },
): Promise<void> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!databaseAtFault(error) || isOver()) throw error
      await sleep(everyMs)
    }
  }
}

/** What the work answers, or 503 when it takes longer: it is not ended by that, but nobody waits for it any more. */
export async function answerWithin<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(databaseSilent()), milliseconds)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Every error leaves as `application/problem+json` (RFC 9457); what was not foreseen says nothing of the inside. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(request, reply, error))
}

/** The answer where no route is. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(
    request,
    reply,
    new Problem('not_found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`, {
      reason: 'route_missing',
    }),
  )
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const problem = answerableProblem(error, request)
  if (problem.status >= 500) request.log.error({ err: error }, 'request failed')
  const { retryAfterSeconds } = toProblem(error).details
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  // RFC 9110 wants it; other than for Basic, browsers ask nobody for anything.
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="Earmark"')
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify)
    .send({ type: 'about:blank', title: TITLES[problem.status] ?? 'Error', ...problem })
}

/** What is said of an error, wherever it is answered. */
export function answerableProblem(error: unknown, request: FastifyRequest) {
  const { status, code, message, details } = toProblem(error)
  const { field, reason, data } = details
  return {
    status,
    code,
    detail: message,
    ...(reason === undefined ? {} : { reason }),
    ...(field === undefined ? {} : { field }),
    ...(data === undefined ? {} : { data }),
    request_id: request.id,
  }
}

/** A file to be saved. */
export interface SavedFile {
  /** Before the time and the ending. */
  name: string
  kind: keyof typeof FILE_TYPES
  content: Readable
  /** Of those below the first line. */
  rows?: number
}

const FILE_TYPES = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
}

/** Answers with a file as a stream; the header Earmark-Rows tells the number of its rows, where it has any. */
export async function sendFile(reply: FastifyReply, { name, kind, content, rows }: SavedFile): Promise<Sent> {
  const at = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  reply
    .type(FILE_TYPES[kind])
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${name}-${at}Z.${kind}"`)
  if (rows !== undefined) reply.header('earmark-rows', rows)
  await reply.send(content)
  return sent
}

interface Answerable {
  status: number
  code: string
  message: string
  details: Partial<Problem['details']>
}

function toProblem(error: unknown): Answerable {
  if (error instanceof Problem) return error
  if (databaseAway(error)) return databaseSilent()
  const status = (error as FastifyError).statusCode ?? 500
  if (status >= 400 && status < 500) {
    const { code, reason } = UNREAD[status] ?? UNREAD[400]!
    return { status, code, message: (error as Error).message, details: { reason } }
  }
  return {
    status: 500,
    code: 'internal',
    message: 'Something went wrong on the server. It was logged under this request id.',
    details: {},
  }
}
