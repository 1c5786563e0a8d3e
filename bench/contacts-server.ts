// The product's HTTP server with one route more: the same contacts by their ids, which is what reading a page costs at least.
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { bind, mount, type Server } from '../server/access/door.ts'
import { prepareFirstSetup } from '../server/access/setup.ts'
import { buildApp } from '../server/app.ts'
import { loadConfig } from '../server/config.ts'
import { contactsByIds } from '../server/contacts/contacts.ts'
import { listContacts } from '../server/contacts/schema.ts'
import { openLive } from '../server/events/live.ts'
import { openOperator } from '../server/operations/running.ts'
import { prepareDataDir } from '../server/lib/data-dir.ts'
import { openDatabase } from '../server/lib/db.ts'
import { createLog } from '../server/lib/log.ts'
import { migrate } from '../server/lib/migrate.ts'
import { startEmbeddedPostgres } from '../server/lib/postgres.ts'
import { answer, route } from '../server/lib/route.ts'
import { openOutgoing } from '../server/lib/outgoing.ts'
import { openMetrics } from '../server/watching/metrics.ts'
import { loadSecretKey } from '../server/lib/secret-key.ts'

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
  tellRead() {},
  live: openLive({ db, log }),
  metrics: openMetrics(),
  outgoing: openOutgoing({ allowPrivate: false }),
}
const operator = openOperator(server)
const app = await buildApp(server)
const sameContacts = route({
  method: 'get',
  path: '/v1/bench/contacts',
  operationId: 'benchContacts',
  summary: 'The contacts with these ids',
  permission: 'contacts:read',
  query: z.object({ ids: z.string() }),
  responses: listContacts.responses,
})
mount(
  app,
  server,
  bind(sameContacts, async ({ query }, context) => {
    const ids = query.ids.split(',').filter((id) => id !== '')
    const found = await contactsByIds(context.db, context.actor, ids)
    return answer(200, { contacts: ids.flatMap((id) => found.get(id) ?? []), next_cursor: null })
  }),
)
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
writeFileSync(join(config.dataDir, 'server.json'), JSON.stringify({ url: `http://127.0.0.1:${port}` }))
process.on('SIGTERM', () => {
  void (async () => {
    await app.close()
    await operator.stop()
    await pool.end()
    await embedded.stop()
    process.exit()
  })()
})
