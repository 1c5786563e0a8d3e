// Numbers that send nothing for a while, and tokens that Meta refuses: for the sender, and for people to see.
import { sql } from 'kysely'
import { systemActor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import { tryDecrypt } from '../lib/crypto.ts'
import { prepared, type Db, type Tx } from '../lib/db.ts'
import { purpose } from './sealing.ts'

export type PauseReason = 'throttled' | 'unreachable' | 'token_refused' | 'token_missing'

/** A number, as sending by it needs it. */
export interface SendingChannel {
  org_id: string
  id: string
  account_id: string
  phone_number_id: string
  waba_id: string
  test: boolean
  access_token: string | null
  paused: boolean
  /** Whether anything remembers that sending was refused. */
  doubted: boolean
}

/** The number as it is now; null when it is there no more. */
export async function findSendingChannel(
  db: Db,
  secretKey: Buffer,
  orgId: string,
  channelId: string,
): Promise<SendingChannel | null> {
  const { rows } = await sql<Omit<SendingChannel, 'access_token'> & { access_token: Buffer | null }>`
    select c.org_id, c.id, c.account_id, c.phone_number_id, a.waba_id, a.kind = 'test' as test, a.access_token,
      coalesce(c.paused_until > clock_timestamp(), false) as paused,
      c.paused_until is not null or a.token_refused_at is not null as doubted
    from channels c join whatsapp_accounts a on a.org_id = c.org_id and a.id = c.account_id
    where c.org_id = ${orgId} and c.id = ${channelId}`.execute(prepared(db))
  const row = rows[0]
  if (!row) return null
  const sealed = row.access_token
  return { ...row, access_token: sealed && tryDecrypt(secretKey, purpose(row.account_id, 'access_token'), sealed) }
}

interface Pause {
  reason: PauseReason
  milliseconds: number
}

/** Nothing is sent by the number for so long. */
export async function pauseChannel(db: Db, channel: SendingChannel, { reason, milliseconds }: Pause): Promise<void> {
  await sql`
    update channels set paused_until = greatest(paused_until, clock_timestamp() + make_interval(secs => ${milliseconds / 1000})), pause_reason = ${reason}
    where org_id = ${channel.org_id} and id = ${channel.id}`.execute(db)
}

/** Meta refuses the account's token: none of its numbers sends for so long, or until there is another token. */
export async function pauseAccount(db: Db, channel: SendingChannel, { reason, milliseconds }: Pause): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (reason === 'token_refused') {
      const { rows } = await sql`
        update whatsapp_accounts set token_refused_at = clock_timestamp()
        where org_id = ${channel.org_id} and id = ${channel.account_id} and token_refused_at is null returning id`.execute(
        tx,
      )
      if (rows.length > 0) await recordEvents(tx, systemActor(channel.org_id), [{ kind: 'organization.token_refused' }])
    }
    await sql`
      update channels set paused_until = greatest(paused_until, clock_timestamp() + make_interval(secs => ${milliseconds / 1000})), pause_reason = ${reason}
      where org_id = ${channel.org_id} and account_id = ${channel.account_id}`.execute(tx)
  })
}

/** Something was taken: the number sends, and the token is right. */
export async function forgetPause(db: Db, channel: SendingChannel): Promise<void> {
  await sql`
    update channels set paused_until = null, pause_reason = null
    where org_id = ${channel.org_id} and id = ${channel.id} and paused_until is not null`.execute(db)
  await forgetRefusedToken(db, channel.org_id, channel.account_id)
}

/** The account's numbers send again that waited for another token. */
export async function forgetRefusedToken(db: Db, orgId: string, accountId: string): Promise<void> {
  const { rows } = await sql<{ refused: boolean }>`
    with account as (
      update whatsapp_accounts set token_refused_at = null
      where org_id = ${orgId} and id = ${accountId} and token_refused_at is not null returning id
    ), numbers as (
      update channels set paused_until = null, pause_reason = null
      where org_id = ${orgId} and account_id = ${accountId} and pause_reason in ('token_refused', 'token_missing')
    )
    select exists (select from account) as refused`.execute(db)
  if (rows[0]!.refused)
    await (db.isTransaction ? tellResumed(db as Tx, orgId) : db.transaction().execute((tx) => tellResumed(tx, orgId)))
}

const tellResumed = (tx: Tx, orgId: string) =>
  recordEvents(tx, systemActor(orgId), [{ kind: 'organization.token_accepted' }])

/** The organizations, of these, with an account whose token Meta refuses: nothing of it is sent. */
export async function findRefusedTokens(db: Db, orgIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`
    select distinct org_id from whatsapp_accounts where org_id = any(${orgIds}::uuid[]) and kind = 'live' and token_refused_at is not null`.execute(
    db,
  )
  return rows.map((row) => row.org_id)
}

/** The test phone's number sends again, whatever it was paused for. */
export async function forgetTestPauses(db: Db, orgId: string): Promise<void> {
  await sql`
    with account as (
      update whatsapp_accounts set token_refused_at = null
      where org_id = ${orgId} and kind = 'test' and token_refused_at is not null
    )
    update channels c set paused_until = null, pause_reason = null from whatsapp_accounts a
    where c.org_id = ${orgId} and a.org_id = c.org_id and a.id = c.account_id and a.kind = 'test' and c.paused_until is not null`.execute(
    db,
  )
}
