// A server with a crowd of contacts, and how the benchmark of contacts asks it and counts.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { Agent, request, type RequestOptions } from 'node:http'
import { join } from 'node:path'
import { startSession } from '../server/access/sessions.ts'
import { fillCrowd } from '../seeds/crowd.ts'
import { shapesOf, type Shape } from './contacts-shapes.ts'
import { startServer, type BenchServer } from './server-process.ts'

export type Get = (path: string) => Promise<Answer>

/** A server with an organization, and how its first administrator asks it. */
export interface Asked {
  server: BenchServer
  get: Get
  post(path: string, body: unknown): Promise<Answer>
  /** `get` over a connection of its own. */
  open(): Get
  /** What every call is sent with. */
  headers: Record<string, string>
  orgId: string
  slug: string
  userId: string
}

export interface Crowd extends Asked {
  shapes: Shape[]
  size: number
}

interface Answer {
  ms: number
  text: string
}

/** A server with a crowd of this size; with `keep` the data stay in that folder and are found again. */
export async function openCrowd(size: number, keep: string | undefined): Promise<Crowd> {
  const server = await startByIdsServer(keep)
  const asked = await askedOf(server)
  await onceIn(keep, `crowd-${size}`, async () => {
    console.log(`Making ${size.toLocaleString('en')} contacts …`)
    const started = performance.now()
    const { assignments } = await fillCrowd(server.db, asked.orgId, size)
    console.log(`  in ${((performance.now() - started) / 1000).toFixed(0)} s, with ${assignments} assignments of tags`)
  })
  return { ...asked, shapes: await shapesOf(server.pool, asked.orgId, asked.get), size }
}

export function startByIdsServer(keep: string | undefined): Promise<BenchServer> {
  if (keep !== undefined && !existsSync(keep)) mkdirSync(keep, { recursive: true, mode: 0o711 })
  return startServer({ program: './by-ids-server.ts', keptDataDir: keep ?? '' })
}

/** Does what a kept folder has not had done yet. */
export async function onceIn(keep: string | undefined, name: string, work: () => Promise<void>): Promise<void> {
  if (keep !== undefined && existsSync(join(keep, name))) return
  await work()
  if (keep !== undefined) writeFileSync(join(keep, name), '')
}

export async function askedOf(server: BenchServer): Promise<Asked> {
  const organization = await server.db.selectFrom('organizations').select(['id', 'slug']).executeTakeFirstOrThrow()
  const user = await server.db.selectFrom('users').select('id').orderBy('id').executeTakeFirstOrThrow()
  const headers = await headersOf(server, organization.slug, user.id)
  const open = () => connectionTo(server, headers)
  const get = open()
  return { server, get, post: get, open, headers, orgId: organization.id, slug: organization.slug, userId: user.id }
}

/** Asks, with a body posts, over one connection. */
export function connectionTo({ port }: { port: number }, headers: Record<string, string>) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return (path: string, body?: unknown) => timed({ agent, host: '127.0.0.1', port, path }, headers, body)
}

/** What a person's calls are sent with, in a session of their own. */
export async function headersOf(server: BenchServer, slug: string, userId: string): Promise<Record<string, string>> {
  const cookie = `earmark-session=${await startSession(server.db, userId, { address: '127.0.0.1', userAgent: 'bench' })}`
  return { cookie, 'earmark-organization': slug }
}

/** One request after another on one connection; the time until its whole answer is there. */
function timed(options: RequestOptions, ownHeaders: Record<string, string>, body?: unknown): Promise<Answer> {
  const started = performance.now()
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    ...ownHeaders,
    ...(text === undefined ? {} : { 'content-type': 'application/json', 'earmark-request': 'bench' }),
  }
  return new Promise((resolve, reject) => {
    const call = request({ ...options, method: text === undefined ? 'GET' : 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString()
        if ((response.statusCode ?? 500) < 300) resolve({ ms: performance.now() - started, text: answer })
        else reject(new Error(`${options.path} answered ${response.statusCode}: ${answer}`))
      })
    })
    call.on('error', reject).end(text)
  })
}

export const at = (times: number[], share: number): number => {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
export const ms = (time: number, width = 7): string => time.toFixed(1).padStart(width)
export const mb = (kilobytes: number): string => (kilobytes / 1024).toFixed(0)
