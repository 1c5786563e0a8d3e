// The live screens of one organization in this tab: the stream, and what it changes on them.
import type { QueryClient } from '@tanstack/react-query'
import { tellPresence } from '../presence/told.ts'
import { openScreens } from './applying.ts'
import { setLive } from './state.ts'
import { openTabStream } from './tab-stream.ts'

export interface LiveScreensOptions {
  queryClient: QueryClient
  organization: { id: string; slug: string }
  position: number
  /** The session has ended, or the person does not belong to the organization any more. */
  onEnded: () => void
  /** Somebody's role may be another now, or the organization's name. */
  onPeopleChanged: () => void
}

/** When the stream has been down for a while, what is shown is read again now and then. */
const DOWN_MS = 5000
const READ_EVERY_MS = 15_000

/** Keeps what is shown of the organization as it is, until the function that is answered is called. */
export function keepScreensLive({
  queryClient,
  organization,
  position,
  onEnded,
  onPeopleChanged,
}: LiveScreensOptions): () => void {
  const { slug } = organization
  const isSeen = () => document.visibilityState === 'visible'
  const screens = openScreens({ queryClient, organization: slug, isSeen, onPeopleChanged })
  let downSince = Date.now()
  let isLive = false
  const stream = openTabStream({
    organization,
    position,
    onTold: screens.take,
    onReset: () => screens.readAllAgain(0),
    onPresence: (text) => tellPresence(slug, text),
    onEnded,
    onLive: (now) => {
      if (isLive && !now) downSince = Date.now()
      isLive = now
      setLive(slug, now)
    },
  })
  const whileDown = setInterval(() => {
    if (isLive || Date.now() - downSince <= DOWN_MS) return
    tellPresence(slug, null)
    if (isSeen()) screens.readAllAgain(READ_EVERY_MS)
  }, DOWN_MS)
  document.addEventListener('visibilitychange', screens.look)
  return () => {
    document.removeEventListener('visibilitychange', screens.look)
    clearInterval(whileDown)
    stream.close()
    screens.close()
    tellPresence(slug, null)
    setLive(slug, false)
  }
}
