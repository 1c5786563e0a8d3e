// A route as data: what the server binds, the console calls, and the OpenAPI document describes.
import type { z } from 'zod'

export interface ResponseDef {
  description: string
  schema?: z.ZodType
  contentType?: string
}

export interface RouteDef {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Parameters in braces, as in OpenAPI: `/v1/contacts/{id}`. */
  path: `/${string}`
  operationId: string
  summary: string
  /** What the actor must be allowed (`noun:verb`), 'signed-in' for a session without an organization, or 'public'. */
  permission: string
  /** What an API key must be allowed; without one the route is for people, who are signed in. */
  scope?: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** Though it is no GET it writes nothing, and so takes no Idempotency-Key. */
  writesNothing?: true
  /** The body is a file as it is, of at most so many bytes; its type is in Content-Type. */
  file?: { mostBytes: number }
  responses: Readonly<Record<number, ResponseDef>>
}

/** Whether the same call may be repeated under an Idempotency-Key. */
export const takesKey = ({ method, writesNothing }: RouteDef): boolean => method !== 'get' && !writesNothing

export const route = <const R extends RouteDef>(r: R): R => r

/** A handler's answer; the const keeps the status a literal, so that the body is checked against that status. */
export const answer = <const S extends number, B>(status: S, body: B): { status: S; body: B } => ({ status, body })

type In<S> = S extends z.ZodType ? z.input<S> : undefined
type Out<S> = S extends z.ZodType ? z.output<S> : undefined

/** What a handler receives: parsed parameters, query and body. */
export type RouteInput<R extends RouteDef> = {
  params: Out<R['params']>
  query: Out<R['query']>
  body: R extends { file: object } ? SentFile : Out<R['body']>
}

/** The file that was the body of a call. */
export interface SentFile {
  bytes: Uint8Array
  mime_type: string
}

type Bodies<R extends RouteDef> = {
  [S in keyof R['responses'] & number]: {
    status: S
    body: R['responses'][S] extends { schema: infer Z extends z.ZodType } ? z.input<Z> : undefined
  }
}
/** What a handler may answer. */
export type RouteAnswer<R extends RouteDef> = Bodies<R>[keyof Bodies<R>]

type OkStatus = 200 | 201 | 202 | 204
/** What a caller gets when it went well. */
export type RouteOk<R extends RouteDef> = {
  [S in keyof R['responses'] & OkStatus]: R['responses'][S] extends { schema: infer Z extends z.ZodType }
    ? z.output<Z>
    : undefined
}[keyof R['responses'] & OkStatus]

type Optional<K extends string, V> = undefined extends V
  ? { [P in K]?: undefined }
  : {} extends V
    ? { [P in K]?: V }
    : { [P in K]: V }
/** What a caller passes. */
export type RouteArgs<R extends RouteDef> = Optional<'params', In<R['params']>> &
  Optional<'query', In<R['query']>> &
  Optional<'body', R extends { file: object } ? Blob : In<R['body']>> & { signal?: AbortSignal }
