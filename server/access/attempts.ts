// Limits on guessing: every attempt is counted before it is judged, so that a burst of them at once cannot slip past.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'

interface Limit {
  key: string
  /** So many within the minutes; the next is refused. */
  most: number
  minutes: number
}

export interface Attempt {
  /** It was no wrong guess: it does not count. Nor do the earlier ones under these keys. */
  forgive(...keys: string[]): Promise<void>
}

const WINDOW_MINUTES = 15
/** Of codes: fifty a day are a chance of one in seven thousand for whoever knows the password already. */
const DAY_MINUTES = 24 * 60

/** Under which a person is found by their e-mail address, however it is written. */
export const emailKey = (email: string): string => email.trim().normalize('NFKC').toLowerCase()

export const signInLimits = (address: string, person: string): Limit[] => [
  { key: pairKey(address, person), most: 10, minutes: WINDOW_MINUTES },
  { key: `address:${address}`, most: 60, minutes: WINDOW_MINUTES },
  { key: `email:${person}`, most: 100, minutes: WINDOW_MINUTES },
]
export const pairKey = (address: string, person: string): string => `pair:${address}:${person}`

/** Of the password that a signed-in person is asked for again. */
export const passwordLimits = (userId: string): Limit[] => [
  { key: `password:${userId}`, most: 10, minutes: WINDOW_MINUTES },
]

export const codeLimits = (userId: string): Limit[] => [
  { key: codeKey(userId), most: 10, minutes: WINDOW_MINUTES },
  { key: codeKey(userId), most: 50, minutes: DAY_MINUTES },
]
export const codeKey = (userId: string): string => `code:${userId}`

/** Counts one more attempt; refuses it with `too_many` when that is more than one of the limits allows. */
export async function countAttempt(db: Db, limits: readonly Limit[]): Promise<Attempt> {
  const keys = [...new Set(limits.map(({ key }) => key))]
  const [counted] = await db
    .insertInto('sign_in_failures')
    .values(keys.map((key) => ({ key })))
    .returning('failed_at')
    .execute()
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from sign_in_failures f
      where f.key = l.key and f.failed_at > now() - make_interval(mins => l.minutes))::int as count
    from unnest(${limits.map(({ key }) => key)}::text[], ${limits.map(({ minutes }) => minutes)}::integer[])
      with ordinality as l (key, minutes, n) order by l.n`.execute(db)
  const passed = limits.find(({ most }, n) => rows[n]!.count > most)
  if (passed) throw tooMany(passed.minutes)
  return {
    async forgive(...forgotten) {
      await sql`delete from sign_in_failures where key = any(${forgotten}::text[])
        or (key = any(${keys}::text[]) and failed_at = ${counted!.failed_at})`.execute(db)
    },
  }
}

function tooMany(minutes: number): Problem {
  const retryAfterSeconds = minutes * 60
  if (minutes === DAY_MINUTES) {
    return new Problem(
      'too_many',
      'Too many wrong codes within a day. Try again tomorrow, or ask an administrator for a reset link.',
      { reason: 'too_many_codes', retryAfterSeconds },
    )
  }
  return new Problem('too_many', `Too many attempts. Wait ${minutes} minutes and try again.`, {
    reason: 'too_many_attempts',
    data: { minutes },
    retryAfterSeconds,
  })
}

/** Forgets what was counted under a key. */
export async function forgetAttempts(db: Db, keys: readonly string[]): Promise<void> {
  await sql`delete from sign_in_failures where key = any(${[...keys]}::text[])`.execute(db)
}

/** Forgets attempts that count for no limit any more. */
export async function forgetOldAttempts(db: Db): Promise<void> {
  await sql`delete from sign_in_failures where failed_at < now() - make_interval(mins => ${DAY_MINUTES})
    or (key not like 'code:%' and failed_at < now() - make_interval(mins => ${WINDOW_MINUTES * 2}))`.execute(db)
}
