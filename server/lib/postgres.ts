// The embedded PostgreSQL under a small supervisor: made, started, joined, started again when it dies, stopped by the last.
import { readFileSync, realpathSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import {
  clusterFolder,
  DATABASE,
  launchPostgres,
  livingPostmaster,
  makeCluster,
  prepareCluster,
  readPostmasterLock,
  ROLE,
  SOCKET_PORT,
  socketDirOf,
  type Cluster,
} from './postgres-cluster.ts'
import { isPostgresOf, tryLockFile } from './processes.ts'
import { errorCode, StartError } from './start-error.ts'

export interface EmbeddedPostgres {
  url: string
  /** Whether this process started the database, or found it running without a server (after a kill). */
  owner: boolean
  /** Leaves the database; the last server to leave stops it and waits for its end. */
  stop(): Promise<void>
}

interface SupervisorLog {
  info(text: string): void
  warn(text: string): void
}

export interface EmbeddedPostgresOptions {
  /** Absolute. */
  dataDir: string
  log: SupervisorLog
  /** More settings of PostgreSQL, over ours. */
  settings?: Record<string, string>
  /** False only for data that may be lost with the machine (tests). */
  sync?: boolean
}

/** Held shared by every server in the database `postgres`: its end frees it, however it ended. Two integers as PostgreSQL wants. */
const MEMBERS = '1162170701, 1'
const POLL_MS = 25
const RESTART_MS = { first: 100, most: 5_000 }
/** After this long, a restart is a first one again. */
const STABLE_MS = 60_000
/** Long enough for the last checkpoint of ours; a longer one ends by itself, the process is not killed. */
const STOP_MS = 7_000
const SILENT_MS = 10_000
/** It says that it is ready, and nobody can reach it. */
const UNREACHABLE_MS = 10_000

/**
 * Starts the PostgreSQL of a data folder, or joins the one that runs there. Several servers may do so at once, in any
 * order: one starts it, each holds a lock inside it while it lives, and the last to leave stops it. When it dies, the
 * first of its servers to notice starts it again; the address stays the same, so that a pool only reconnects.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, settings = {}, sync = true } = options
  const cluster = await prepareCluster(options.dataDir)
  let stopping = false
  const until = () => stopping

  const first = await enter(cluster, { log, settings, sync }, until)
  if (first === null) throw new Error('stopped before it began')
  let member: Member | null = first
  let returning: Promise<void> = Promise.resolve()
  watch(first)

  /** The member's connection ends when PostgreSQL does, at once, whoever ended it. */
  function watch(watched: Member): void {
    const since = Date.now()
    watched.client.once('end', () => {
      member = null
      if (!stopping) returning = comeBack(Date.now() - since > STABLE_MS)
    })
  }

  let delay = RESTART_MS.first
  async function comeBack(wasStable: boolean): Promise<void> {
    if (wasStable) delay = RESTART_MS.first
    log.warn('the embedded PostgreSQL ended, starting it again')
    while (!stopping) {
      await sleep(delay)
      delay = Math.min(delay * 2, RESTART_MS.most)
      try {
        member = await enter(cluster, { log, settings, sync }, until)
        if (member !== null) {
          log.info(member.started ? 'the embedded PostgreSQL runs again' : 'joined the embedded PostgreSQL again')
          watch(member)
          return
        }
      } catch (error) {
        log.warn(`the embedded PostgreSQL does not start: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  return {
    url: urlOf(cluster.socketDir, DATABASE),
    owner: first.alone || first.started,
    async stop() {
      if (stopping) return
      stopping = true
      await returning
      if (member !== null) await leave(cluster, member, log)
    },
  }
}

/**
 * For command-line tools: the address of the PostgreSQL that a server has started on this data folder. It starts none,
 * and refuses with a sentence when none runs.
 */
export async function joinEmbeddedPostgres(dataDir: string): Promise<{ url: string }> {
  if (statSync(clusterFolder(dataDir), { throwIfNoEntry: false })) {
    const url = urlOf(socketDirOf(realpathSync(dataDir)), DATABASE)
    const answer = await tryConnect(url)
    if (typeof answer !== 'string') {
      await answer.end()
      return { url }
    }
    if (answer === 'busy') throw new StartError('The database is starting or stopping. Try again in a moment.')
  }
  throw new StartError(
    `No server runs on ${dataDir}. Start one with "npm start", or set DATA_DIR or DATABASE_URL to the server's.`,
  )
}

interface Member {
  client: pg.Client
  /** No other server was there. */
  alone: boolean
  /** This process started it. */
  started: boolean
}

type StartOptions = Required<Pick<EmbeddedPostgresOptions, 'log' | 'settings' | 'sync'>>

/** Joins or starts, whichever is possible first, and becomes a member. Null when it was told to stop meanwhile. */
async function enter(cluster: Cluster, options: StartOptions, stopped: () => boolean): Promise<Member | null> {
  let saidAt = Date.now()
  let unreachableSince: number | null = null
  while (!stopped()) {
    const answer = await tryConnect(urlOf(cluster.socketDir, 'postgres'))
    if (typeof answer !== 'string') {
      const member = await becomeMember(answer, { started: false })
      if (member !== null) return member
      continue
    }
    const living = livingPostmaster(cluster.folder)
    const release = answer === 'absent' && living === null ? tryLockFile(startLock(cluster)) : null
    if (release !== null) {
      try {
        // Between the look and the lock another server may have started it.
        const member = livingPostmaster(cluster.folder) === null ? await start(cluster, options, stopped) : null
        if (member !== null) return member
      } finally {
        release()
      }
      continue
    }
    const unreachable = living !== null && answer === 'absent' && readPostmasterLock(cluster.folder)?.ready === true
    unreachableSince = unreachable ? (unreachableSince ?? Date.now()) : null
    if (unreachableSince !== null && Date.now() - unreachableSince > UNREACHABLE_MS) {
      throw new StartError(
        `The PostgreSQL of ${cluster.dataDir} runs (process ${living}), but its socket in ${cluster.socketDir} is gone. End it (kill -INT ${living}) and start again.`,
      )
    }
    if (Date.now() - saidAt > SILENT_MS) {
      saidAt = Date.now()
      options.log.info(`still waiting for the embedded PostgreSQL, which says why in ${cluster.logFile}`)
    }
    await sleep(POLL_MS)
  }
  return null
}

/** Under the start lock: makes what is missing, starts it and waits until it answers. */
async function start(cluster: Cluster, options: StartOptions, stopped: () => boolean): Promise<Member | null> {
  if (await makeCluster(cluster, options)) options.log.info(`made a database in ${cluster.folder}`)
  if (stopped()) return null
  const child = launchPostgres(cluster, options.settings)
  const logFrom = statSync(cluster.logFile).size
  let ended: string | null = null
  child.once('error', (error) => {
    ended = error.message
  })
  child.once('exit', (code, signal) => {
    ended ??= `it ended with ${code ?? signal}`
  })
  for (;;) {
    if (ended !== null) {
      throw new StartError(
        `The embedded PostgreSQL did not start: ${lastComplaint(cluster.logFile, logFrom) ?? ended}. Its log is ${cluster.logFile}`,
      )
    }
    const answer = await tryConnect(urlOf(cluster.socketDir, 'postgres'))
    const member = typeof answer === 'string' ? null : await becomeMember(answer, { started: true })
    if (member !== null) return member
    await sleep(POLL_MS)
  }
}

function lastComplaint(logFile: string, from: number): string | null {
  const lines = readFileSync(logFile).subarray(from).toString('utf8').split('\n')
  const told = lines
    .filter((line) => /(FATAL|PANIC|HINT):|^postgres:/.test(line))
    .map((line) => line.replace(/^.*(FATAL|PANIC|HINT): +/, ''))
  return told.length > 0 ? told.join(' ') : null
}

/** Takes the lock by which the servers of a database know of each other. Null when the database was stopped meanwhile. */
async function becomeMember(client: pg.Client, { started }: { started: boolean }): Promise<Member | null> {
  try {
    const { rows } = await client.query<{ alone: boolean }>(`select pg_try_advisory_lock(${MEMBERS}) alone`)
    const alone = rows[0]?.alone === true
    // Waits while the last server to leave is stopping it; then this connection ends, and the caller starts it anew.
    await client.query(`select pg_advisory_lock_shared(${MEMBERS})`)
    if (alone) await client.query(`select pg_advisory_unlock(${MEMBERS})`)
    await makeDatabase(client)
    return { client, alone, started }
  } catch (error) {
    await client.end().catch(() => {})
    if (isConnectionLost(error)) return null
    throw error
  }
}

async function makeDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
  if (rowCount !== 0) return
  await client.query(`create database ${DATABASE} template template0`).catch((error: unknown) => {
    // Another server made it at the same moment.
    if (errorCode(error) !== '42P04' && errorCode(error) !== '23505') throw error
  })
}

/** Leaves, and stops the database if nobody else is there. */
async function leave(cluster: Cluster, { client }: Member, log: SupervisorLog): Promise<void> {
  try {
    await client.query(`select pg_advisory_unlock_shared(${MEMBERS})`)
    const { rows } = await client.query<{ last: boolean }>(`select pg_try_advisory_lock(${MEMBERS}) last`)
    if (rows[0]?.last !== true) return
    const pid = livingPostmaster(cluster.folder)
    if (pid === null) return
    process.kill(pid, 'SIGINT')
    for (const deadline = Date.now() + STOP_MS; isPostgresOf(pid, cluster.folder); await sleep(POLL_MS)) {
      if (Date.now() < deadline) continue
      log.warn(`the embedded PostgreSQL (process ${pid}) is still writing and will end by itself`)
      return
    }
    removeSocketDir(cluster)
  } catch (error) {
    if (!isConnectionLost(error)) throw error
  } finally {
    await client.end().catch(() => {})
  }
}

/** In the temporary folder nobody else would; beside the data it stays. Unless another server is starting, or has. */
function removeSocketDir(cluster: Cluster): void {
  const release = cluster.socketDir.startsWith(cluster.dataDir) ? null : tryLockFile(startLock(cluster))
  if (release === null) return
  try {
    rmdirSync(cluster.socketDir)
  } catch {
    // Not empty: in use again.
  }
  release()
}

const startLock = (cluster: Cluster) => join(cluster.dataDir, 'starting.lock')

const urlOf = (socketDir: string, database: string): string =>
  `postgres://${ROLE}@/${database}?host=${encodeURIComponent(socketDir)}&port=${SOCKET_PORT}`

/** A connection, or why there is none: `busy` while it starts, stops or has too many, `absent` when nobody listens. */
async function tryConnect(url: string): Promise<pg.Client | 'busy' | 'absent'> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'earmark supervisor',
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => {})
    const code = errorCode(error)
    if (code === 'EACCES') {
      throw new StartError(
        'The database was started by another account. Use the account that the server runs as, or root.',
      )
    }
    // The database or role is not there while another process is making them.
    if (code === '57P03' || code === '53300' || code === '3D000' || code === undefined) return 'busy'
    if (isConnectionLost(error)) return 'absent'
    throw error
  }
}

/** Nobody listens, or PostgreSQL ended (class 57P, and what a socket says). */
function isConnectionLost(error: unknown): boolean {
  const code = errorCode(error)
  return code === undefined
    ? error instanceof Error && /connection/i.test(error.message)
    : code.startsWith('57P') || ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTCONN', 'ENOTDIR'].includes(code)
}
