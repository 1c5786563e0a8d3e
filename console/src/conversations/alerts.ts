// Tells an agent of new messages in their own conversations, by a notification and a quiet sound, when they have asked for it, and of conversations that were handed to them.
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
/** Hand-overs that some tab of this browser has told of: outside the page, and on screen. */
const NOTIFIED = 'earmark-hand-overs-notified'
const SHOWN = 'earmark-hand-overs-shown'
/** The server tells of none that is older than a few minutes. */
const MOST_REMEMBERED = 50
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

/** The conversation that somebody has before their eyes. */
const lookedAtNow = (): string | null =>
  document.hasFocus() ? new URL(location.href).searchParams.get('conversation') : null

/** Once in a browser, however many tabs are open. */
export function alertOf(queryClient: QueryClient, organization: string, conversations: Iterable<Conversation>): void {
  const userId = queryClient.getQueryData(sessionQuery.queryKey)?.user.id
  if (userId === undefined || !isOn()) return
  const news = toTellOf(conversations, { userId, told: read(TOLD), lookedAt: lookedAtNow() })
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

type HandOver = Digest['handedOver'][number]
export interface Given {
  handOver: HandOver
  /** As it is now. */
  conversation: Conversation
}

const nameOf = ({ conversation_id, at }: HandOver): string => `${conversation_id} ${at}`
const remembered = (where: string): string[] =>
  read(where)
    .split(',')
    .filter((name) => name !== '')

function remember(where: string, given: readonly Given[]): void {
  if (given.length === 0) return
  const names = given.map(({ handOver }) => nameOf(handOver))
  keep(where, [...new Set([...remembered(where), ...names])].slice(-MOST_REMEMBERED).join(','))
}

/** Which hand-overs somebody is to be told of: the last of each conversation that is open, still theirs and not answered by them since. */
export function handOversToTell(
  given: readonly Given[],
  { user, told }: { user: { id: string; name: string }; told: readonly string[] },
): Given[] {
  const last = new Map(given.toSorted(byTime).map((each) => [each.conversation.id, each]))
  return [...last.values()]
    .filter(
      ({ handOver, conversation: { agent, closed_at, last_message, last_message_at } }) =>
        handOver.to === user.id &&
        agent?.id === user.id &&
        closed_at === null &&
        !(last_message?.sent_by === user.name && Date.parse(last_message_at) > Date.parse(handOver.at)) &&
        !told.includes(nameOf(handOver)),
    )
    .toSorted(byTime)
    .slice(-MOST_AT_ONCE)
}

const byTime = (a: Given, b: Given): number => Date.parse(a.handOver.at) - Date.parse(b.handOver.at)

/** Not told on screen yet, as nobody looks at this tab. */
let unseen: Given[] = []

/** Says that a colleague gave one a conversation, which may have nothing unread; outside the page too, when that was asked for. */
export function tellOfHandOvers(
  queryClient: QueryClient,
  organization: string,
  { handedOver, conversations }: Pick<Digest, 'handedOver' | 'conversations'>,
): void {
  const user = queryClient.getQueryData(sessionQuery.queryKey)?.user
  if (!user) return
  const news = handedOver.flatMap((handOver) => {
    const conversation = conversations.get(handOver.conversation_id)
    return conversation ? [{ handOver, conversation }] : []
  })
  notifyOfHandOvers(organization, handOversToTell(news, { user, told: remembered(NOTIFIED) }))
  const before = unseen.map((each) => ({
    ...each,
    conversation: conversations.get(each.conversation.id) ?? each.conversation,
  }))
  unseen = handOversToTell([...before, ...news], { user, told: remembered(SHOWN) })
  // It is awaited already where something was unseen before.
  if (before.length === 0 && unseen.length > 0) whenSeen(() => showHandOvers(queryClient))
}

/** Tabs in sight are told before those that are not: what somebody has before their eyes, no other tab notifies them of. */
function notifyOfHandOvers(organization: string, given: readonly Given[]): void {
  const lookedAt = lookedAtNow()
  remember(NOTIFIED, given)
  if (!isOn()) return
  for (const { handOver, conversation } of given)
    if (conversation.id !== lookedAt)
      notify(organization, conversation, m.conversation_handed_to_you_short({ by: handOver.by }))
}

/** What another tab has shown meanwhile, or is another person's, is left out. */
function showHandOvers(queryClient: QueryClient): void {
  const user = queryClient.getQueryData(sessionQuery.queryKey)?.user
  const given = user ? handOversToTell(unseen, { user, told: remembered(SHOWN) }) : []
  unseen = []
  remember(SHOWN, given)
  for (const { handOver, conversation } of given)
    tell(m.conversation_handed_to_you({ by: handOver.by, name: customerName(conversation.contact) }))
}

/** At once, or when the tab comes into sight. */
function whenSeen(act: () => void): void {
  if (document.visibilityState === 'visible') act()
  else document.addEventListener('visibilitychange', () => whenSeen(act), { once: true })
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
