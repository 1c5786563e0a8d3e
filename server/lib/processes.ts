// Which process is which: numbers are used again, so a process is its number and the moment it began.
import { execFileSync } from 'node:child_process'
import {
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename } from 'node:path'

/** When a process began, as a text to compare; null when there is none of this number, or only its remains (a zombie). */
export function startOfProcess(pid: number): string | null {
  if (process.platform !== 'linux') {
    try {
      return (
        execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }).trim() || null
      )
    } catch {
      return null
    }
  }
  try {
    // The name in parentheses may itself contain spaces and parentheses.
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return state === 'Z' || state === 'X'
      ? null
      : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[18]}`
  } catch {
    return null
  }
}

/**
 * Whether the process of this number is a PostgreSQL on this data folder: by its working folder, which every one of its
 * processes keeps there, else by its command line. Any other process that was given a dead server's number is not.
 */
export function isPostgresOf(pid: number, folder: string): boolean {
  if (startOfProcess(pid) === null) return false
  if (process.platform !== 'linux') {
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.includes('postgres') && command.includes(folder)
  }
  try {
    const program = basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ''))
    return program === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder)
  } catch {
    // Not ours to look into. The command line is open to all.
  }
  try {
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return basename(program) === 'postgres' && args.includes(folder)
  } catch {
    return false
  }
}

/** Every process of a PostgreSQL on this data folder, also those that outlived their main process. Linux only, else none. */
export function postgresProcessesOf(folder: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isPostgresOf(pid, folder))
}

const REFRESH_MS = 5_000
/** A lock of another host (a container's neighbour) cannot be checked by process; it is refreshed while it is held. */
const FOREIGN_STALE_MS = 30_000
/** Its maker was killed between making and writing it. */
const EMPTY_STALE_MS = 5_000

/**
 * Takes a lock file once, without waiting: the function that gives it back, or null while a living process has it.
 * The lock of a dead process is removed, and the next try finds none. Should two processes break one at the same
 * moment, both may hold it: it saves work, the safety of the data is PostgreSQL's own lock and atomic renaming.
 */
export function tryLockFile(path: string): (() => void) | null {
  const text = JSON.stringify({
    pid: process.pid,
    started: startOfProcess(process.pid),
    host: hostname(),
    nonce: Math.random(),
  })
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    removeIfStale(path)
    return null
  }
  const refresh = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date())
    } catch {
      clearInterval(refresh)
    }
  }, REFRESH_MS).unref()
  return () => {
    clearInterval(refresh)
    if (readOr(path, '') === text) rmSync(path, { force: true })
  }
}

function removeIfStale(path: string): void {
  const text = readOr(path, null)
  if (text === null || holderLives(path, text)) return
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
    // Somebody else was quicker, and this is the new holder's.
    if (readFileSync(aside, 'utf8') !== text) writeFileSync(path, readFileSync(aside), { flag: 'wx', mode: 0o600 })
  } catch {
    // Gone, or taken again.
  }
  rmSync(aside, { force: true })
}

function holderLives(path: string, text: string): boolean {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
  try {
    const holder = JSON.parse(text) as { pid: number; started: string | null; host: string }
    if (holder.host !== hostname()) return age < FOREIGN_STALE_MS
    return startOfProcess(holder.pid) === holder.started
  } catch {
    return age < EMPTY_STALE_MS
  }
}

function readOr<T>(path: string, otherwise: T): string | T {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
