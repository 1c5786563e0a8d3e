// A test: an event of the type test, sent once and at once, and what came back.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Server } from '../access/door.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { findSecrets } from './endpoints.ts'
import { post } from './posting.ts'
import type { Tested } from './schema.ts'

/**
 * Sends a test, also where the webhook is switched off. It is no event: nobody else hears of it, it is not in the log, and
 * it is not tried again. Whatever comes of it is an outcome, not an error.
 */
export async function testWebhook(
  { db, secretKey, outgoing }: Pick<Server, 'db' | 'secretKey' | 'outgoing'>,
  actor: Actor,
  id: string,
): Promise<Tested> {
  const { url, secrets } = await findSecrets(db, secretKey, actor, id)
  if (secrets.length === 0)
    throw new Problem('conflict', 'This server cannot open the secret of the webhook. Replace the secret first.', {
      reason: 'webhook_secret_lost',
    })
  const { rows } = await sql<{ name: string }>`select name from organizations where id = ${actor.org_id}`.execute(db)
  const { kind, name } = actor
  // In the shape of an event, so that a receiver that takes it takes those.
  const body = {
    id: 0,
    type: 'test',
    at: new Date().toISOString(),
    contact_id: null,
    tag_id: null,
    actor: { kind, id: actor.id, name },
    source: null,
    before: null,
    after: { organization: rows[0]!.name },
  }
  const webhook_id = `test_${newId()}`
  const { status, failure, took_ms, answer } = await post(
    outgoing,
    { url, secrets },
    { id: webhook_id, body: JSON.stringify(body) },
  )
  return { status, failure, took_ms, answer, webhook_id, body }
}
