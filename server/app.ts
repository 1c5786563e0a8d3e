// The sitemap: everything that answers HTTP. Each route's permission stands in its slice's schema.ts.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyCookie from '@fastify/cookie'
import fastifyStatic from '@fastify/static'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { mount, type BoundRoute, type Server } from './access/door.ts'
import { accessRoutes } from './access/routes.ts'
import { apiKeyRoutes } from './api-keys/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { accountRoutes } from './account/routes.ts'
import { aiAgentRoutes } from './ai-agents/routes.ts'
import { findAccountSecrets, recordRefusals } from './channels/accounts.ts'
import { openDeliveryStore } from './channels/storing.ts'
import { channelRoutes } from './channels/routes.ts'
import { openWebhookDoor } from './channels/webhook.ts'
import { contactRoutes } from './contacts/routes.ts'
import { conversationRoutes } from './conversations/routes.ts'
import type { Config } from './config.ts'
import { demoRoutes } from './demo/routes.ts'
import { eventRoutes } from './events/routes.ts'
import {
  CONNECTION_LIMITS,
  limitedConnections,
  readJson,
  refuseUnreadable,
  sendSafeHeaders,
  type ConnectionLimits,
} from './lib/hardening.ts'
import { answerProblems, databaseAway, databaseSilent, sendNotFound, sendProblem } from './lib/http.ts'
import { importRoutes } from './imports/routes.ts'
import { operationRoutes } from './operations/routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { presenceRoutes } from './presence/routes.ts'
import { privacyRoutes } from './privacy/routes.ts'
import { serveReference } from './reference/serving.ts'
import { VERSION } from './lib/version.ts'
import { openMcpDoor } from './mcp/server.ts'
import { analysisRoutes } from './analysis/routes.ts'
import { learningRoutes } from './learning/routes.ts'
import { modelRoutes } from './models/routes.ts'
import { replyRoutes } from './replies/routes.ts'
import { tagRoutes } from './tags/routes.ts'
import { templateRoutes } from './templates/routes.ts'
import { testPhoneRoutes } from './test-phone/routes.ts'
import { watchRequests } from './watching/requests.ts'
import { openMetricsDoor } from './watching/scraping.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/** Every route of the console and of `/v1`. Beside them: the webhook door, /mcp, the two health checks, /metrics, and the console's files. */
export const sitemap: readonly BoundRoute[] = [
  ...accessRoutes,
  ...accountRoutes,
  ...peopleRoutes,
  ...apiKeyRoutes,
  ...contactRoutes,
  ...tagRoutes,
  ...importRoutes,
  ...operationRoutes,
  ...conversationRoutes,
  ...replyRoutes,
  ...analysisRoutes,
  ...aiAgentRoutes,
  ...learningRoutes,
  ...modelRoutes,
  ...templateRoutes,
  ...presenceRoutes,
  ...privacyRoutes,
  ...channelRoutes,
  ...testPhoneRoutes,
  ...demoRoutes,
  ...auditRoutes,
  ...eventRoutes,
  ...webhookRoutes,
]

const CONSOLE = fileURLToPath(new URL('../console/dist', import.meta.url))

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // The component library writes its responsive styles as style elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Builds the HTTP server, not yet listening. */
export async function buildApp(server: Server, limits: ConnectionLimits = CONNECTION_LIMITS): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: server.log,
    // One line a request, by watchRequests; the id is the one that a problem tells.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    trustProxy: trustedProxies(server.config.trustProxy),
    bodyLimit: 1 << 20,
    forceCloseConnections: 'idle',
    // Kept nowhere and in no order, and so without the time of an id of ours.
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    ...limitedConnections(limits),
    // An address that no route can be looked for by.
    frameworkErrors: (error, request, reply) => void sendProblem(request, reply, error),
    clientErrorHandler(error, socket) {
      const code = refuseUnreadable(error, socket)
      if (code !== null) server.metrics.unreadable.inc({ code })
    },
  })
  answerProblems(app)
  watchRequests(app, server.metrics)
  app.server.maxConnections = limits.connections
  sendSafeHeaders(app, { https: () => server.config.publicUrl.startsWith('https:') })
  readJson(app)
  await app.register(fastifyCookie)

  for (const bound of sitemap) mount(app, server, bound)

  const door = await openWebhookDoor(app, {
    deliveries: openDeliveryStore(server.pool, (count) => {
      server.metrics.deliveriesStored.inc(count)
      server.interpretSoon()
    }),
    findAccount: (id) => findAccountSecrets(server.db, server.secretKey, id),
    recordRefusals: (id, count, reason) => {
      server.metrics.deliveriesRefused.inc({ reason }, count)
      return recordRefusals(server.db, id, count, reason)
    },
    log: server.log,
  })
  app.addHook('onClose', () => door.stop())
  // Before connections are waited for: streams never end by themselves.
  app.addHook('preClose', async () => server.live.stop())

  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async () => {
    try {
      await sql`select 1`.execute(server.db)
    } catch (error) {
      if (!databaseAway(error)) server.log.error({ err: error }, 'the readiness check failed')
      throw databaseSilent()
    }
    return { status: 'ready' }
  })

  openMcpDoor(app, server)
  openMetricsDoor(app, server)

  await serveReference(app, {
    routes: sitemap.map(({ route }) => route),
    version: VERSION,
    url: server.config.publicUrl,
  })

  if (existsSync(CONSOLE)) await serveConsole(app)
  else app.setNotFoundHandler(sendNotFound)
  return app
}

/** A number of proxies is trusted from the nearest on. */
const trustedProxies = (trust: Config['trustProxy']) =>
  typeof trust === 'number' ? (_address: string, hop: number) => hop < trust : trust

/** The console's files; any other address that a browser asks for is one of its screens. */
async function serveConsole(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: CONSOLE,
    wildcard: false,
    index: false,
    setHeaders: (reply, path) => {
      reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!
    const forBrowser =
      request.method === 'GET' &&
      !/^\/(v1|auth|webhooks|assets|\.well-known)(\/|$)/.test(path) &&
      !/\.[a-z0-9]+$/i.test(path)
    if (!forBrowser) return sendNotFound(request, reply)
    return reply
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('cache-control', 'no-cache')
      .sendFile('index.html')
  })
}
