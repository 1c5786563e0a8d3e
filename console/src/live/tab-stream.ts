// The live stream as one tab has it: shared with the others where the browser can, closed while the tab is frozen, and
// going on from what this very tab has seen.
import type { live } from '../../../server/events/schema.ts'
import { fetchRoute } from '../lib/api.ts'
import { listenAlone } from './alone.ts'
import { openConnection } from './connection.ts'
import { shareStream, type StreamOptions, type TabStream } from './sharing.ts'
import { takeSlot } from './slots.ts'

export interface TabStreamOptions extends Pick<StreamOptions, 'onPresence' | 'onEnded' | 'onLive'> {
  organization: { id: string; slug: string }
  /** Of the session, for an organization that this tab has not shown yet. */
  position: number
  onTold: (text: string) => void
  onReset: () => void
}

/** Up to where this tab has seen everything, for each organization that it has shown. */
const seen = new Map<string, number>()

export function openTabStream({ organization, position, ...on }: TabStreamOptions): TabStream {
  const { id, slug } = organization
  if (!seen.has(id)) seen.set(id, position)
  let stream: TabStream | null = null

  const open = (): void => {
    stream ??= startStream(id, slug, {
      ...on,
      position: seen.get(id)!,
      onTold: (text, at) => {
        seen.set(id, at)
        on.onTold(text)
      },
      onReset: (at) => {
        seen.set(id, at)
        on.onReset()
      },
    })
  }
  // A page that is kept for the way back, or frozen, must hold no lock: the others would wait for it.
  const shut = (): void => {
    stream?.close()
    stream = null
  }
  const look = (): void => stream?.look()
  const events: [EventTarget, string, () => void][] = [
    [document, 'visibilitychange', look],
    [window, 'online', look],
    [window, 'focus', look],
    [document, 'freeze', shut],
    [document, 'resume', open],
    [window, 'pagehide', shut],
    [window, 'pageshow', open],
  ]
  for (const [target, name, act] of events) target.addEventListener(name, act)
  open()
  return {
    look,
    close() {
      for (const [target, name, act] of events) target.removeEventListener(name, act)
      shut()
    },
  }
}

function startStream(id: string, slug: string, options: Omit<StreamOptions, 'isSeen' | 'connect'>): TabStream {
  const { locks } = navigator as { locks?: LockManager }
  const all: StreamOptions = {
    ...options,
    isSeen: () => document.visibilityState === 'visible',
    connect: (given) =>
      openConnection({
        ...given,
        connect: (after, signal) =>
          fetchRoute<typeof live>('get', '/v1/live', { organization: slug, query: { after }, signal }),
        takeSlot: () => takeSlot({ locks, storage: storageOf() }),
      }),
  }
  if (!locks || typeof BroadcastChannel !== 'function') return listenAlone(all)
  return shareStream({
    ...all,
    name: `earmark-live-${id}`,
    locks,
    openChannel: (name) => new BroadcastChannel(name),
  })
}

/** Asking for it already fails where it is forbidden. */
function storageOf(): Storage | undefined {
  try {
    return window.localStorage
  } catch {
    return undefined
  }
}
