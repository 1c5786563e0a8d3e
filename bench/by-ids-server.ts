// The product's HTTP server with a few routes more: the same rows by their ids, which is what reading a page costs at least.
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import type { Actor } from '../server/access/actor.ts'
import { openRates } from '../server/api-keys/rates.ts'
import { bind, mount, type Server } from '../server/access/door.ts'
import type { Permission } from '../server/access/permissions.ts'
import { prepareFirstSetup } from '../server/access/setup.ts'
import { buildApp } from '../server/app.ts'
import { openAsking } from '../server/classifier/asking.ts'
import { loadConfig } from '../server/config.ts'
import { contactsByIds } from '../server/contacts/contacts.ts'
import { Contact } from '../server/contacts/schema.ts'
import { conversationsByIds } from '../server/conversations/conversations.ts'
import { Conversation, Message } from '../server/conversations/schema.ts'
import { messagesByIds } from '../server/conversations/thread.ts'
import { openLive } from '../server/events/live.ts'
import { openOperator } from '../server/operations/running.ts'
import { prepareDataDir } from '../server/lib/data-dir.ts'
import { openDatabase, type Db } from '../server/lib/db.ts'
import { createLog } from '../server/lib/log.ts'
import { migrate } from '../server/lib/migrate.ts'
import { startEmbeddedPostgres } from '../server/lib/postgres.ts'
import { answer, route } from '../server/lib/route.ts'
import { openOutgoing } from '../server/lib/outgoing.ts'
import { openMetrics } from '../server/watching/metrics.ts'
import { loadSecretKey } from '../server/lib/secret-key.ts'
import { problems } from '../server/lib/shapes.ts'

const config = loadConfig()
const log = createLog(config.logLevel)
prepareDataDir(config.dataDir)
const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log })
const { pool, db } = openDatabase(embedded.url)
await migrate(pool)
await prepareFirstSetup(db, config.bootstrap)
const server: Server = {
  config,
  secretKey: loadSecretKey(config),
  pool,
  db,
  log,
  interpretSoon() {},
  operateSoon: () => operator.wake(),
  sendSoon() {},
  dispatchSoon() {},
  tellRead() {},
  testPhone() {
    throw new Error('No customers are played here.')
  },
  live: openLive({ db, log }),
  metrics: openMetrics(),
  rates: openRates(db),
  outgoing: openOutgoing({ allowPrivate: false }),
  classifier: openAsking((notice) => log.warn({ notice }, 'no embeddings')),
}
const operator = openOperator(server)
const app = await buildApp(server)
/** Answers the rows with these ids in their order. */
function mountByIds<T>(
  of: string,
  {
    permission,
    row,
    find,
  }: {
    permission: Permission
    row: z.ZodType<T, T>
    find: (db: Db, actor: Actor, ids: readonly string[]) => Promise<Map<string, T>>
  },
): void {
  const byIds = route({
    method: 'get',
    path: `/v1/bench/${of}`,
    operationId: `bench-${of}`,
    summary: `The ${of} with these ids`,
    permission,
    query: z.object({ ids: z.string() }),
    responses: { 200: { description: 'In the order asked.', schema: z.object({ rows: z.array(row) }) }, ...problems },
  })
  mount(
    app,
    server,
    bind(byIds, async ({ query }, context) => {
      const ids = query.ids.split(',').filter((id) => id !== '')
      const found = await find(context.db, context.actor, ids)
      return answer(200, { rows: ids.flatMap((id) => found.get(id) ?? []) })
    }),
  )
}
mountByIds('contacts', { permission: 'contacts:read', row: Contact, find: contactsByIds })
mountByIds('conversations', { permission: 'conversations:read', row: Conversation, find: conversationsByIds })
mountByIds('messages', { permission: 'conversations:read', row: Message, find: messagesByIds })
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
writeFileSync(join(config.dataDir, 'server.json'), JSON.stringify({ url: `http://127.0.0.1:${port}` }))
process.on('SIGTERM', () => {
  void (async () => {
    await app.close()
    await operator.stop()
    await server.classifier.stop()
    await pool.end()
    await embedded.stop()
    process.exit()
  })()
})
