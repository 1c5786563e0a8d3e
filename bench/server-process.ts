// A real server in a process of its own, on a database of its own in a temporary folder.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase, type Database } from '../server/lib/db.ts'
import { joinEmbeddedPostgres } from '../server/lib/postgres.ts'

export const BENCH_SECRET_KEY = 'a secret key for benchmarks only'

export interface BenchServer extends Database {
  pid: number
  port: number
  dataDir: string
  /** Kilobytes of resident memory of the Node process. */
  memory(): number
  stop(): Promise<void>
}

/**
 * Starts the product itself, as npm start would, with durable writes as they are by default; or another program that
 * announces itself in the same way. A data folder that is named is kept.
 */
export async function startServer({
  program = '../server/main.ts',
  keptDataDir = '',
  settings = {},
}: { program?: string; keptDataDir?: string; settings?: Record<string, string> } = {}): Promise<BenchServer> {
  const dataDir = keptDataDir || mkdtempSync('/tmp/earmark-bench-')
  chmodSync(dataDir, 0o711)
  // Of a server that ended without warning.
  rmSync(join(dataDir, 'server.json'), { force: true })
  const child = spawnNode(program, {
    PORT: '0',
    DATA_DIR: dataDir,
    SECRET_KEY: BENCH_SECRET_KEY,
    LOG_LEVEL: 'warn',
    BOOTSTRAP_ORGANIZATION: 'Bench',
    BOOTSTRAP_ADMIN_EMAIL: 'bench@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'a password for benchmarks',
    ...settings,
  })
  const port = await portIn(join(dataDir, 'server.json'), child)
  const database = openDatabase((await joinEmbeddedPostgres(dataDir)).url, { max: 4 })
  return {
    ...database,
    pid: child.pid!,
    port,
    dataDir,
    memory: () => memoryOf(child.pid!),
    async stop() {
      await database.db.destroy()
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      if (!keptDataDir) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Starts a program of the benchmark with Node; it announces its port as the server does. */
export function spawnNode(path: string, env: Record<string, string>, args: string[] = []): ChildProcess {
  // With the memory that start.mjs gives a server.
  const file = fileURLToPath(new URL(path, import.meta.url))
  return spawn(process.execPath, ['--max-semi-space-size=16', file, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

export async function portIn(file: string, child: ChildProcess): Promise<number> {
  for (let n = 0; n < 600; n++) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`)
    try {
      return Number(new URL((JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url).port)
    } catch {
      await sleep(50)
    }
  }
  throw new Error('The server did not start within 30 seconds.')
}

export function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
}
