// Another system's receiver of webhooks: a real HTTP server on loopback that keeps what it gets, and answers as it is told.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TellableEvent } from '../../server/events/schema.ts'

export interface Received {
  at: number
  headers: Record<string, string>
  text: string
  event: TellableEvent
  /** What it was answered with; null when it was not. */
  status: number | null
}

type Answer =
  | { status: number; headers?: Record<string, string>; body?: string; afterMs?: number }
  | 'breaks'
  | 'silent'

export interface Receiver {
  url: string
  /** Every request, in the order of their arrival. */
  received: Received[]
  /** Of those that were accepted, each event once, in the order of the first time. */
  accepted(): TellableEvent[]
  /** What it answers; 204 unless it is said. */
  answer: (event: TellableEvent, n: number) => Answer | null
  /** Most requests that were under way at once, for anything and for one webhook-id. */
  most: number
  mostOfOne: number
  close(): Promise<void>
}

export async function openReceiver(): Promise<Receiver> {
  const underWay: string[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = Buffer.concat(await request.toArray()).toString()
    const event = JSON.parse(text) as TellableEvent
    const headers = request.headers as Record<string, string>
    const one: Received = { at: Date.now(), headers, text, event, status: null }
    receiver.received.push(one)
    const id = headers['webhook-id']!
    underWay.push(id)
    receiver.most = Math.max(receiver.most, underWay.length)
    receiver.mostOfOne = Math.max(receiver.mostOfOne, underWay.filter((each) => each === id).length)
    response.once('close', () => underWay.splice(underWay.indexOf(id), 1))
    const answer = receiver.answer(event, receiver.received.length) ?? { status: 204 }
    if (answer === 'breaks') return void request.socket.destroy()
    if (answer === 'silent') return
    if (answer.afterMs) await new Promise((resolve) => setTimeout(resolve, answer.afterMs))
    one.status = answer.status
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }
  const server = createServer((request, response) => {
    void take(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    accepted() {
      const seen = new Map<string, TellableEvent>()
      for (const { status, headers, event } of receiver.received)
        if (status !== null && status < 300 && !seen.has(headers['webhook-id']!))
          seen.set(headers['webhook-id']!, event)
      return [...seen.values()]
    },
    answer: () => null,
    most: 0,
    mostOfOne: 0,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}
