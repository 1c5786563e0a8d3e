// A connected account, and deliveries of messages signed as Meta signs them.
import { systemActor } from '../server/access/actor.ts'
import { callbackPath, createAccount } from '../server/channels/accounts.ts'
import { signBody } from '../server/channels/whatsapp/signature.ts'
import { loadConfig } from '../server/config.ts'
import { loadSecretKey } from '../server/lib/secret-key.ts'
import type { Call } from './load.ts'
import { BENCH_SECRET_KEY, type BenchServer } from './server-process.ts'

const PORTFOLIO = '1'
const WABA = '2'

/** Connects an account with these numbers, whose app has this secret; answers its id. */
export async function connectAccount(
  server: BenchServer,
  appSecret: string,
  phoneNumberIds: readonly string[],
  accessToken = '',
): Promise<string> {
  const organization = await server.db.selectFrom('organizations').select('id').executeTakeFirstOrThrow()
  const config = loadConfig({ SECRET_KEY: BENCH_SECRET_KEY, DATA_DIR: server.dataDir }, '/nonexistent/.env')
  const vault = { config, secretKey: loadSecretKey(config) }
  const account = await server.db.transaction().execute((tx) =>
    createAccount(tx, vault, systemActor(organization.id), {
      name: 'Bench',
      portfolio_id: PORTFOLIO,
      waba_id: WABA,
      app_secret: appSecret,
      access_token: accessToken,
      channels: phoneNumberIds.map((id, n) => ({
        name: `Bench ${n + 1}`,
        phone_number_id: id,
        phone: `+1555078388${n + 1}`,
      })),
    }),
  )
  return account.id
}

export interface Written {
  id: string
  /** The customer's number, digits alone. */
  from: string
  userId?: string
  name: string
  text: string
}

/** One delivery with these messages, as it is posted to the webhook. */
export function signedDelivery(
  { accountId, secret, phoneNumberId }: { accountId: string; secret: string; phoneNumberId: string },
  messages: readonly Written[],
): Call {
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550783881', phone_number_id: phoneNumberId },
    contacts: messages.map(({ from, userId, name }) => ({
      profile: { name },
      wa_id: from,
      ...(userId === undefined ? {} : { user_id: userId }),
    })),
    messages: messages.map(({ id, from, userId, text }) => ({
      from,
      ...(userId === undefined ? {} : { from_user_id: userId }),
      id,
      timestamp: String(Math.floor(Date.now() / 1000)),
      type: 'text',
      text: { body: text },
    })),
  }
  const body = Buffer.from(
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: WABA, changes: [{ field: 'messages', value }] }],
    }),
  )
  return {
    path: callbackPath(accountId),
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signBody(body, secret) },
    body,
  }
}
