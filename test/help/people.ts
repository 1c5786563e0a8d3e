// Customers for tests: contacts as they come about in life, by being seen.
import { Identities } from '../../server/contacts/identities.ts'
import type { Sighting } from '../../server/contacts/identity.ts'
import type { Person, TestServer } from './server.ts'

let phones = 0

/** A contact of the person's organization; without options a new phone number and no name. Answers its id. */
export async function sighted(server: TestServer, person: Person, sighting: Partial<Sighting> = {}): Promise<string> {
  const anonymous = sighting.wa_id === undefined && sighting.bsuid === undefined
  const seen: Sighting = {
    wa_id: anonymous ? String(4915110000000 + phones++) : null,
    bsuid: null,
    parent_bsuid: null,
    portfolio_id: 'portfolio',
    test: false,
    name: null,
    username: null,
    at: new Date().toISOString(),
    own_act: true,
    ...sighting,
  }
  return server.db.transaction().execute(async (tx) => {
    const identities = await Identities.open(tx, person.actor.org_id, [seen], [])
    const id = identities.see(seen)
    await identities.save()
    return id!
  })
}
