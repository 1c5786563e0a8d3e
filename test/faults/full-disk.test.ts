// The disk is full: no delivery is answered 200 that is not stored, Meta sends it again, and all is taken in once there is room.
import { setTimeout as sleep } from 'node:timers/promises'
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { makeDataFolder, type DataFolder } from './data-folder.ts'
import { limitFileSizes, mayMount } from './disk.ts'
import { ask } from './http.ts'
import { startLoad } from './load.ts'
import { openRandom } from './random.ts'
import { BOOTSTRAP, sayLine, startServer, type ServerProcess } from './server-process.ts'
import { openShop } from './shop.ts'
import { allInterpreted, differences } from './truth.ts'

const MEGABYTE = 1 << 20
/** How long it stays full, once deliveries are refused. */
const FULL_MS = 12_000

let used: DataFolder | undefined
let server: ServerProcess | undefined
afterEach(async () => {
  await server?.stop()
  await used?.remove()
})

interface Way {
  name: string
  /** Of the small file system, when there is one. */
  megabytes?: number
  prepare?: (folder: DataFolder) => void
  fill: (folder: DataFolder, child: ChildProcess) => void
  free: (folder: DataFolder, child: ChildProcess) => void
}

const everyProcess = ({ postgresProcesses }: DataFolder, child: ChildProcess) => [child.pid, ...postgresProcesses()]
const limited = (bytes: number): Pick<Way, 'fill' | 'free'> => ({
  // The server too: what it starts in place of a PostgreSQL that has ended is limited like that.
  fill: (folder, child) => limitFileSizes(everyProcess(folder, child), bytes),
  free: (folder, child) => limitFileSizes(everyProcess(folder, child), 'unlimited'),
})
const ballast = ({ path }: DataFolder) => join(path, 'ballast')

const WAYS: Way[] = [
  // Beyond the 16 MB of a segment of the log.
  { name: 'no table can grow', ...limited(17 * MEGABYTE) },
  { name: 'nothing can be written, the log of PostgreSQL neither', ...limited(MEGABYTE / 4) },
]
// Only where the account may mount; the limits above act the same everywhere.
if (mayMount()) {
  WAYS.push({
    name: 'a small file system is full',
    // The load is of texts without end, each three letters of which are entries of an index: their log takes room too.
    megabytes: 920,
    prepare: (folder) => writeFileSync(ballast(folder), Buffer.alloc(800 * MEGABYTE)),
    fill: () => {},
    free: (folder) => rmSync(ballast(folder)),
  })
}

test.for(WAYS)(
  'while $name nothing is answered 200 that is not stored, and afterwards all is taken in without a restart',
  { timeout: 300_000 },
  async ({ megabytes, prepare, fill, free }) => {
    const folder = makeDataFolder(megabytes === undefined ? {} : { megabytes })
    used = folder
    prepare?.(folder)
    server = startServer({ dataDir: folder.path, env: BOOTSTRAP })
    const url = await server.ready
    const shop = await openShop(url)
    const padding = () => randomBytes(30_000).toString('base64')
    const load = startLoad({
      shop,
      random: openRandom(),
      customers: 100,
      connections: 4,
      pauseMs: 10,
      urls: () => [url],
      padding,
    })
    const refused = () =>
      [...load.counts.refused].filter(([status]) => status >= 500).reduce((sum, [, count]) => sum + count, 0)
    while (load.counts.accepted < 30) await sleep(20)

    fill(folder, server.child)
    const full = performance.now()
    while (refused() < 20) {
      expect(performance.now() - full, 'milliseconds until it is full').toBeLessThan(120_000)
      await sleep(50)
    }
    const acceptedUntilFull = load.counts.accepted
    await sleep(FULL_MS)
    const [health, readiness] = [await ask(`${url}/healthz`), await ask(`${url}/readyz`)]
    const acceptedWhileFull = load.counts.accepted - acceptedUntilFull

    free(folder, server.child)
    const freed = performance.now()
    await load.finish()
    const finished = performance.now() - freed
    const { db, pool } = await folder.openDatabase()
    try {
      await allInterpreted(db, 60_000)
      const said = new Map<string, number>()
      for (const line of server.complaints) said.set(sayLine(line), (said.get(sayLine(line)) ?? 0) + 1)
      console.log(
        `${expect.getState().currentTestName}: ${acceptedUntilFull} answered 200 before, ${acceptedWhileFull} while full, ${load.counts.accepted} in the end; others ${JSON.stringify([...load.counts.refused])}; readyz ${readiness?.status}; all taken ${Math.round(finished)} ms after there was room, interpreted after ${Math.round(performance.now() - freed)} ms\n  ${[
          ...said,
        ]
          .toSorted((a, b) => b[1] - a[1])
          .slice(0, 12)
          .map(([line, times]) => `${times} × ${line}`)
          .join('\n  ')}`,
      )
      expect(await differences(db, load)).toEqual([])
    } finally {
      await pool.end()
    }
    expect(health?.status).toBe(200)
    expect([...load.counts.refused.keys()].filter((status) => status < 500)).toEqual([])
    expect(server.alive()).toBe(true)
  },
)
