// What the command-line tools share: the running server's database and address, and errors as sentences.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addressOf, loadConfig, type Config } from '../server/config.ts'
import { openDatabase, type Database } from '../server/lib/db.ts'
import { Problem } from '../server/lib/errors.ts'
import { clusterFolder } from '../server/lib/postgres-cluster.ts'
import { joinEmbeddedPostgres, startEmbeddedPostgres } from '../server/lib/postgres.ts'
import { loadSecretKey } from '../server/lib/secret-key.ts'
import { StartError } from '../server/lib/start-error.ts'

/** An error whose message is all that the person at the terminal needs. */
export class ToolError extends Error {}

export interface Running extends Database {
  config: Config
  secretKey: Buffer
  /** Where the server listens. */
  url: string
  /** The organization with the slug, or the only one there is. */
  organization(slug: string | undefined): Promise<{ id: string; slug: string; name: string }>
  close(): Promise<void>
}

/** Runs a tool: a ToolError, or a wrong setting, ends it with its sentence and status 1. */
export async function runTool(tool: () => Promise<void>): Promise<void> {
  try {
    await tool()
  } catch (error) {
    const expected = error instanceof ToolError || error instanceof StartError || error instanceof Problem
    console.error(expected ? error.message : error)
    process.exitCode = 1
  }
}

/**
 * Gives a tool the address of the database whether a server runs or not: the embedded one is joined, or started for as
 * long as the tool needs it. Ctrl-C and what a supervisor sends end the work by the signal.
 */
export async function withDatabase(
  config: Config,
  work: (database: { url: string; signal: AbortSignal }) => Promise<void>,
): Promise<void> {
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  const log = { info() {}, warn: (text: string) => void process.stderr.write(`${text}\n`) }
  const embedded =
    config.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : null
  try {
    stopped.signal.throwIfAborted()
    await work({ url: config.databaseUrl ?? embedded!.url, signal: stopped.signal })
  } catch (error) {
    // Any other error, though it comes after the signal, knows better what was changed.
    throw error === stopped.signal.reason ? new ToolError('Stopped. Nothing was changed, and nothing was kept.') : error
  } finally {
    await embedded?.stop()
  }
}

/** Connects to the database that the running server uses. Refuses with a sentence when none runs. */
export async function openRunning(): Promise<Running> {
  const config = loadConfig()
  const url = runningAddress(config)
  const databaseUrl = config.databaseUrl ?? (await joinEmbeddedPostgres(config.dataDir)).url
  const database = openDatabase(databaseUrl, { max: 4 })
  return {
    ...database,
    config,
    secretKey: loadSecretKey(config),
    url,
    async organization(slug) {
      const all = await database.db
        .selectFrom('organizations')
        .select(['id', 'slug', 'name'])
        .orderBy('created_at')
        .execute()
      if (all.length === 0)
        throw new ToolError('There is no organization yet. Open the set-up link that npm start printed.')
      const chosen =
        slug === undefined ? (all.length === 1 ? all[0] : undefined) : all.find((each) => each.slug === slug)
      if (!chosen)
        throw new ToolError(`Choose an organization with --organization: ${all.map((each) => each.slug).join(', ')}.`)
      return chosen
    },
    close: () => database.db.destroy(),
  }
}

/** The server's own word where it listens; without it the public address. */
function runningAddress(config: Config): string {
  try {
    const { url } = JSON.parse(readFileSync(join(config.dataDir, 'server.json'), 'utf8')) as { url: string }
    return url
  } catch {
    return config.publicUrl
  }
}

/** Refuses with a sentence where no server has ever made its database. */
export function refuseWithoutDatabase({ databaseUrl, dataDir }: Config): void {
  if (databaseUrl === undefined && !existsSync(join(clusterFolder(dataDir), 'PG_VERSION')))
    throw new ToolError(
      `There is no database in ${dataDir}. Set DATA_DIR or DATABASE_URL to the server's, as in its own environment or .env.`,
    )
}

export interface Stored extends Database {
  /** Where people reach the server when it runs. */
  publicUrl: string
}

/** Gives a tool the server's database whether the server runs or not. Refuses with a sentence where there is none. */
export async function withStored(work: (stored: Stored) => Promise<void>): Promise<void> {
  const config = loadConfig()
  refuseWithoutDatabase(config)
  await withDatabase(config, async ({ url }) => {
    const database = openDatabase(url, { max: 2 })
    const isSet = config.publicUrl !== addressOf(config.host, config.port)
    try {
      await work({ ...database, publicUrl: isSet ? config.publicUrl : runningAddress(config) })
    } finally {
      await database.pool.end()
    }
  })
}
