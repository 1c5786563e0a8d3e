// /openapi.json and the page /docs/api that shows it, with everything it needs from here.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { RouteDef } from '../lib/route.ts'
import { openApiDocument } from './document.ts'

const FILES = fileURLToPath(new URL('.', import.meta.resolve('swagger-ui-dist/package.json')))
const NEEDED = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']
const own = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const PAGE = own('page.html')
const OWN_FILES = { 'begin.js': 'text/javascript', 'page.css': 'text/css' } as const

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // The page's library writes styles as attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Whoever may know that Earmark runs here may read its reference: there is nothing of an organization in it. */
export async function serveReference(
  app: FastifyInstance,
  { routes, version, url }: { routes: readonly RouteDef[]; version: string; url: string },
): Promise<void> {
  const document = JSON.stringify(openApiDocument(routes, { version, url }), null, 2)
  app.get('/openapi.json', (_request, reply) =>
    reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(document),
  )
  await app.register(async (scope) => {
    await scope.register(fastifyStatic, {
      root: FILES,
      prefix: '/docs/api/',
      index: false,
      decorateReply: false,
      allowedPath: (path) => NEEDED.includes(path.slice(1)),
    })
    scope.get('/docs/api', (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', CONTENT_SECURITY_POLICY)
        .header('cache-control', 'no-cache')
        .send(PAGE),
    )
    for (const [name, type] of Object.entries(OWN_FILES)) {
      const text = own(name)
      scope.get(`/docs/api/${name}`, (_request, reply) =>
        reply.type(`${type}; charset=utf-8`).header('cache-control', 'no-cache').send(text),
      )
    }
  })
}
