// How many calls a key may make in a minute, over all servers: each takes some of them in advance from the database.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'

const MINUTE_MS = 60_000
/** A hundredth at a time: what a server has taken and does not need, another may miss. */
const SHARE = 0.01

export interface Limit {
  allowed: boolean
  /** Calls left in this minute, as far as this server knows. */
  left: number
  /** Until then the minute lasts. */
  seconds: number
}

interface RatedKey {
  orgId: string
  keyId: string
  perMinute: number
}

export interface Rates {
  /** Counts one call. */
  take(key: RatedKey): Promise<Limit>
}

interface Held {
  minute: number
  /** The limit by which it was last looked: with another one nothing of it holds. */
  perMinute: number
  /** What this server may give out without asking. */
  mine: number
  /** What nobody has taken yet, when it was last looked. */
  others: number
  asking: Promise<void> | null
}

export function openRates(db: Db): Rates {
  const held = new Map<string, Held>()
  const ask = async (key: RatedKey, own: Held): Promise<void> => {
    const { minute, given, taken } = await takeSome(db, key)
    if (minute > own.minute) own.mine = 0
    own.minute = minute
    own.perMinute = key.perMinute
    own.mine += given
    own.others = Math.max(0, key.perMinute - taken)
  }
  return {
    async take(key) {
      const own = held.get(key.keyId) ?? { minute: 0, perMinute: 0, mine: 0, others: 0, asking: null }
      held.set(key.keyId, own)
      const now = () => Math.floor(Date.now() / MINUTE_MS)
      const known = () => own.minute >= now() && own.perMinute === key.perMinute
      if (!known()) own.mine = 0
      const full = () => known() && own.others === 0
      // Many calls at once ask once, and those for whom it was not enough once more.
      while (own.mine === 0 && !full()) {
        own.asking ??= ask(key, own).finally(() => {
          own.asking = null
        })
        await own.asking
      }
      const allowed = own.mine > 0
      if (allowed) own.mine--
      return {
        allowed,
        left: own.mine + own.others,
        seconds: Math.max(1, Math.ceil(((own.minute + 1) * MINUTE_MS - Date.now()) / 1000)),
      }
    },
  }
}

/** By the database's clock, so that servers whose clocks differ speak of the same minute. */
async function takeSome(
  db: Db,
  { orgId, keyId, perMinute }: RatedKey,
): Promise<{ minute: number; taken: number; given: number }> {
  const some = Math.max(1, Math.floor(perMinute * SHARE))
  const { rows } = await sql<{ minute: string; taken: number; given: number }>`
    insert into api_key_minutes as m (org_id, key_id, minute, taken, given)
    values (${orgId}, ${keyId}, date_trunc('minute', clock_timestamp()), ${some}, ${some})
    on conflict (org_id, key_id) do update set
      minute = greatest(m.minute, excluded.minute),
      given = case when m.minute < excluded.minute then ${some} else least(${some}, greatest(0, ${perMinute} - m.taken)) end,
      taken = case when m.minute < excluded.minute then ${some} else m.taken + least(${some}, greatest(0, ${perMinute} - m.taken)) end
    returning minute, taken, given`.execute(db)
  const row = rows[0]!
  return { ...row, minute: Math.floor(Date.parse(row.minute) / MINUTE_MS) }
}
