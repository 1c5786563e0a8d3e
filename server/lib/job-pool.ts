// The pool as the job runner, graphile-worker, has to have it.
import pg from 'pg'
import { databaseAtFault } from './http.ts'

/** What PostgreSQL says while it starts, which the runner takes for a reason to try again: after 3 s at first, and a hundred times. */
const TRY_AGAIN = '57P03'

/**
 * It writes down how a job ended without waiting for it: what fails there ends the process, unless it is one of a few errors
 * that it tries again after. A broken connection is not among them. Here, whatever is the database's fault is.
 *
 * And it compares when something last ran with now, as Dates: with the strings of our pool, it takes nothing for missed.
 */
export const poolForJobs = (pool: pg.Pool): pg.Pool =>
  standIn(pool, {
    query: (query: string | pg.QueryConfig, values: unknown[] = []) =>
      pool.query({ ...(typeof query === 'string' ? { text: query, values } : query), types: pg.types }),
    connect: (taken?: Parameters<pg.Pool['connect']>[0]) => {
      // To listen: it comes back by itself.
      if (taken !== undefined) return pool.connect(taken)
      return pool.connect().then(clientForJobs, sayTryAgain)
    },
  })

const clientForJobs = (client: pg.PoolClient): pg.PoolClient =>
  standIn(client, {
    query: (query: string | pg.QueryConfig, values?: unknown[]) =>
      (typeof query === 'string' ? client.query(query, values) : client.query(query)).catch(sayTryAgain),
  })

function sayTryAgain(error: unknown): never {
  if (!(error instanceof Error) || !databaseAtFault(error)) throw error
  throw Object.assign(new Error(error.message, { cause: error }), { code: TRY_AGAIN })
}

/** The same but for some of its methods. */
function standIn<T extends object>(whole: T, instead: Partial<Record<keyof T, unknown>>): T {
  return new Proxy(whole, {
    get(target, name) {
      const found: unknown = Reflect.get(Object.hasOwn(instead, name) ? instead : target, name)
      return typeof found === 'function' ? (found.bind(target) as unknown) : found
    },
  })
}
