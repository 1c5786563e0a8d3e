// This tab, as it tells the server that it is there: which conversation is open in it, and whether somebody writes.
import type { closeTab, reportTab } from '../../../server/presence/schema.ts'
import { whenLeaving } from '../access/leaving.ts'
import { fetchRoute } from '../lib/api.ts'

/** So often the server wants to hear of a tab. */
const BEAT_MS = 25_000
/** Whoever walks through the list is told of only where they stop. */
const SETTLE_MS = 200
const WRITING_EVERY_MS = 5000
/** A pause as long is the end of writing. */
const PAUSE_MS = 5000

/** A UUID, also over plain HTTP, where browsers make none. */
const TAB = (() => {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
})()

let conversationId: string | null = null
let wroteAt = -Infinity
let writingToldAt = -Infinity
let reporter: Reporter | null = null

interface Reporter {
  organization: string
  tellSoon: () => void
  stop: () => void
}

/** Reports until the organization is left; again for the same one does nothing. */
export function startReporting(organization: string): void {
  if (reporter?.organization === organization) return
  reporter?.stop()
  reporter = openReporter(organization)
}
whenLeaving(() => {
  reporter?.stop()
  reporter = null
})

/** The conversation is open in this tab, until the function that is answered is called. */
export function showConversation(organization: string, id: string): () => void {
  conversationId = id
  wroteAt = -Infinity
  startReporting(organization)
  reporter?.tellSoon()
  return () => {
    if (conversationId !== id) return
    conversationId = null
    reporter?.tellSoon()
  }
}

/** Something was typed in the box to answer, or it was emptied. */
export function noteTyping(text: string): void {
  const now = performance.now()
  const was = now - wroteAt < PAUSE_MS
  wroteAt = text.trim() === '' ? -Infinity : now
  const is = wroteAt === now
  if (is !== was || (is && now - writingToldAt >= WRITING_EVERY_MS)) reporter?.tellSoon()
}

function openReporter(organization: string): Reporter {
  let waiting: ReturnType<typeof setTimeout> | undefined
  let underWay: AbortController | null = null

  const tell = async (): Promise<void> => {
    // The newest word counts: one that is on its way could arrive after it.
    if (underWay) return tellSoon()
    const now = performance.now()
    const writing = conversationId !== null && now - wroteAt < PAUSE_MS
    writingToldAt = writing ? now : -Infinity
    underWay = new AbortController()
    try {
      await fetchRoute<typeof reportTab>('put', '/v1/presence/tabs/{id}', {
        organization,
        params: { id: TAB },
        body: { conversation_id: conversationId, writing },
        signal: underWay.signal,
      })
    } catch {
      // A courtesy to colleagues, of which nobody has to know that it failed; the next beat tells it again.
    }
    underWay = null
  }
  const tellSoon = (): void => {
    clearTimeout(waiting)
    waiting = setTimeout(() => void tell(), SETTLE_MS)
  }
  const leave = (): void => {
    clearTimeout(waiting)
    underWay?.abort()
    fetchRoute<typeof closeTab>('delete', '/v1/presence/tabs/{id}', {
      organization,
      params: { id: TAB },
      keepalive: true,
    }).catch(() => {
      // The tab lapses by itself.
    })
  }

  const beating = setInterval(() => void tell(), BEAT_MS)
  window.addEventListener('pagehide', leave)
  // Kept for the way back, and there again.
  window.addEventListener('pageshow', tellSoon)
  tellSoon()
  return {
    organization,
    tellSoon,
    stop() {
      clearInterval(beating)
      window.removeEventListener('pagehide', leave)
      window.removeEventListener('pageshow', tellSoon)
      leave()
    },
  }
}
