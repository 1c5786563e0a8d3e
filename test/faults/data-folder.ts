// A data folder on the disk for a test that kills: it is gone afterwards, with every process on it, however the test ends.
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase, type Database } from '../../server/lib/db.ts'
import { joinEmbeddedPostgres } from '../../server/lib/postgres.ts'
import { clusterFolder, livingPostmaster, readPostmasterLock } from '../../server/lib/postgres-cluster.ts'
import { isPostgresOf, postgresProcessesOf } from '../../server/lib/processes.ts'
import { mountSmallDisk, unmount } from './disk.ts'

export interface DataFolder {
  path: string
  /** The main process of its PostgreSQL, while one lives. */
  postmaster(): number | null
  /** Every process of its PostgreSQL. */
  postgresProcesses(): number[]
  /** Whether its PostgreSQL takes connections. */
  postgresReady(): boolean
  /** A connection past the servers, for looking at what they stored. */
  openDatabase(): Promise<Database>
  /** The end of PostgreSQL's log, and the files beside it. */
  lastOfLog(): string
  /** Sends a signal to the processes that are of this folder's PostgreSQL, to no others; answers how many got it. */
  signal(pids: readonly (number | null)[], signal: NodeJS.Signals): number
  /** Ends what is left of its PostgreSQL and removes the folder. The servers have been stopped. */
  remove(): Promise<void>
}

/**
 * Makes an empty folder, on a small file system of its own when so many megabytes are given. Should this process be
 * killed, a shell that outlives it ends the folder's processes and removes it.
 */
export function makeDataFolder({ megabytes }: { megabytes?: number } = {}): DataFolder {
  // Not below the folder of TMPDIR, where it is long: a socket's path must be short.
  const path = mkdtempSync(join(tmpdir().length > 40 ? '/tmp' : tmpdir(), 'earmark-faults-'))
  const release = removeWhenThisProcessEnds(path)
  if (megabytes !== undefined) mountSmallDisk(path, megabytes)
  // Made by root, the database in it runs as another account.
  chmodSync(path, 0o711)
  const cluster = clusterFolder(path)
  const signal: DataFolder['signal'] = (pids, name) =>
    pids.filter((pid) => {
      if (pid === null || !isPostgresOf(pid, cluster)) return false
      try {
        return process.kill(pid, name)
      } catch {
        // It ended meanwhile.
        return false
      }
    }).length
  return {
    path,
    postmaster: () => livingPostmaster(cluster),
    postgresProcesses: () => postgresProcessesOf(cluster),
    postgresReady: () => livingPostmaster(cluster) !== null && readPostmasterLock(cluster)?.ready === true,
    async openDatabase() {
      return openDatabase((await joinEmbeddedPostgres(path)).url, { max: 4 })
    },
    lastOfLog: () => `${readdirSync(path).join(' ')}\n${readFileSync(join(path, 'postgres.log'), 'utf8').slice(-2000)}`,
    signal,
    async remove() {
      const processes = () => [...new Set([livingPostmaster(cluster), ...postgresProcessesOf(cluster)])]
      // What was frozen cannot end before it goes on.
      signal(processes(), 'SIGCONT')
      signal([livingPostmaster(cluster)], 'SIGQUIT')
      for (let waited = 0; processes().some((pid) => pid !== null); waited += 50) {
        if (waited > 5_000) signal(processes(), 'SIGKILL')
        if (waited > 10_000) throw new Error(`PostgreSQL still runs on ${path}.`)
        await sleep(50)
      }
      if (megabytes !== undefined) unmount(path)
      rmSync(path, { recursive: true, force: true, maxRetries: 5 })
      release()
    },
  }
}

/**
 * A shell that reads from us until we end. Then the servers of the folder, known by the setting in their environment,
 * and its PostgreSQL are killed and the folder is removed.
 */
function removeWhenThisProcessEnds(path: string): () => void {
  const script = `cat >/dev/null
    test -e "$1" || exit 0
    for entry in /proc/[0-9]*; do
      tr '\\0' '\\n' <$entry/environ 2>/dev/null | grep -qxF "DATA_DIR=$1" && kill -KILL "\${entry#/proc/}"
    done
    pid=$(head -n 1 "$1/pg/postmaster.pid" 2>/dev/null) && ps -o args= -p "$pid" 2>/dev/null | grep -qF "$1/pg" && kill -CONT "$pid" && kill -QUIT "$pid"
    for i in 1 2 3 4 5 6; do test -e "$1/pg/postmaster.pid" || break; sleep 0.5; done
    umount -l "$1" 2>/dev/null
    rm -rf "$1"`
  const child = spawn('/bin/sh', ['-c', script, 'sh', path], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.unref()
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return () => child.stdin.end()
}
