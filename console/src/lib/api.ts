// Calls to the server, typed by the routes that it declares, and the one class of errors that calls end with.
import type { RouteArgs, RouteDef, RouteOk } from '../../../server/lib/route.ts'
import type { ProblemBody } from '../../../server/lib/shapes.ts'
import { m } from '../paraglide/messages.js'
import { writeOnce } from './write-once.ts'

/** What went wrong with a call: the server's problem, or a failure on the way to it. */
export class ApiProblem extends Error {
  /** 0 when no answer came. */
  readonly status: number
  readonly code: string
  readonly reason: string | undefined
  readonly field: string | undefined
  /** A sentence for people, in the language of the console. */
  readonly detail: string
  /** Facts to act on, by the reason. */
  readonly data: Readonly<Record<string, unknown>>

  constructor(status: number, problem: Pick<ProblemBody, 'code' | 'detail' | 'reason' | 'field' | 'data'>) {
    super(problem.detail)
    this.name = 'ApiProblem'
    this.status = status
    this.code = problem.code
    this.reason = problem.reason
    this.field = problem.field
    this.data = problem.data ?? {}
    this.detail = problem.detail
  }
}

type CallOptions<R extends RouteDef> = RouteArgs<R> & {
  organization?: string
  /** Names a write that may be the same as another in all but that it was meant twice: the same text to one customer. */
  once?: string
  /** Sent also when the page is gone by then. */
  keepalive?: boolean
}
type Values = Record<string, unknown>

/**
 * Calls a route: `call<typeof listTags>('get', '/v1/tags', { organization })`. Method and path are checked against the
 * route's declaration, which is named as a type only, so that no schema library is loaded for it.
 * Throws an ApiProblem, or an AbortError when the signal was aborted.
 */
export async function call<R extends RouteDef>(
  method: R['method'],
  path: R['path'],
  options: CallOptions<NoInfer<R>>,
): Promise<RouteOk<R>> {
  if (method === 'get' || options.organization === undefined)
    return answerOf<R>(await fetchRoute(method, path, options))
  return writeOnce(writeName(method, path, options), options.signal, async (key) =>
    answerOf<R>(await send(method, path, options, { 'idempotency-key': key })),
  )
}

async function answerOf<R extends RouteDef>(response: Response): Promise<RouteOk<R>> {
  if (response.status === 204) return undefined as RouteOk<R>
  const body = await readJson(response)
  if (body === undefined) throw unreadable(response.status)
  return body as RouteOk<R>
}

/** As `call`, but hands over the response itself once it is known to be good, and never tries again: for streams. */
export async function fetchRoute<R extends RouteDef>(
  method: R['method'],
  path: R['path'],
  options: CallOptions<NoInfer<R>>,
): Promise<Response> {
  return send(method, path, options, {})
}

interface SentWith {
  params?: Values
  query?: Values
  body?: unknown
  signal?: AbortSignal
  organization?: string
  keepalive?: boolean
}

async function send(method: string, path: string, options: object, more: Record<string, string>): Promise<Response> {
  const { params, query, body, signal, organization, keepalive = false } = options as SentWith
  const headers: Record<string, string> = { accept: 'application/json', 'earmark-request': 'console', ...more }
  if (organization !== undefined) headers['earmark-organization'] = organization
  const isFile = body instanceof Blob
  if (body !== undefined) headers['content-type'] = isFile ? body.type : 'application/json'
  let response: Response
  try {
    response = await fetch(address(path, params, query), {
      method: method.toUpperCase(),
      headers,
      credentials: 'same-origin',
      keepalive,
      ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw noAnswer()
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

/** What makes two writes the same. */
const writeName = (method: string, path: string, options: object): string => {
  const { params, query, body, organization, once } = options as SentWith & { once?: string }
  if (once !== undefined) return once
  return JSON.stringify([method, organization, address(path, params, query), body])
}

function address(path: string, params: Values = {}, query: Values = {}): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? filled : `${filled}?${text}`
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await readJson(response)) as Partial<ProblemBody> | undefined
  if (typeof body?.detail !== 'string' || typeof body.code !== 'string') return unreadable(response.status)
  const problem = body as ProblemBody
  return new ApiProblem(response.status, { ...problem, detail: await inWords(problem) })
}

/** The words are loaded when something is refused for the first time; without them it is the server's English sentence. */
async function inWords(problem: ProblemBody): Promise<string> {
  try {
    return (await import('./problem-words.ts')).problemWords(problem)
  } catch {
    return problem.detail
  }
}

const noAnswer = () => new ApiProblem(0, { code: 'network', detail: m.error_network() })

const unreadable = (status: number) =>
  new ApiProblem(status, { code: 'unreadable', detail: m.error_unreadable({ status }) })

async function readJson(response: Response): Promise<unknown> {
  if (!/[/+]json\b/.test(response.headers.get('content-type') ?? '')) return undefined
  const text = await response.text().catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw noAnswer()
  })
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

export const isProblem = (error: unknown, status?: number): error is ApiProblem =>
  error instanceof ApiProblem && (status === undefined || error.status === status)

/** The sentence that tells a person what went wrong. */
export const sentenceOf = (error: unknown): string =>
  error instanceof ApiProblem ? error.detail : m.error_unexpected()
