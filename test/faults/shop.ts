// The business under test: its administrator signed in, its WhatsApp account connected, and its customers.
import type { z } from 'zod'
import type { CreateWhatsAppAccount, WhatsAppAccount } from '../../server/channels/schema.ts'
import { composeTextMessage } from '../../server/channels/whatsapp/compose.ts'
import { signBody } from '../../server/channels/whatsapp/signature.ts'
import { ask, type Answer } from './http.ts'
import { ADMINISTRATOR } from './server-process.ts'

export const PORTFOLIO = '506914307656634'
const PHONE_NUMBER_ID = '106540352242922'
const APP_SECRET = 'the app secret of the tests'

export interface Shop {
  /** Where Meta posts to, below the address of any server. */
  path: string
  /** What calls of the administrator carry. */
  headers: Record<string, string>
  /** Calls a route as the administrator. */
  call(url: string, method: 'GET' | 'POST', path: string, body?: object): Promise<Answer | null>
}

export interface Ids {
  phone?: string | undefined
  bsuid?: string | undefined
}

/** Signs in and connects an account, through the routes that the console uses. */
export async function openShop(url: string, { accessToken = '' } = {}): Promise<Shop> {
  const json = { 'content-type': 'application/json', 'earmark-request': 'test' }
  const signedIn = await ask(`${url}/auth/session`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(ADMINISTRATOR),
  })
  if (signedIn?.status !== 200) throw new Error(`signing in was answered ${signedIn?.status}: ${signedIn?.body}`)
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0]!
  const { organizations } = JSON.parse(signedIn.body) as { organizations: { slug: string }[] }
  const headers = { cookie, 'earmark-request': 'test', 'earmark-organization': organizations[0]!.slug }

  const call: Shop['call'] = (at, method, path, body) =>
    ask(
      at + path,
      body === undefined
        ? { method, headers }
        : { method, headers: { ...headers, ...json }, body: JSON.stringify(body) },
    )
  const account: z.input<typeof CreateWhatsAppAccount> = {
    name: 'Shop',
    portfolio_id: PORTFOLIO,
    waba_id: '102290129340398',
    app_secret: APP_SECRET,
    access_token: accessToken,
    channels: [{ name: 'Main number', phone_number_id: PHONE_NUMBER_ID, phone: '+15550783881' }],
  }
  const created = await call(url, 'POST', '/v1/whatsapp-accounts', account)
  if (created?.status !== 201) throw new Error(`connecting was answered ${created?.status}: ${created?.body}`)
  const { callback_url } = JSON.parse(created.body) as WhatsAppAccount
  return { path: new URL(callback_url).pathname, headers, call }
}

/** One text message as Meta writes it, not yet signed. */
export function composeMessage(message: {
  id: string
  ids: Ids
  name?: string
  username?: string
  text: string
  at: Date
}): string {
  return composeTextMessage({
    phoneNumberId: PHONE_NUMBER_ID,
    displayPhone: '+15550783881',
    wabaId: '102290129340398',
    from: message.ids.phone,
    userId: message.ids.bsuid,
    username: message.username,
    name: message.name,
    messageId: message.id,
    text: message.text,
    at: message.at,
  })
}

/** Several bodies as one, as Meta joins what happened at nearly the same time. */
export function joinBodies(bodies: readonly string[]): string {
  const entry = bodies.flatMap((body) => (JSON.parse(body) as { entry: unknown[] }).entry)
  return bodies.length === 1 ? bodies[0]! : JSON.stringify({ object: 'whatsapp_business_account', entry })
}

/** Posts a signed body; answers the status, or null when there was no answer. */
export async function deliver(url: string, shop: Shop, body: string, timeoutMs?: number): Promise<number | null> {
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signBody(body, APP_SECRET) }
  const answer = await ask(url + shop.path, {
    method: 'POST',
    headers,
    body,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
  return answer?.status ?? null
}
