// What each customer of the demo shop wrote and when: one to four conversations in fourteen months, denser of late.
import type { Customer } from './customers.ts'
import type { Random } from './random.ts'
import { TALK, TOPICS, type Topic } from './talk.ts'
import type { DemoChannelKey } from './types.ts'

export const DAY = 86_400_000
const HOUR = 3_600_000
const MINUTE = 60_000
const LONGEST_AGO = 425 * DAY
const MOST_MESSAGES = 12

export interface Said {
  channel: DemoChannelKey
  at: number
  text: string
}
export interface Conversation {
  topic: Topic | 'press' | 'supplier'
  /** The message that says what it is about. */
  point: Said
  messages: Said[]
}

/** The few who write but are no customers, with what they write. */
const ODD_ONES: readonly { topic: 'press' | 'supplier'; text: string }[] = [
  {
    topic: 'press',
    text: 'I write about coffee for a Sunday paper and would love to interview the two of you about the new roastery',
  },
  {
    topic: 'supplier',
    text: 'Dear Sir or Madam, we are manufacturer of coffee pouches with valve, best price. May I send catalogue?',
  },
  { topic: 'press', text: 'I have a brewing channel with 80k followers. Could you send some samples for a video?' },
]
const ODD_PLACES = [40, 120, 260]

// How many minutes ago the latest customers wrote.
const JUST_NOW = [2, 7, 16, 31, 48, 75, 110, 160, 220, 290, 380, 470, 600, 760, 930, 1150]

const OFTEN: readonly Topic[] = [
  'order',
  'late',
  'gift',
  'price',
  'brewing',
  'espresso',
  'filter',
  'tea',
  'subscription',
  'praise',
]

/** What every customer wrote, in the order of the customers. */
export function makeConversations(random: Random, customers: readonly Customer[], now: number): Conversation[][] {
  const odd = new Map(
    ODD_PLACES.map((place, n) => {
      const i = customers.findIndex(({ country }, at) => at >= place && country.code === 'GB')
      return [i, ODD_ONES[n]]
    }),
  )
  return customers.map((customer, i) => {
    const one = odd.get(i)
    if (one === undefined) return converse(random, customer, i, now)
    const at = wholeSecond(now - random.between(3, 200) * DAY)
    const point: Said = { channel: 'shop', at, text: one.text }
    return [{ topic: one.topic, point, messages: [point] }]
  })
}

/** The conversations of one customer, oldest first; `i` is their place among all. */
function converse(random: Random, customer: Customer, i: number, now: number): Conversation[] {
  const minutes = JUST_NOW[i]
  const lastAgo = minutes === undefined ? HOUR * 20 + (LONGEST_AGO - 2 * DAY) * random.next() ** 2.3 : minutes * MINUTE
  const count = random.pick([1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4])
  const ends = [now - lastAgo]
  const reach = LONGEST_AGO - 4 * DAY - lastAgo
  while (ends.length < count && reach > 0) ends.push(now - lastAgo - 2 * DAY - reach * random.next() ** 1.6)

  let room = MOST_MESSAGES
  let last: Topic | undefined
  return (
    ends
      .map((end) => (now - end < 2 * DAY ? end : inDaylight(end, customer.country.utcOffsetHours)))
      .toSorted((a, b) => a - b)
      // Two on one day would be one conversation.
      .filter((end, n, all) => end - (all[n - 1] ?? 0) > DAY)
      .map((end, n, all) => {
        // Many come back with the same concern.
        const topic = last !== undefined && random.chance(0.35) ? last : newTopic(random)
        const conversation = writeConversation(random, customer, topic, end, room - (all.length - n - 1))
        last = topic
        room -= conversation.messages.length
        return conversation
      })
  )
}

const newTopic = (random: Random): Topic => (random.chance(0.45) ? random.pick(OFTEN) : random.pick(TOPICS))

function writeConversation(
  random: Random,
  { country }: Customer,
  topic: Topic,
  end: number,
  room: number,
): Conversation {
  const talk = TALK[country.language]
  const number = String(random.between(10_200, 19_900))
  const [point = '', more] = random.shuffle(talk.topics[topic]).map((text) => text.replace('{n}', number))
  const texts = [point]
  if (more !== undefined && room > 1 && random.chance(0.35)) texts.push(more)
  if (texts.length < room && random.chance(0.45)) texts.unshift(random.pick(talk.hello))
  if (texts.length < room && random.chance(0.35)) texts.push(random.pick(talk.thanks))

  const channel = channelOf(random, topic, country.code)
  let at = end
  const messages = texts
    .toReversed()
    .map((text): Said => {
      const said = { channel, at: wholeSecond(at), text }
      at -= random.between(8, 240) * 1000
      return said
    })
    .toReversed()
  const about = messages.find(({ text }) => text === point)
  if (about === undefined) throw new Error('A conversation is about something.')
  return { topic, point: about, messages }
}

function channelOf(random: Random, topic: Topic, country: string): DemoChannelKey {
  if (['wholesale', 'office', 'corporate'].includes(topic)) return 'trade'
  const isEastern = ['CN', 'HK', 'SG', 'IN', 'JP', 'SA', 'AE', 'AU'].includes(country)
  return isEastern && random.chance(0.8) ? 'east' : 'shop'
}

const wholeSecond = (at: number) => Math.floor(at / 1000) * 1000

/** The same day, but not in the middle of the customer's night. */
function inDaylight(at: number, utcOffsetHours: number): number {
  const hour = (((at / HOUR + utcOffsetHours) % 24) + 24) % 24
  return hour < 7 ? at + 7 * HOUR : at
}
