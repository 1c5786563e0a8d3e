// Contacts that other systems know: created, or given a name, by an id that WhatsApp knows them by.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordActivity } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { contactsByIds } from './contacts.ts'
import type { ExternalId } from './external-schema.ts'
import { Identities } from './identities.ts'
import { externalKey } from './identity.ts'
import { lockIdentities } from './identity-rows.ts'
import { candidatesOf } from './phones.ts'
import type { Contact } from './schema.ts'

interface Given {
  phone?: string | undefined
  bsuid?: string | undefined
  external_id?: ExternalId | undefined
  portfolio_id?: string | undefined
  display_name?: string | null | undefined
  first_seen_at?: string | undefined
  last_seen_at?: string | undefined
}

/**
 * The contact with this phone, business-scoped id or id of another system, made when there is none; the same again changes
 * nothing. A phone is found in every spelling that WhatsApp may use. A name that WhatsApp told stays; times count for a new
 * contact alone. Never makes up a phone. Refuses a number without its country's code, a portfolio that has to be named, times
 * in the future or in the wrong order, and ids that do not agree on who it is (`Identities.know`).
 */
export async function putContact(tx: Tx, actor: Actor, given: Given): Promise<{ contact: Contact; created: boolean }> {
  const { display_name = null, first_seen_at, last_seen_at } = given
  refuseTimes(given)
  await lockIdentities(tx, actor.org_id)
  const { phone, bsuid, portfolio_id, external_id } = given
  const ids = {
    wa_id: phone === undefined ? null : await waIdOf(tx, actor, phone),
    bsuid: bsuid ?? null,
    portfolio_id: bsuid === undefined ? '' : await portfolioOf(tx, actor, portfolio_id),
  }
  const external = external_id && externalKey(external_id)
  const at = new Date().toISOString()
  const sighting = { ...ids, parent_bsuid: null, test: false, name: null, username: null, at, own_act: false }
  const identities = await Identities.open(tx, actor.org_id, [sighting], [], actor, external ? [external] : [])
  const id = external ? identities.know(sighting, external) : identities.see(sighting)!
  const { isNew } = identities.give(id, {
    name: display_name,
    ...(first_seen_at === undefined ? {} : { first_seen_at: inUtc(first_seen_at) }),
    ...(last_seen_at === undefined ? {} : { last_seen_at: inUtc(last_seen_at) }),
  })
  const { changed, conflicts } = await identities.save()
  if (changed.length > 0)
    await recordActivity(tx, actor.org_id, new Set(changed), { conflicts, conversationIds: new Set() })
  return { contact: (await contactsByIds(tx, actor, [id])).get(id)!, created: isNew }
}

const inUtc = (time: string) => new Date(time).toISOString()

/** The digits under which the number is known here; as they are written when it is not. */
async function waIdOf(tx: Tx, actor: Actor, phone: string): Promise<string> {
  const candidates = candidatesOf(phone)
  const { rows } = await sql<{ value: string }>`
    select value from contact_identities
    where org_id = ${actor.org_id} and kind = 'phone' and scope = '' and value = any(${candidates}::text[])
    order by retired_at is not null, array_position(${candidates}::text[], value) limit 1`.execute(tx)
  return rows[0]?.value ?? candidates[0]
}

async function portfolioOf(tx: Tx, actor: Actor, named: string | undefined): Promise<string> {
  const { rows } = await sql<{ portfolio_id: string }>`
    select distinct portfolio_id from whatsapp_accounts where org_id = ${actor.org_id} and kind = 'live'`.execute(tx)
  const known = rows.map(({ portfolio_id }) => portfolio_id)
  if (named !== undefined && known.includes(named)) return named
  if (named === undefined && known.length === 1) return known[0]!
  throw new Problem(
    'invalid',
    'A business-scoped id belongs to one portfolio: name that of a connected WhatsApp account.',
    { reason: 'portfolio_unknown', field: 'portfolio_id' },
  )
}

function refuseTimes({ first_seen_at: first, last_seen_at: last }: Given): void {
  for (const [field, time] of Object.entries({ first_seen_at: first, last_seen_at: last }))
    if (time !== undefined && Date.parse(time) > Date.now())
      throw new Problem('invalid', 'A contact was not seen in the future.', { reason: 'time_future', field })
  if (first !== undefined && last !== undefined && Date.parse(last) < Date.parse(first))
    throw new Problem('invalid', 'A contact cannot have been last seen before it was first seen.', {
      reason: 'times_crossed',
      field: 'last_seen_at',
    })
}
