// The product itself in a process of its own, started as a supervisor would start it, to be killed, stopped and looked at.
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../server/main.ts', import.meta.url))

export const ADMINISTRATOR = { email: 'ana@example.com', password: 'a password for faults' }
/** For the first start, when there is no user yet. */
export const BOOTSTRAP = {
  BOOTSTRAP_ORGANIZATION: 'Shop',
  BOOTSTRAP_ADMIN_EMAIL: ADMINISTRATOR.email,
  BOOTSTRAP_ADMIN_PASSWORD: ADMINISTRATOR.password,
}

export interface LogLine {
  level: string
  msg: string
  err?: { message: string; code?: string; stack?: string }
}

export interface ServerProcess {
  child: ChildProcess
  /** Where it listens; null until it does, and once it has ended. */
  url(): string | null
  /** Resolves once it listens; rejects with what it said when it ends before. */
  ready: Promise<string>
  /** Resolves with its exit code, or the signal, once it has ended. */
  ended: Promise<number | NodeJS.Signals>
  alive(): boolean
  /** The lines of warnings and worse; anything on standard error is one of level `stderr`. */
  complaints: LogLine[]
  /** Megabytes of resident memory. */
  memory(): number
  /** As a supervisor stops it; answers the exit code. */
  stop(): Promise<number | NodeJS.Signals>
}

export interface ServerOptions {
  dataDir: string
  env?: Record<string, string>
  /** The command before Node's, which executes what follows it. */
  wrapper?: readonly string[]
}

/** Starts a server on a free port. It ends with this process, as the channel between them does. */
export function startServer({ dataDir, env = {}, wrapper = [] }: ServerOptions): ServerProcess {
  const command = [...wrapper, process.execPath, MAIN]
  const child = spawn(command[0]!, command.slice(1), {
    env: { PATH: process.env['PATH'], PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const complaints: LogLine[] = []
  let url: string | null = null
  let alive = true

  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('error', (error) => complaints.push({ level: 'stderr', msg: error.message }))
    child.once('close', (code, signal) => {
      alive = false
      url = null
      resolve(code ?? signal ?? 1)
    })
  })
  const ready = new Promise<string>((resolve, reject) => {
    readLines(child.stdout!, (line) => {
      const found = /^Earmark runs at (\S+)$/.exec(line)?.[1]
      if (found !== undefined && alive) resolve((url = found))
      const entry = parsed(line)
      if (entry && /^(?:warn|error|fatal)$/.test(entry.level)) complaints.push(entry)
    })
    readLines(child.stderr!, (line) => complaints.push({ level: 'stderr', msg: line }))
    void ended.then((code) => reject(new Error(`The server ended with ${code}: ${complaints.map(sayLine).join('; ')}`)))
  })
  // Whoever does not wait for it is not disturbed by it.
  ready.catch(() => {})

  return {
    child,
    url: () => url,
    ready,
    ended,
    alive: () => alive && child.exitCode === null && child.signalCode === null,
    complaints,
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    async stop() {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const code = await Promise.race([ended, sleep(15_000, null)])
      if (code !== null) return code
      child.kill('SIGKILL')
      return ended
    },
  }
}

export const sayLine = ({ level, msg, err }: LogLine): string =>
  err === undefined
    ? `${level}: ${msg}`
    : `${level}: ${msg}: ${err.message}${err.code === undefined ? '' : ` (${err.code})`}`

function readLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') take(line)
  })
}

function parsed(line: string): LogLine | null {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return null
  }
}
