// What the command-line tools share: the running server's database and address, and errors as sentences.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig, type Config } from '../server/config.ts'
import { openDatabase, type Database } from '../server/lib/db.ts'
import { Problem } from '../server/lib/errors.ts'
import { joinEmbeddedPostgres } from '../server/lib/postgres.ts'
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

/** Connects to the database that the running server uses. Refuses with a sentence when none runs. */
export async function openRunning(): Promise<Running> {
  const config = loadConfig()
  const url = addressOf(config)
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
function addressOf(config: Config): string {
  try {
    const { url } = JSON.parse(readFileSync(join(config.dataDir, 'server.json'), 'utf8')) as { url: string }
    return url
  } catch {
    return config.publicUrl
  }
}
