// The webhook's very route, signature check and all, in front of a store that keeps nothing: what HTTP alone costs.
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify'
import { openWebhookDoor } from '../server/channels/webhook.ts'
import { createLog } from '../server/lib/log.ts'

const [file, id, secret] = process.argv.slice(2) as [string, string, string]
const log: FastifyBaseLogger = createLog('warn')
const app = Fastify({ loggerInstance: log, logController: new LogController({ disableRequestLogging: true }) })
await openWebhookDoor(app, {
  log,
  deliveries: { store: async () => {} },
  findAccount: async () => ({ org_id: id, id, app_secrets: [secret], verify_token: '' }),
  recordRefusals: async () => {},
})
await app.listen({ port: 0, host: '127.0.0.1' })
writeFileSync(file, JSON.stringify({ url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` }))
