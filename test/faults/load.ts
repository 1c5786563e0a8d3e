// Customers who write without pause, posted as Meta posts: whatever is not answered 200 is sent again until it is.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'
import { composeMessage, deliver, joinBodies, type Ids, type Shop } from './shop.ts'

export interface Customer {
  name: string
  username: string | undefined
  /** All that is ever told of them. */
  ids: Ids
  /** What each of the first messages tells, in this order: what comes later may tell any part of it. */
  introduction: Ids[]
  /** How much of the introduction was answered 200. */
  introduced: number
  /** A message of the introduction is under way. */
  introducing: boolean
  messages: { id: string; at: string }[]
}

interface Delivery {
  body: string
  introduces: Customer[]
  due: number
  attempts: number
}

export interface Counts {
  /** Answered 200. */
  accepted: number
  /** Answered anything else, by status; 0 is no answer at all. */
  refused: Map<number, number>
  /** Sent again although answered 200, as Meta sometimes does. */
  repeated: number
}

export interface Load {
  customers: readonly Customer[]
  counts: Counts
  /** How often each body was answered 200, by the SHA-256 of the body. */
  accepted: ReadonlyMap<string, number>
  /** Milliseconds that the slowest answer took, and starts anew. */
  takeSlowest(): number
  /** Nothing new is sent; resolves when everything sent was answered 200. */
  finish(): Promise<void>
}

export interface LoadOptions {
  shop: Shop
  random: Random
  customers: number
  connections: number
  /** The longest pause of a connection between two deliveries. */
  pauseMs: number
  /** The addresses of the servers that listen now. */
  urls: () => string[]
  /** More text in each message, for filling disks. */
  padding?: () => string
}

export function startLoad(options: LoadOptions): Load {
  const { shop, random, urls, pauseMs, padding = () => '' } = options
  const customers = Array.from({ length: options.customers }, (_, n) => newCustomer(n, random))
  const counts: Counts = { accepted: 0, refused: new Map(), repeated: 0 }
  const accepted = new Map<string, number>()
  const again: Delivery[] = []
  let finishing = false
  let sending = 0
  let slowest = 0
  let numbers = 0

  const next = (): Delivery | null => {
    const due = again.findIndex((delivery) => delivery.due <= performance.now())
    if (due !== -1) return again.splice(due, 1)[0]!
    if (finishing) return null
    const writers = new Set(
      Array.from({ length: random.chance(0.2) ? random.between(2, 6) : 1 }, () => random.pick(customers)),
    )
    const bodies: string[] = []
    const introduces: Customer[] = []
    for (const customer of writers) {
      if (customer.introducing) continue
      const step = customer.introduction[customer.introduced]
      if (step) {
        customer.introducing = true
        introduces.push(customer)
      }
      const { ids, name, username } = customer
      const id = `wamid.fault${numbers++}`
      // Whole seconds of the last hour, in no order.
      const at = new Date((Math.floor(Date.now() / 1000) - random.between(10, 3600)) * 1000)
      bodies.push(
        composeMessage({
          id,
          ids: step ?? someOf(ids, random),
          name,
          ...(username === undefined ? {} : { username }),
          text: `message ${id}${padding()}`,
          at,
        }),
      )
      customer.messages.push({ id, at: at.toISOString() })
    }
    return bodies.length === 0 ? null : { body: joinBodies(bodies), introduces, due: 0, attempts: 0 }
  }

  const connection = async (): Promise<void> => {
    while (!finishing || sending > 0 || again.length > 0) {
      const addresses = urls()
      const delivery = addresses.length === 0 ? null : next()
      if (delivery === null) {
        await sleep(5)
        continue
      }
      sending++
      const begun = performance.now()
      const status = await deliver(random.pick(addresses), shop, delivery.body)
      slowest = Math.max(slowest, performance.now() - begun)
      sending--
      delivery.attempts++
      if (status === 200) {
        counts.accepted++
        const key = createHash('sha256').update(delivery.body).digest('hex')
        accepted.set(key, (accepted.get(key) ?? 0) + 1)
        for (const customer of delivery.introduces) {
          customer.introduced++
          customer.introducing = false
        }
        if (!finishing && random.chance(0.03)) {
          counts.repeated++
          again.push({ ...delivery, introduces: [], due: performance.now() + random.between(0, 2000) })
        }
      } else {
        counts.refused.set(status ?? 0, (counts.refused.get(status ?? 0) ?? 0) + 1)
        again.push({ ...delivery, due: performance.now() + random.between(20, 400) })
      }
      if (pauseMs > 0) await sleep(random.between(0, pauseMs))
    }
  }
  const connections = Array.from({ length: options.connections }, connection)

  return {
    customers,
    counts,
    accepted,
    takeSlowest() {
      const taken = Math.round(slowest)
      slowest = 0
      return taken
    },
    async finish() {
      finishing = true
      await Promise.all(connections)
    },
  }
}

/** Five kinds: known by phone alone, by id alone, by both from the beginning, and by one before the other. */
function newCustomer(n: number, random: Random): Customer {
  const phone = String(4_915_110_000_000 + n)
  const bsuid = `DE.${(10 ** 15 + n * 7919).toString(36).toUpperCase()}X${n}`
  const both = { phone, bsuid }
  const kinds: Ids[][] = [[{ phone }], [{ bsuid }], [both], [{ phone }, both], [{ bsuid }, both]]
  const introduction = kinds[n % kinds.length]!
  const ids: Ids = introduction.at(-1)!
  const username = ids.bsuid !== undefined && random.chance(0.7) ? `customer.${n}` : undefined
  return { name: `Zoë 李 ${n}`, username, ids, introduction, introduced: 0, introducing: false, messages: [] }
}

function someOf({ phone, bsuid }: Ids, random: Random): Ids {
  if (phone === undefined || bsuid === undefined) return { phone, bsuid }
  return random.pick([{ phone }, { bsuid }, { phone, bsuid }])
}
