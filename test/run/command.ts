// Runs one command in a process group of its own, with a time limit, and leaves nothing behind.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface CommandOptions {
  timeoutSeconds: number
  /** How long a process may take to end after it was asked to, or after the command has ended. */
  graceMs?: number
  env?: Record<string, string>
  signal?: AbortSignal
}
export interface CommandResult {
  /** Null when a signal ended it. */
  exitCode: number | null
  timedOut: boolean
  /** Processes that it left running, by name; they have been ended. */
  leftBehind: string[]
  seconds: number
}

// Every process that descends from the command inherits it, so that one that left the group is still known as ours.
const MARK = 'EARMARK_TEST_COMMAND'

/** Runs the command to its end; its output goes straight to ours. Never throws: what cannot be started ends with 127. */
export async function runCommand(command: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { timeoutSeconds, graceMs = 5_000 } = options
  const mark = randomUUID()
  const started = performance.now()
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...options.env, [MARK]: mark },
    detached: true,
  })
  const ended = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => resolve(code))
    child.on('error', (error) => {
      console.error(error.message)
      resolve(127)
    })
  })

  let timedOut = false
  let killer: NodeJS.Timeout | undefined
  const stop = () => {
    signalGroup(child.pid, 'SIGTERM')
    killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs)
  }
  const timer = setTimeout(() => {
    timedOut = true
    console.error(`\n${program} took more than ${timeoutSeconds} s and is ended.`)
    stop()
  }, timeoutSeconds * 1000)
  options.signal?.addEventListener('abort', stop)
  const exitCode = await ended
  clearTimeout(timer)
  clearTimeout(killer)
  options.signal?.removeEventListener('abort', stop)

  const leftBehind = await endMarked(mark, graceMs)
  // Where /proc does not tell, at least the group goes.
  signalGroup(child.pid, 'SIGKILL')
  return { exitCode, timedOut, leftBehind, seconds: (performance.now() - started) / 1000 }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // The group has ended.
  }
}

/** Ends what still carries the mark after a moment of grace, PostgreSQL by the signal it likes; answers what that was. */
async function endMarked(mark: string, graceMs: number): Promise<string[]> {
  let left = marked(mark)
  for (let waited = 0; left.length > 0 && waited < graceMs; waited += 100) {
    await sleep(100)
    left = marked(mark)
  }
  const names = left.map(({ name }) => name)
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    for (const { pid } of left) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended by itself.
      }
    }
    for (let waited = 0; left.length > 0 && waited < graceMs; waited += 100) {
      await sleep(100)
      left = marked(mark)
    }
  }
  return names
}

function marked(mark: string): { pid: number; name: string }[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((entry) => /^[0-9]+$/.test(entry))
    .flatMap((entry) => {
      try {
        // A process that has ended but was not waited for has an empty environment.
        if (!readFileSync(`/proc/${entry}/environ`, 'latin1').includes(`${MARK}=${mark}`)) return []
        return [{ pid: Number(entry), name: readFileSync(`/proc/${entry}/comm`, 'utf8').trim() }]
      } catch {
        return []
      }
    })
}
