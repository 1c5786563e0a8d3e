// Kills servers and their PostgreSQL at random moments, starts them again at once, and counts.
import { setTimeout as sleep } from 'node:timers/promises'
import type { DataFolder } from './data-folder.ts'
import type { Random } from './random.ts'
import { sayLine, startServer, type LogLine, type ServerProcess } from './server-process.ts'

export interface Kills {
  /** One server, alone. */
  server: number
  /** The main process of PostgreSQL, alone: its others end by themselves. */
  postmaster: number
  /** Every process of PostgreSQL at the same moment, as when the machine stops. */
  postgres: number
  /** All servers and all of PostgreSQL at the same moment. */
  everything: number
  /** Of all of these: while it was still starting. */
  starting: number
}

export interface KillingOptions {
  folder: DataFolder
  random: Random
  /** Stops after so many kills, or after so long. */
  kills: number
  withinMs: number
  /** How many deliveries were answered 200 so far. */
  accepted: () => number
}

export interface Killing {
  kills: Kills
  total(): number
  /** The addresses of the servers that listen now. */
  urls(): string[]
  /** Kills before which something new was answered 200 since the kill before. */
  underLoad(): number
  /** Servers that ended without being killed, and what they said. */
  endedByThemselves: string[]
  complaints: LogLine[]
  /** Milliseconds from a start to listening, and from PostgreSQL's end to its taking connections. */
  startMs: number[]
  recoveryMs: number[]
  /** Resolves when the killing is over and everything runs again. */
  over: Promise<void>
  stop(): Promise<(number | NodeJS.Signals)[]>
}

const KINDS: readonly (keyof Kills)[] = [
  'server',
  'server',
  'server',
  'postmaster',
  'postmaster',
  'postgres',
  'everything',
]

const RETURN_MS = 90_000

/** The servers given are running; they are among those that are killed. */
export function startKilling(running: readonly ServerProcess[], options: KillingOptions): Killing {
  const { folder, random, accepted } = options
  const slots: ServerProcess[] = [...running]
  const killed = new WeakSet<ServerProcess>()
  const kills: Kills = { server: 0, postmaster: 0, postgres: 0, everything: 0, starting: 0 }
  const total = () => kills.server + kills.postmaster + kills.postgres + kills.everything
  const endedByThemselves: string[] = []
  const complaints: LogLine[] = []
  const startMs: number[] = []
  const recoveryMs: number[] = []
  let underLoad = 0
  let acceptedBefore = 0
  let over = false
  const deadline = performance.now() + options.withinMs
  const enough = () => total() >= options.kills || performance.now() > deadline

  const killServer = (server: ServerProcess): boolean => {
    if (!server.alive()) return false
    killed.add(server)
    return server.child.kill('SIGKILL')
  }

  /** Keeps a server running: whenever it has ended, another is started, as a supervisor would. */
  const supervise = async (slot: number): Promise<void> => {
    for (;;) {
      const server = slots[slot]!
      const code = await server.ended
      complaints.push(...server.complaints)
      if (over) return
      if (!killed.has(server))
        endedByThemselves.push(`${code}: ${server.complaints.map(({ msg, err }) => err?.message ?? msg).join('; ')}`)
      const began = performance.now()
      const next = startServer({ dataDir: folder.path })
      next.ready.then(() => startMs.push(performance.now() - began)).catch(() => {})
      slots[slot] = next
    }
  }

  const count = (kind: keyof Kills, starting: boolean): void => {
    kills[kind]++
    if (starting) kills.starting++
    if (accepted() > acceptedBefore) underLoad++
    acceptedBefore = accepted()
  }

  const strike = (kind: keyof Kills): void => {
    const ready = folder.postgresReady()
    if (kind === 'server') {
      const server = random.pick(slots)
      const listened = server.url() !== null
      if (killServer(server)) count(kind, !listened)
      return
    }
    const pids = kind === 'postmaster' ? [folder.postmaster()] : [folder.postmaster(), ...folder.postgresProcesses()]
    const hit = folder.signal([...new Set(pids)], 'SIGKILL')
    if (hit === 0) return
    if (kind === 'everything') for (const server of slots) killServer(server)
    count(kind, !ready)
    const began = performance.now()
    void (async () => {
      while (!folder.postgresReady() && !over) await sleep(10)
      recoveryMs.push(performance.now() - began)
    })()
  }

  /** Whatever was killed, all is well again within a minute or two; else what there is to be seen is told. */
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    for (const began = performance.now(); !isSo(); await sleep(5)) {
      if (performance.now() - began > RETURN_MS)
        throw new Error(`after ${RETURN_MS / 1000} s without a kill not ${what}:\n${whatThereIs()}`)
    }
  }

  const whatThereIs = (): string =>
    [
      ...slots.map(
        (server) =>
          `server ${server.child.pid}: ${server.url() ?? 'not listening'}, ${server.complaints.slice(-3).map(sayLine).join('; ')}`,
      ),
      `postmaster ${folder.postmaster()}, processes ${folder.postgresProcesses().join(' ')}`,
      folder.lastOfLog(),
    ].join('\n')

  const kill = async (): Promise<void> => {
    while (!enough()) {
      // Mostly it is waited until something runs that can be disturbed; sometimes a start or a recovery is.
      if (random.chance(0.75)) {
        const since = accepted()
        await until('answering 200', () => accepted() > since)
      }
      await sleep(random.between(0, 600))
      strike(random.pick(KINDS))
    }
    // One that was killed a moment ago has its address until it is gone.
    const runs = (server: ServerProcess) => server.url() !== null && !killed.has(server)
    await until('running', () => folder.postgresReady() && slots.every(runs))
  }

  const supervised = slots.map((_, slot) => supervise(slot))
  return {
    kills,
    total,
    urls: () => slots.map((server) => server.url()).filter((url) => url !== null),
    underLoad: () => underLoad,
    endedByThemselves,
    complaints,
    startMs,
    recoveryMs,
    over: kill(),
    async stop() {
      over = true
      const codes = await Promise.all(slots.map((server) => server.stop()))
      await Promise.all(supervised)
      return codes
    },
  }
}
