// The door where Meta delivers: the handshake, and signed bodies that are stored before they are answered.
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { sameText } from '../lib/crypto.ts'
import { Problem } from '../lib/errors.ts'
import { answerWithin } from '../lib/http.ts'
import { isId } from '../lib/ids.ts'
import type { AccountSecrets } from './accounts.ts'
import type { DeliveryStore } from './storing.ts'
import { signatureMatches } from './whatsapp/signature.ts'

/** Meta posts up to 3 MB. */
const BODY_LIMIT = 4 << 20
/** For this long a changed secret or a removed account may still be seen as it was. */
const REMEMBER_MS = 2000
/** Meta had better come again than wait for a silent database. */
const LOOK_UP_MS = 3000
const FLUSH_REFUSALS_MS = 1000

export interface WebhookDependencies {
  deliveries: DeliveryStore
  /** The account that an address names, or null. */
  findAccount(id: string): Promise<AccountSecrets | null>
  recordRefusals(accountId: string, count: number, reason: string): Promise<void>
  log: FastifyBaseLogger
}

export interface WebhookDoor {
  /** Writes the refusals counted so far. */
  stop(): Promise<void>
}

/**
 * GET is Meta's handshake; POST answers 200 only when the raw body is on disk. A wrong signature is 401 and nothing of
 * the body is kept. Anything but 200 makes Meta send the delivery again, for up to seven days.
 * https://developers.facebook.com/docs/graph-api/webhooks/getting-started
 */
export async function openWebhookDoor(
  app: FastifyInstance,
  { deliveries, log, ...accounts }: WebhookDependencies,
): Promise<WebhookDoor> {
  const remembered = new Map<string, { account: AccountSecrets; until: number }>()
  const lookedUp = new Map<string, Promise<AccountSecrets>>()
  const refusals = new Map<string, { count: number; reason: string }>()

  // By a clock that never jumps.
  const findAccount = async (id: string, fresh: boolean): Promise<AccountSecrets> => {
    if (!isId(id)) throw noAccount()
    const known = remembered.get(id)
    if (!fresh && known && known.until > performance.now()) return known.account
    // One at a time: when the database is silent, the others must not take its connections for the same question.
    const asked = fresh ? undefined : lookedUp.get(id)
    const account = asked ?? answerWithin(LOOK_UP_MS, lookUp(id)).finally(() => lookedUp.delete(id))
    if (!asked && !fresh) lookedUp.set(id, account)
    return account
  }

  const lookUp = async (id: string): Promise<AccountSecrets> => {
    const account = await accounts.findAccount(id)
    remembered.delete(id)
    if (!account) throw noAccount()
    if (remembered.size > 1000) remembered.clear()
    remembered.set(id, { account, until: performance.now() + REMEMBER_MS })
    return account
  }

  const flush = async (): Promise<void> => {
    for (const [id, { count, reason }] of refusals) {
      refusals.delete(id)
      await accounts
        .recordRefusals(id, count, reason)
        .catch((error: unknown) => log.error({ err: error }, 'could not count refused deliveries'))
    }
  }
  const timer = setInterval(() => void flush(), FLUSH_REFUSALS_MS).unref()

  await app.register(async (scope) => {
    // The signature is over the bytes as they came, so nothing may parse them before.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    )

    scope.get<{ Params: { id: string }; Querystring: Record<string, unknown> }>(
      '/webhooks/whatsapp/:id',
      async (request, reply) => {
        const account = await findAccount(request.params.id, true)
        const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = request.query
        if (
          mode !== 'subscribe' ||
          typeof token !== 'string' ||
          typeof challenge !== 'string' ||
          !sameText(token, account.verify_token)
        ) {
          throw new Problem(
            'forbidden',
            'The verify token is not the one of this account. Copy it from Settings → WhatsApp.',
            { reason: 'verify_token_wrong' },
          )
        }
        return reply.type('text/plain; charset=utf-8').header('x-content-type-options', 'nosniff').send(challenge)
      },
    )

    scope.post<{ Params: { id: string }; Body: Buffer | undefined }>(
      '/webhooks/whatsapp/:id',
      { bodyLimit: BODY_LIMIT },
      async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const header = request.headers['x-hub-signature-256']
        const signature = typeof header === 'string' ? header : undefined
        let account = await findAccount(request.params.id, false)
        if (!signatureMatches(signature, body, account.app_secrets)) {
          account = await findAccount(request.params.id, true)
          if (!signatureMatches(signature, body, account.app_secrets)) {
            const reason = signature === undefined ? 'signature_missing' : 'signature_wrong'
            refusals.set(account.id, { count: (refusals.get(account.id)?.count ?? 0) + 1, reason })
            throw new Problem('unauthenticated', SIGNATURES[reason], { reason })
          }
        }
        await deliveries.store({ org_id: account.org_id, account_id: account.id, body })
        return reply.code(200).type('text/plain').send('EVENT_RECEIVED')
      },
    )
  })

  return {
    async stop() {
      clearInterval(timer)
      await flush()
    },
  }
}

const SIGNATURES = {
  signature_missing: 'The signature was missing.',
  signature_wrong: 'The signature was wrong: the app secret here is not the one in Meta.',
}

const noAccount = () =>
  new Problem(
    'not_found',
    'There is no WhatsApp account at this address. Copy the Callback URL from Settings → WhatsApp.',
    { reason: 'webhook_missing' },
  )
