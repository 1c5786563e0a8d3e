// Tells an agent of new messages in their own conversations, by a notification and a quiet sound, when they have asked for it.
import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { sessionQuery } from '../access/queries.ts'
import type { Digest } from '../live/digest.ts'
import { m } from '../paraglide/messages.js'
import { tell } from '../ui/toasts.ts'
import { customerName, lastLine } from './words.ts'

const WANTED = 'earmark-alerts'
/** The newest message that some tab of this browser has told of. */
const TOLD = 'earmark-alerted'
/** After a break much may have come at once. */
const MOST_AT_ONCE = 3

const listeners = new Set<() => void>()

function read(name: string): string {
  try {
    return localStorage.getItem(name) ?? ''
  } catch {
    // Storage may be blocked: then nobody asked for it.
    return ''
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // As above.
  }
  for (const listener of listeners) listener()
}

const isOn = (): boolean =>
  typeof Notification !== 'undefined' && Notification.permission === 'granted' && read(WANTED) === 'on'

/** Asks the browser's leave, where that is needed; answers whether there is one. */
export async function turnAlertsOn(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false
  if ((await Notification.requestPermission()) !== 'granted') return false
  keep(WANTED, 'on')
  return true
}

export const turnAlertsOff = (): void => keep(WANTED, 'off')

export const useAlerts = (): boolean =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    window.addEventListener('storage', listener)
    return () => {
      listeners.delete(listener)
      window.removeEventListener('storage', listener)
    }
  }, isOn)

/** Which of the conversations somebody is to be told of: their own, with a message that nobody was told of and that they are not looking at. */
export function toTellOf(
  conversations: Iterable<Conversation>,
  { userId, told, lookedAt }: { userId: string; told: string; lookedAt: string | null },
): Conversation[] {
  // Ids sort in the order of arrival.
  return [...conversations]
    .filter(
      ({ id, agent, closed_at, unread_count, last_message }) =>
        agent?.id === userId &&
        closed_at === null &&
        unread_count > 0 &&
        last_message?.direction === 'in' &&
        last_message.id > told &&
        id !== lookedAt,
    )
    .toSorted((a, b) => (a.last_message!.id < b.last_message!.id ? -1 : 1))
    .slice(-MOST_AT_ONCE)
}

/** Once in a browser, however many tabs are open. */
export function alertOf(queryClient: QueryClient, organization: string, conversations: Iterable<Conversation>): void {
  const userId = queryClient.getQueryData(sessionQuery.queryKey)?.user.id
  if (userId === undefined || !isOn()) return
  const address = new URL(location.href)
  const lookedAt = document.hasFocus() ? address.searchParams.get('conversation') : null
  const news = toTellOf(conversations, { userId, told: read(TOLD), lookedAt })
  const last = news.at(-1)
  if (!last) return
  keep(TOLD, last.last_message!.id)
  for (const each of news) notify(organization, each, lastLine(each.last_message!))
  sound()
}

/** One notification a conversation, however many tabs are open. */
function notify(organization: string, { id, contact }: Conversation, body: string): void {
  const shown = new Notification(customerName(contact), { body, tag: `earmark-${id}`, silent: true })
  shown.addEventListener('click', () => {
    window.focus()
    location.assign(`/o/${organization}/inbox?conversation=${id}&list=mine`)
  })
}

/** Says that a colleague gave one a conversation, which may have nothing unread; outside the page too, when that was asked for. */
export function tellOfHandOvers(
  queryClient: QueryClient,
  organization: string,
  { handedOver, conversations }: Pick<Digest, 'handedOver' | 'conversations'>,
): void {
  const userId = queryClient.getQueryData(sessionQuery.queryKey)?.user.id
  for (const { conversation_id, to, by } of handedOver) {
    const conversation = conversations.get(conversation_id)
    // It may be somebody else's again.
    if (to !== userId || conversation?.agent?.id !== userId) continue
    tell(m.conversation_handed_to_you({ by, name: customerName(conversation.contact) }))
    if (isOn()) notify(organization, conversation, m.conversation_handed_to_you_short({ by }))
  }
}

/** Two soft tones; browsers are silent until somebody has clicked on the page. */
function sound(): void {
  const audio = new AudioContext()
  const volume = audio.createGain()
  volume.gain.value = 0.04
  volume.connect(audio.destination)
  for (const [n, hertz] of [660, 880].entries()) {
    const tone = audio.createOscillator()
    tone.frequency.value = hertz
    tone.connect(volume)
    tone.start(audio.currentTime + n * 0.12)
    tone.stop(audio.currentTime + n * 0.12 + 0.1)
  }
  setTimeout(() => void audio.close(), 600)
}
