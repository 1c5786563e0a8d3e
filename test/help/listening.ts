// Live streams as a test hears them, over real HTTP.
import type { AddressInfo } from 'node:net'
import { LiveMessage, type LiveChange } from '../../server/events/schema.ts'
import { PresenceMessage } from '../../server/presence/schema.ts'
import type { Person, TestServer } from './server.ts'

interface Received {
  type: string
  id: number
  data: unknown
}

export interface Listener {
  status: number
  problem: unknown
  /** All but what has no position. */
  messages: Received[]
  /** Who is there, as it was told each time. */
  presence: PresenceMessage[]
  ended: boolean
  changes(): LiveChange[]
  close(): void
}

const open: Listener[] = []
export function closeListeners(): void {
  for (const listener of open.splice(0)) listener.close()
}

export const portOf = ({ app }: TestServer) => (app.server.address() as AddressInfo).port

export async function listen(
  at: TestServer,
  person: Person,
  { after, slug = person.slug, headers = {} }: { after?: number; slug?: string; headers?: Record<string, string> } = {},
): Promise<Listener> {
  const abort = new AbortController()
  const response = await fetch(
    `http://127.0.0.1:${portOf(at)}/v1/live${after === undefined ? '' : `?after=${after}`}`,
    { headers: { cookie: person.cookie, 'earmark-organization': slug, ...headers }, signal: abort.signal },
  )
  const listener: Listener = {
    status: response.status,
    problem: response.ok ? null : await response.json(),
    messages: [],
    presence: [],
    ended: false,
    changes: () =>
      listener.messages.filter(({ type }) => type === 'message').flatMap(({ data }) => LiveMessage.parse(data).changes),
    close: () => abort.abort(),
  }
  open.push(listener)
  if (response.ok) void read(response, listener)
  return listener
}

async function read(response: Response, listener: Listener): Promise<void> {
  let text = ''
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n')
        text = text.slice(end + 2)
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
        if (field('data') === undefined) continue
        if (field('event') === 'presence') {
          listener.presence.push(PresenceMessage.parse(JSON.parse(field('data')!)))
          continue
        }
        listener.messages.push({
          type: field('event') ?? 'message',
          id: Number(field('id')),
          data: JSON.parse(field('data')!),
        })
      }
    }
  } catch {
    // Cut off, by the server or by us.
  }
  listener.ended = true
}
