// Checking an account's connection to Meta: whether its token works, and whose its numbers are.
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import type { Outgoing } from '../lib/outgoing.ts'
import { findAccessToken, getAccount, type Vault } from './accounts.ts'
import type { Channel, ConnectionCheck } from './schema.ts'
import { askAboutNumber, type GraphApi, type NumberAnswer } from './whatsapp/client.ts'

/** At once; an account has up to a hundred numbers. */
const TOGETHER = 5
/** True of the first number, true of all. */
const OF_THE_ACCOUNT: readonly string[] = ['token_refused', 'too_many', 'unreachable', 'address_private', 'unreadable']

/**
 * Asks Meta about each number of the account with its access token, and changes nothing. Refuses an account of another
 * organization; whatever Meta or the network says is an outcome, not an error.
 */
export async function checkAccount(
  db: Db,
  server: Vault & { outgoing: Outgoing },
  actor: Actor,
  accountId: string,
): Promise<ConnectionCheck[]> {
  const { channels } = await getAccount(db, server, actor, accountId)
  const accessToken = await findAccessToken(db, server.secretKey, actor, accountId)
  if (accessToken === null) return channels.map((channel) => checkOf(channel, NO_TOKEN))
  const api = { outgoing: server.outgoing, graphApiUrl: server.config.graphApiUrl, accessToken }
  const [first, ...others] = channels
  if (!first) return []
  const checks = [await checkChannel(api, first)]
  if (OF_THE_ACCOUNT.includes(checks[0]!.outcome))
    return channels.map((channel) => ({ ...checks[0]!, phone_number_id: channel.phone_number_id }))
  for (let n = 0; n < others.length; n += TOGETHER) {
    checks.push(...(await Promise.all(others.slice(n, n + TOGETHER).map((channel) => checkChannel(api, channel)))))
  }
  return checks
}

async function checkChannel(api: GraphApi, channel: Channel): Promise<ConnectionCheck> {
  const answer = await askAboutNumber(api, channel.phone_number_id)
  const digits = (phone: string) => phone.replaceAll(/\D/g, '')
  const differs = answer.display_phone_number !== null && digits(answer.display_phone_number) !== digits(channel.phone)
  return checkOf(channel, differs ? { ...answer, outcome: 'phone_differs' } : answer)
}

const checkOf = ({ phone_number_id }: Channel, answer: NumberAnswer): ConnectionCheck => ({
  phone_number_id,
  ...answer,
})

const NO_TOKEN: NumberAnswer = {
  outcome: 'token_missing',
  display_phone_number: null,
  verified_name: null,
  quality_rating: null,
  said: null,
}
