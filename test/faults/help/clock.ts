// A clock for one server and its database that can be put forward and back, without any right over the machine's own.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'

export interface Clock {
  /** What makes a server go by this clock. */
  env: Record<string, string>
  /** Both show so many milliseconds more than the machine from now on; less when it is negative. */
  set(aheadMs: number): Promise<void>
}

/**
 * In the database every `now()` that the product writes finds a function of ours first, also in what migrations make
 * the default of columns: so it must be made before they run. PostgreSQL's own upkeep goes by the machine's clock.
 */
export async function openClock(pool: pg.Pool, folder: string): Promise<Clock> {
  await pool.query(`
    create table shifted_clock (ahead interval not null);
    insert into shifted_clock values ('0');
    create function public.now() returns timestamptz language sql stable parallel safe
      as 'select pg_catalog.now() + ahead from public.shifted_clock';
    do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$`)
  const file = join(folder, 'clock')
  const set = async (aheadMs: number): Promise<void> => {
    await pool.query(`update shifted_clock set ahead = make_interval(secs => $1)`, [aheadMs / 1000])
    writeFileSync(`${file}.new`, String(aheadMs))
    renameSync(`${file}.new`, file)
    // Until the server has looked.
    await sleep(50)
  }
  await set(0)
  const shifted = fileURLToPath(new URL('shifted-clock.ts', import.meta.url))
  return { env: { FAULTS_CLOCK: file, NODE_OPTIONS: `--import=${shifted}` }, set }
}
