// What the doors write: one transaction a call, and once for each idempotency key that callers give.
import { createHash, createHmac } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Live } from '../events/live.ts'
import { decrypt, encrypt, tryDecrypt } from '../lib/crypto.ts'
import { outlivingDeadlocks, prepared, type Db, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { Actor } from './actor.ts'

/** How a route writes, at most once a call. */
export interface Writing {
  /**
   * In one transaction, from which the answer comes. The work may be begun anew, when the database ended it in favor of
   * somebody else's. With the header Idempotency-Key it happens once however often the call is repeated: a repeat gets the
   * answer of the first, and Idempotency-Replayed.
   */
  write<A extends Answer>(work: (tx: Tx) => Promise<A>): Promise<A>
  /**
   * As `write`, for work that needs to hear from another server first. That one is asked without a transaction, which would
   * stay open as long as it likes; its refusal is the route's. A repeat asks nobody.
   */
  writeAsking<Q, A extends Answer>(ask: () => Promise<Q>, work: (tx: Tx, heard: Q) => Promise<A>): Promise<A>
}

interface Vault {
  db: Db
  secretKey: Buffer
}

/** What a call writes by. A key belongs to an organization; what a person does beside them is told apart by itself. */
export function writingOf(
  server: Vault & { live: Pick<Live, 'wake'> },
  { actor, operationId, request, reply }: CallOf,
): Writing {
  const key = request.headers['idempotency-key']
  const keyed = (): { by: Actor; call: KeyedRequest } | null => {
    if (key === undefined || actor === null) return null
    const { params, query } = request
    return { by: actor, call: { key: String(key), operationId, params, query, body: nameOfBody(request.body) } }
  }
  const told = <A>(outcome: Outcome<A>): A => {
    if (outcome.replayed) reply.header('idempotency-replayed', 'true')
    if ('refused' in outcome) throw outcome.refused
    return outcome.answer
  }
  const write: Writing['write'] = async (work) => {
    const named = keyed()
    const answer = await outlivingDeadlocks(async () =>
      named ? told(await writeOnce(server, named.by, named.call, work)) : server.db.transaction().execute(work),
    )
    server.live.wake()
    return answer
  }
  return {
    write,
    async writeAsking<Q, A extends Answer>(ask: () => Promise<Q>, work: (tx: Tx, heard: Q) => Promise<A>) {
      const named = keyed()
      const before = named && (await answeredBefore(server, named.by, named.call))
      if (before) return told(before)
      let heard: Q
      try {
        heard = await ask()
      } catch (error) {
        return write<A>(() => Promise.reject(error))
      }
      return write((tx) => work(tx, heard))
    },
  }
}

interface CallOf {
  actor: Actor | null
  operationId: string
  request: FastifyRequest
  reply: FastifyReply
}

const nameOfBody = (body: unknown): unknown =>
  Buffer.isBuffer(body) ? createHash('sha256').update(body).digest('hex') : body

/** What a caller asks for, as it names a repetition of itself. */
export interface KeyedRequest {
  /** The header Idempotency-Key. */
  key: string
  operationId: string
  params: unknown
  query: unknown
  body: unknown
}

interface Answer {
  status: number
  body: unknown
}

interface KeyRow {
  request_hash: Buffer
  answer: Buffer
}

/** What is kept of a refusal. */
type Refused = Pick<Problem, 'code' | 'message' | 'details'>

type Outcome<A> = { answer: A; replayed: boolean } | { refused: Problem; replayed: boolean }

/**
 * Runs a write and keeps its answer under the key, in one transaction. A repeat of the same request answers what was
 * answered then. The same key with another request is refused (`idempotency_key_reused`). A failed write keeps nothing, so
 * that it may be tried again under its key.
 *
 * For people, of two at once the second waits for the first, and a refused write keeps nothing either: they mend what was
 * refused, and try again. For API keys it is as integrators know it (draft-ietf-httpapi-idempotency-key-header): while one
 * is under way another is refused (`idempotency_twin`), and a refusal is kept and repeated.
 */
export async function writeOnce<A extends Answer>(
  vault: Vault,
  actor: Actor,
  request: KeyedRequest,
  write: (tx: Tx) => Promise<A>,
): Promise<Outcome<A>> {
  const { db, secretKey } = vault
  const { key } = request
  const strict = actor.kind === 'api_key'
  refuseBadKey(key)
  const hash = hashOf(secretKey, request)
  const purpose = purposeOf(owned(actor, key))
  return db.transaction().execute(async (tx) => {
    if (strict) await refuseTwin(tx, purpose)
    // Waits while another transaction holds the key, and finds it free when that one fails.
    const { rows: taken } = await sql`
      insert into idempotency_keys (org_id, actor_kind, actor_id, key, request_hash)
      values (${actor.org_id}, ${actor.kind}, ${actor.id}, ${key}, ${hash}) on conflict do nothing returning key`.execute(
      prepared(tx),
    )
    if (taken.length === 0) {
      const before = await keptAnswer(tx, secretKey, actor, request)
      if (!before)
        throw new Problem('conflict', 'This key has just been forgotten. Repeat the call with a new one.', {
          reason: 'idempotency_key_forgotten',
        })
      return before
    }
    const outcome = strict ? await doneOrRefused(tx, write) : { answer: await write(tx) }
    const kept =
      'refused' in outcome ? { refused: outcome.refused } : { status: outcome.answer.status, body: outcome.answer.body }
    const sealed = encrypt(secretKey, purpose, JSON.stringify(kept))
    await sql`update idempotency_keys set answer = ${sealed} where ${isOf(actor, key)}`.execute(prepared(tx))
    return 'refused' in outcome
      ? { refused: problemOf(outcome.refused), replayed: false }
      : { answer: outcome.answer, replayed: false }
  })
}

/** What the same call was answered before under its key; null when it has not been made, or is under way. */
async function answeredBefore(
  { db, secretKey }: Vault,
  actor: Actor,
  request: KeyedRequest,
): Promise<Outcome<never> | null> {
  refuseBadKey(request.key)
  return keptAnswer(db, secretKey, actor, request)
}

/** What is kept under the key: the same call's, and so of its route. Refuses a key that was given to another call. */
async function keptAnswer(
  db: Db,
  secretKey: Buffer,
  actor: Actor,
  request: KeyedRequest,
): Promise<Outcome<never> | null> {
  const { key } = request
  const { rows } = await sql<KeyRow>`
    select request_hash, answer from idempotency_keys where ${isOf(actor, key)}`.execute(db)
  const before = rows[0]
  if (!before) return null
  if (!before.request_hash.equals(hashOf(secretKey, request)))
    throw new Problem(
      'invalid',
      'This idempotency key was given to another call before. Use a new key for each call.',
      {
        reason: 'idempotency_key_reused',
        field: 'Idempotency-Key',
      },
    )
  const kept = JSON.parse(decrypt(secretKey, purposeOf(owned(actor, key)), before.answer)) as { refused?: Refused }
  return kept.refused ? { refused: problemOf(kept.refused), replayed: true } : { answer: kept as never, replayed: true }
}

function refuseBadKey(key: string): void {
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Problem('invalid', 'An idempotency key has 1 to 200 visible ASCII characters, such as a UUID.', {
      reason: 'idempotency_key_invalid',
      field: 'Idempotency-Key',
    })
}

const hashOf = (secretKey: Buffer, { operationId, params, query, body }: KeyedRequest): Buffer =>
  createHmac('sha256', secretKey)
    .update(JSON.stringify([operationId, params, query, body]))
    .digest()

const owned = (actor: Actor, key: string): OwnedKey => ({
  org_id: actor.org_id,
  actor_kind: actor.kind,
  actor_id: actor.id,
  key,
})

const isOf = ({ org_id, kind, id }: Actor, key: string) =>
  sql`org_id = ${org_id} and actor_kind = ${kind} and actor_id = ${id} and key = ${key}`

async function refuseTwin(tx: Tx, purpose: string): Promise<void> {
  const { rows } = await sql<{ free: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${purpose}, 0)) as free`.execute(prepared(tx))
  if (!rows[0]!.free)
    throw new Problem('conflict', 'The same call is under way. Repeat it in a moment to get its answer.', {
      reason: 'idempotency_twin',
      retryAfterSeconds: 1,
    })
}

/** Undoes what a refused write had done, and answers the refusal; one that passes by waiting is thrown. */
async function doneOrRefused<A>(tx: Tx, write: (tx: Tx) => Promise<A>): Promise<{ answer: A } | { refused: Refused }> {
  await sql`savepoint asked`.execute(tx)
  try {
    return { answer: await write(tx) }
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 429) throw error
    await sql`rollback to savepoint asked`.execute(tx)
    const { code, message, details } = error
    return { refused: { code, message, details } }
  }
}

const problemOf = ({ code, message, details }: Refused) => new Problem(code, message, details)

interface OwnedKey {
  org_id: string
  actor_kind: string
  actor_id: string
  key: string
}

const purposeOf = ({ org_id, actor_kind, actor_id, key }: OwnedKey): string =>
  `idempotency_keys.answer:${org_id}:${actor_kind}:${actor_id}:${key}`

/** Forgets the answers of an organization that hold something; a repeat of such a call is a call of its own again. */
export async function forgetAnswers(
  tx: Tx,
  secretKey: Buffer,
  orgId: string,
  holds: (answer: string) => boolean,
): Promise<void> {
  const { rows } = await sql<OwnedKey & { answer: Buffer }>`
    select org_id, actor_kind, actor_id, key, answer from idempotency_keys where org_id = ${orgId} and answer is not null`.execute(
    tx,
  )
  for (const { answer, ...row } of rows) {
    const text = tryDecrypt(secretKey, purposeOf(row), answer)
    if (text === null || !holds(text)) continue
    await sql`delete from idempotency_keys
      where org_id = ${orgId} and actor_kind = ${row.actor_kind} and actor_id = ${row.actor_id} and key = ${row.key}`.execute(
      tx,
    )
  }
}

/** Forgets the keys of yesterday: by then nobody repeats a call any more. */
export async function forgetOldKeys(db: Db): Promise<void> {
  await sql`delete from idempotency_keys where created_at < now() - interval '24 hours'`.execute(db)
}
