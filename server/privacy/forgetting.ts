// The rest of erasing, in the background: reading through what no key leads to, page by page, each in one transaction.
import { sql } from 'kysely'
import { forgetAnswers } from '../access/writing.ts'
import type { Server } from '../access/door.ts'
import { forgetSearches } from '../audit/forgetting.ts'
import { cutOutOfInterpreted, type DeliveryPlace } from '../channels/cutting.ts'
import { recognizing } from '../channels/whatsapp/cutting.ts'
import { searchesFor, type Traces } from '../contacts/erasing.ts'
import { forgetStatusesOf, type StatusPlace } from '../conversations/statuses.ts'
import type { Db, Tx } from '../lib/db.ts'
import { answerWithin, databaseAtFault, databaseAway } from '../lib/http.ts'
import { stepByStep } from '../lib/steps.ts'
import { forgetInOperations } from '../operations/forgetting.ts'

const LOOK_EVERY_MS = 3000
/** A page that takes longer is left to itself, as its transaction is ended there after the same time. */
const SILENT_MS = 60_000
const MOST_PUT_OFF_SECONDS = 3600

/** Where the search stands; `after` is the last key that was looked at. */
type Place =
  | { step: 'answers' }
  | { step: 'lists' }
  | { step: 'statuses'; after: StatusPlace | null }
  | { step: 'deliveries'; after: DeliveryPlace | null }
  | { step: 'done' }

interface ErasureRow {
  org_id: string
  id: string
  contact_ids: string[]
  erased_at: string
  traces: Traces
  /** How often its page failed since the last that did not. */
  place: Place & { failures?: number; retry_at?: string }
}

export interface Eraser {
  stop(): Promise<void>
}

type Resources = Pick<Server, 'db' | 'log' | 'secretKey'>

/** Goes on with what was erased, on whichever server; looks for it every few seconds. */
export function openEraser(
  server: Resources,
  { lookEveryMs = LOOK_EVERY_MS, silentMs = SILENT_MS }: { lookEveryMs?: number; silentMs?: number } = {},
): Eraser {
  let running: Promise<void> | null = null
  const stopping = new AbortController()
  const work = async (): Promise<void> => {
    try {
      await stepByStep(stopping.signal, () => answerWithin(silentMs, forgetOnce(server)))
    } catch (error) {
      if (databaseAtFault(error)) server.log.warn({ err: error }, 'erasing waits for the database')
      else server.log.error({ err: error }, 'erasing failed; it is tried again')
    }
    running = null
  }
  const look = () => {
    running ??= work()
  }
  const timer = setInterval(look, lookEveryMs).unref()
  return {
    async stop() {
      stopping.abort()
      clearInterval(timer)
      await running
    },
  }
}

/** The erasure that was taken, for when the transaction is rolled back. */
interface Taken {
  erasure?: ErasureRow
}

/**
 * Does one page of the oldest erasure that nobody else works on; answers whether there was any. A killed page is done again.
 * One that fails is put off, longer each time, and the others go on meanwhile.
 */
export async function forgetOnce({ db, log, secretKey }: Resources): Promise<boolean> {
  const taken: Taken = {}
  try {
    return await db.transaction().execute((tx) => takeAndForget(tx, secretKey, taken))
  } catch (error) {
    if (!taken.erasure || databaseAway(error)) throw error
    const { org_id, id } = taken.erasure
    log.error({ err: error, org_id, erasure_id: id }, 'a page of an erasure failed; it is put off')
    await putOff(db, taken.erasure)
    return true
  }
}

async function takeAndForget(tx: Tx, secretKey: Buffer, taken: Taken): Promise<boolean> {
  const { rows } = await sql<ErasureRow>`
    select org_id, id, contact_ids, erased_at, traces, place,
      set_config('idle_in_transaction_session_timeout', ${String(SILENT_MS)}, true)
    from contact_erasures where finished_at is null and coalesce((place ->> 'retry_at')::timestamptz <= now(), true)
    order by erased_at limit 1 for update skip locked`.execute(tx)
  const erasure = rows[0]
  if (!erasure) return false
  taken.erasure = erasure
  const { place, cut = 0 } = await forgetPage(tx, secretKey, erasure)
  await sql`
    update contact_erasures set place = ${JSON.stringify(place)}::jsonb, deliveries_cut = deliveries_cut + ${cut}
      ${place.step === 'done' ? sql`, traces = null, finished_at = clock_timestamp()` : sql``}
    where org_id = ${erasure.org_id} and id = ${erasure.id}`.execute(tx)
  return true
}

async function putOff(db: Db, { org_id: orgId, id, place: { failures = 0 } }: ErasureRow): Promise<void> {
  const seconds = Math.min(MOST_PUT_OFF_SECONDS, 10 * 4 ** failures)
  await sql`
    update contact_erasures set place = place || jsonb_build_object('failures', ${failures + 1}::int, 'retry_at', now() + make_interval(secs => ${seconds}))
    where org_id = ${orgId} and id = ${id} and finished_at is null`.execute(db)
}

async function forgetPage(
  tx: Tx,
  secretKey: Buffer,
  { org_id: orgId, contact_ids: contactIds, erased_at: until, traces, place }: ErasureRow,
): Promise<{ place: Place; cut?: number }> {
  switch (place.step) {
    case 'answers': {
      const held = [...contactIds, ...traces.phones, ...traces.user_ids]
      await forgetAnswers(tx, secretKey, orgId, (answer) => held.some((each) => answer.includes(each)))
      return { place: { step: 'lists' } }
    }
    case 'lists':
      await forgetInOperations(tx, orgId, contactIds, searchesFor(traces))
      await forgetSearches(tx, orgId, searchesFor(traces))
      return { place: { step: 'statuses', after: null } }
    case 'statuses': {
      const { after } = place
      const next = await forgetStatusesOf(tx, orgId, recognizing(traces), { after, until, test: traces.test })
      return { place: next === null ? { step: 'deliveries', after: null } : { step: 'statuses', after: next } }
    }
    case 'deliveries': {
      const { cut, next } = await cutOutOfInterpreted(tx, orgId, traces, { after: place.after, until })
      return { place: next === null ? { step: 'done' } : { step: 'deliveries', after: next }, cut }
    }
    case 'done':
      return { place }
  }
}
