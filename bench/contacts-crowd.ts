// A server with a crowd of contacts, and how the benchmark of contacts asks it and counts.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { Agent, request, type RequestOptions } from 'node:http'
import { join } from 'node:path'
import { startSession } from '../server/access/sessions.ts'
import { fillCrowd } from '../seeds/crowd.ts'
import { shapesOf, type Shape } from './contacts-shapes.ts'
import { startServer, type BenchServer } from './server-process.ts'

type Get = (path: string) => Promise<Answer>

export interface Crowd {
  server: BenchServer
  get: Get
  post(path: string, body: unknown): Promise<Answer>
  /** `get` over a connection of its own. */
  open(): Get
  /** What every call is sent with. */
  headers: Record<string, string>
  orgId: string
  slug: string
  shapes: Shape[]
  size: number
}

interface Answer {
  ms: number
  text: string
}

/** A server with a crowd of this size; with `keep` the data stay in that folder and are found again. */
export async function openCrowd(size: number, keep: string | undefined): Promise<Crowd> {
  if (keep !== undefined && !existsSync(keep)) mkdirSync(keep, { recursive: true, mode: 0o711 })
  const server = await startServer({ program: './contacts-server.ts', keptDataDir: keep ?? '' })
  const organization = await server.db.selectFrom('organizations').select(['id', 'slug']).executeTakeFirstOrThrow()
  const seeded = keep === undefined ? '' : join(keep, `crowd-${size}`)
  if (!existsSync(seeded)) {
    console.log(`Making ${size.toLocaleString('en')} contacts …`)
    const started = performance.now()
    const { assignments } = await fillCrowd(server.db, organization.id, size)
    console.log(`  in ${((performance.now() - started) / 1000).toFixed(0)} s, with ${assignments} assignments of tags`)
    if (keep !== undefined) writeFileSync(seeded, '')
  }
  const user = await server.db.selectFrom('users').select('id').executeTakeFirstOrThrow()
  const cookie = `earmark-session=${await startSession(server.db, user.id, { address: '127.0.0.1', userAgent: 'bench' })}`
  const headers = { cookie, 'earmark-organization': organization.slug }
  const open = () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    return (path: string, body?: unknown) => timed({ agent, host: '127.0.0.1', port: server.port, path }, headers, body)
  }
  const get = open()
  const shapes = await shapesOf(server.pool, organization.id, get)
  return { server, get, post: get, open, headers, orgId: organization.id, slug: organization.slug, shapes, size }
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
