// What a measured while cost: CPU, which other work on the machine hardly changes, and what PostgreSQL wrote to its log.
import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { clusterFolder, livingPostmaster } from '../server/lib/postgres-cluster.ts'
import { postgresProcessesOf } from '../server/lib/processes.ts'

const TICKS_PER_SECOND = 100

interface Watched {
  pool: pg.Pool
  /** Processes of ours. */
  pids: readonly number[]
  /** The data folder of the embedded PostgreSQL. */
  dataDir: string
}

/** Linux only. Answers how to say what it cost since, for each of so many. */
export async function watchCosts(watched: Watched): Promise<(count: number) => Promise<string>> {
  const before = await read(watched)
  return async (count) => {
    const after = await read(watched)
    const each = (key: keyof typeof before) => (after[key] - before[key]) / count
    return `CPU of ours ${(each('ours') * 1000).toFixed(2)} ms, of PostgreSQL ${(each('postgres') * 1000).toFixed(2)} ms, of this program ${(each('self') * 1000).toFixed(2)} ms; ${(each('bytes') / 1024).toFixed(1)} KiB of log with ${each('pages').toFixed(1)} whole pages; ${each('commits').toFixed(2)} commits`
  }
}

async function read({ pool, pids, dataDir }: Watched) {
  const { rows } = await pool.query<Record<'bytes' | 'pages' | 'commits', string>>(
    `select w.wal_bytes as bytes, w.wal_fpi as pages, d.xact_commit as commits
     from pg_stat_wal w, pg_stat_database d where d.datname = current_database()`,
  )
  const { bytes, pages, commits } = rows[0]!
  const { user, system } = process.cpuUsage()
  const folder = clusterFolder(dataDir)
  const postmaster = livingPostmaster(folder)
  const living = postgresProcessesOf(folder).map((pid) => cpuOf(pid, { children: pid === postmaster }))
  return {
    ours: sum(pids.map((pid) => cpuOf(pid))),
    postgres: sum(living),
    self: (user + system) / 1e6,
    bytes: Number(bytes),
    pages: Number(pages),
    commits: Number(commits),
  }
}

/** Seconds; with its children that have ended, if asked. */
function cpuOf(pid: number, { children = false } = {}): number {
  // The name in parentheses may itself contain spaces and parentheses.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return sum(fields.slice(11, children ? 15 : 13).map(Number)) / TICKS_PER_SECOND
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
