// 10,000 events to a webhook that fails one in ten, while the server is killed twice: what is lost, out of order, or sent twice.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemActor } from '../server/access/actor.ts'
import { recordEvents } from '../server/events/events.ts'
import type { TellableEvent } from '../server/events/schema.ts'
import { newId } from '../server/lib/ids.ts'
import { createWebhook } from '../server/webhooks/endpoints.ts'
import { askedOf } from './contacts-crowd.ts'
import { load } from './load.ts'
import { BENCH_SECRET_KEY, startServer } from './server-process.ts'
import { loadSecretKey } from '../server/lib/secret-key.ts'

const EVENTS = 10_000
const CONTACTS = 2000
/** One in so many requests is answered 500, but no event a third time, or the end would come after minutes. */
const FAILS = 10
const MOST_FAILED = 2
const KILLED_AT = [2500, 6000]
const BATCH = 500

interface Counts {
  /** Whether any request is answered 500. */
  fails: boolean
  requests: number
  failed: number
  /** The events that were accepted, each once, in the order of the first time. */
  first: TellableEvent[]
  doubles: number
}

export async function benchEvents(): Promise<void> {
  const counts: Counts = { fails: false, requests: 0, failed: 0, first: [], doubles: 0 }
  const seen = new Set<number>()
  const failed = new Map<number, number>()
  const receiver = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const event = JSON.parse(Buffer.concat(chunks).toString()) as TellableEvent
      const times = failed.get(event.id) ?? 0
      if (++counts.requests % FAILS === 0 && counts.fails && times < MOST_FAILED) {
        failed.set(event.id, times + 1)
        counts.failed++
        return response.writeHead(500).end('one in ten')
      }
      if (seen.has(event.id)) counts.doubles++
      else counts.first.push(event)
      seen.add(event.id)
      return response.writeHead(200, { 'content-length': 0 }).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  const keptDataDir = mkdtempSync('/tmp/earmark-bench-')
  chmodSync(keptDataDir, 0o711)
  const start = () => startServer({ keptDataDir, settings: { ALLOW_PRIVATE_ADDRESSES: '127.0.0.1' } })
  let server = await start()
  try {
    const { orgId } = await askedOf(server)
    const actor = systemActor(orgId)
    const secretKey = loadSecretKey({ secretKey: BENCH_SECRET_KEY, dataDir: keptDataDir })
    const url = `http://127.0.0.1:${port}/`
    const make = (types: ['contact.updated']) =>
      server.db.transaction().execute((tx) => createWebhook(tx, { secretKey }, actor, { url, description: '', types }))
    await make(['contact.updated'])
    const contacts = Array.from({ length: CONTACTS }, newId)
    const happen = async (count: number) => {
      const happened = Array.from({ length: count }, (_, n) => ({
        kind: 'contact.updated' as const,
        contact_id: contacts[n % CONTACTS]!,
        after: { n },
      }))
      for (let n = 0; n < count; n += BATCH)
        await server.db.transaction().execute((tx) => recordEvents(tx, actor, happened.slice(n, n + BATCH)))
    }
    await happen(EVENTS)
    await reached(counts, EVENTS / 10)
    const fresh = performance.now()
    await reached(counts, EVENTS)
    const perSecond = (EVENTS * 0.9 * 1000) / (performance.now() - fresh)

    Object.assign(counts, { fails: true, requests: 0, first: [] })
    await happen(EVENTS)
    const began = performance.now()
    let away = 0
    for (const at of KILLED_AT) {
      await reached(counts, at)
      process.kill(server.pid, 'SIGKILL')
      const killed = performance.now()
      await server.db.destroy()
      server = await start()
      away += performance.now() - killed
    }
    await reached(counts, EVENTS)
    // What comes twice may come later.
    await sleep(3000)
    const seconds = (performance.now() - began - 3000) / 1000
    const body = Buffer.from(JSON.stringify(counts.first[0]))
    const told = { ...counts, first: [...counts.first] }
    const bare = await load(port, { connections: 16, seconds: 3, next: () => ({ path: '/', headers: {}, body }) })
    console.log(
      `\n${EVENTS.toLocaleString('en')} events of ${CONTACTS.toLocaleString('en')} contacts to a webhook that fails one in ${FAILS}, the server killed ${KILLED_AT.length} times:`,
    )
    console.log(
      `  lost ${EVENTS - new Set(told.first.map(({ id }) => id)).size}, out of order for a contact ${outOfOrder(told.first)}, accepted twice ${told.doubles} (promised: none lost, none out of order)`,
    )
    console.log(
      `  ${told.requests} requests, ${told.failed} of them failed; ${seconds.toFixed(1)} s in all, ${(away / 1000).toFixed(1)} of these without a server; before, with nothing failing or killed, ${perSecond.toFixed(0)} events a second; the same receiver alone takes ${((bare.ok + bare.other) / bare.seconds).toFixed(0)} requests a second`,
    )
  } finally {
    await server.stop()
    receiver.closeAllConnections()
    receiver.close()
    rmSync(keptDataDir, { recursive: true, force: true })
  }
}

async function reached(counts: Counts, count: number): Promise<void> {
  for (let silent = 0, before = counts.first.length; counts.first.length < count; silent++) {
    if (counts.first.length > before) [silent, before] = [0, counts.first.length]
    if (silent > 1200) throw new Error(`Only ${before} events came, and for a minute nothing more.`)
    await sleep(50)
  }
}

/** How many events came after a later one of their contact. */
function outOfOrder(events: readonly TellableEvent[]): number {
  const newest = new Map<string, number>()
  let count = 0
  for (const { id, contact_id: contact } of events) {
    if ((newest.get(contact!) ?? 0) > id) count++
    newest.set(contact!, Math.max(newest.get(contact!) ?? 0, id))
  }
  return count
}
