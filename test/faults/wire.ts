// The network between a server and its database: a TCP port before PostgreSQL's socket, which can fall silent without a word.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Wire {
  port: number
  /** Nothing gets through any more, and no connection ends: as when a cable is cut. What was connected stays dead for ever. */
  cut(): void
  /** New connections get through again. */
  mend(): void
  close(): Promise<void>
}

/** Carries connections on a free port of this machine to the socket. */
export async function openWire(socketPath: string): Promise<Wire> {
  let whole = true
  const ends = new Set<Socket>()
  const joined = new Set<[Socket, Socket]>()
  const server = createServer({ pauseOnConnect: true }, (near) => {
    ends.add(near)
    near.on('error', () => {})
    near.once('close', () => ends.delete(near))
    if (!whole) return
    const far = connect(socketPath)
    ends.add(far)
    far.on('error', () => near.destroy())
    const pair: [Socket, Socket] = [near, far]
    joined.add(pair)
    near.pipe(far)
    far.pipe(near)
    for (const [one, other] of [pair, pair.toReversed() as [Socket, Socket]]) {
      one.once('close', () => {
        ends.delete(one)
        // Once cut, neither end learns what becomes of the other.
        if (joined.delete(pair)) other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      whole = false
      for (const [near, far] of joined) {
        near.unpipe(far).pause()
        far.unpipe(near).pause()
      }
      joined.clear()
    },
    mend() {
      whole = true
    },
    async close() {
      for (const end of ends) end.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
