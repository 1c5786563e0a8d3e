// Calls to the server, typed by the routes that it declares, and the one class of errors that calls end with.
import type { RouteArgs, RouteDef, RouteOk } from '../../../server/lib/route.ts'
import type { ProblemBody } from '../../../server/lib/shapes.ts'
import { m } from '../paraglide/messages.js'

/** What went wrong with a call: the server's problem, or a failure on the way to it. */
export class ApiProblem extends Error {
  /** 0 when no answer came. */
  readonly status: number
  readonly code: string
  readonly reason: string | undefined
  readonly field: string | undefined
  /** A sentence for people. */
  readonly detail: string

  constructor(status: number, problem: Pick<ProblemBody, 'code' | 'detail' | 'reason' | 'field'>) {
    super(problem.detail)
    this.name = 'ApiProblem'
    this.status = status
    this.code = problem.code
    this.reason = problem.reason
    this.field = problem.field
    this.detail = problem.detail
  }
}

type CallOptions<R extends RouteDef> = RouteArgs<R> & { organization?: string }
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
  const response = await fetchRoute<R>(method, path, options)
  if (response.status === 204) return undefined as RouteOk<R>
  const body = await readJson(response)
  if (body === undefined) throw unreadable(response.status)
  return body as RouteOk<R>
}

/** As `call`, but hands over the response itself once it is known to be good: for streams. */
export async function fetchRoute<R extends RouteDef>(
  method: R['method'],
  path: R['path'],
  options: CallOptions<NoInfer<R>>,
): Promise<Response> {
  const { params, query, body, signal, organization } = options as {
    params?: Values
    query?: Values
    body?: unknown
    signal?: AbortSignal
    organization?: string
  }
  const headers: Record<string, string> = { accept: 'application/json', 'earmark-request': 'console' }
  if (organization !== undefined) headers['earmark-organization'] = organization
  if (body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(address(path, params, query), {
      method: method.toUpperCase(),
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiProblem(0, { code: 'network', detail: m.error_network() })
  }
  if (!response.ok) throw await problemOf(response)
  return response
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
  return new ApiProblem(response.status, body as ProblemBody)
}

const unreadable = (status: number) =>
  new ApiProblem(status, { code: 'unreadable', detail: m.error_unreadable({ status }) })

async function readJson(response: Response): Promise<unknown> {
  if (!/[/+]json\b/.test(response.headers.get('content-type') ?? '')) return undefined
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

export const isProblem = (error: unknown, status?: number): error is ApiProblem =>
  error instanceof ApiProblem && (status === undefined || error.status === status)

/** The sentence that tells a person what went wrong. */
export const sentenceOf = (error: unknown): string =>
  error instanceof ApiProblem ? error.detail : m.error_unexpected()
