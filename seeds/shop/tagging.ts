// How the demo shop's customers came by their tags, and lost some of them again: by people, systems and AI.
import { ACTORS } from './catalog.ts'
import { DAY, type Conversation } from './conversations.ts'
import type { Customer } from './customers.ts'
import type { Random } from './random.ts'
import type { DemoActorKey, DemoTagging, DemoWhy } from './types.ts'

const MINUTE = 60_000

/** What a conversation's topic makes of a customer: the tags, and how an AI would put it. */
const MEANING: Readonly<Record<Conversation['topic'], { tags: readonly string[]; reason: string }>> = {
  order: { tags: ['Order question'], reason: 'Asks about an order that was placed.' },
  late: { tags: ['Late delivery'], reason: 'A parcel has not come when it should have.' },
  damaged: { tags: ['Damaged parcel'], reason: 'Something arrived broken or spilt.' },
  refund: { tags: ['Refund requested'], reason: 'Asks for money back.' },
  wholesale: {
    tags: ['Wholesale', 'Café or restaurant'],
    reason: 'Asks for trade prices for a business that serves coffee or tea.',
  },
  office: { tags: ['Office coffee'], reason: 'Wants coffee for an office.' },
  tasting: { tags: ['Tasting event'], reason: 'Wants to come to a tasting.' },
  gift: { tags: ['Gift'], reason: 'Buys for somebody else.' },
  corporate: { tags: ['Corporate gifts', 'Invoice needed'], reason: 'A company that sends presents to many.' },
  subscription: { tags: ['Subscription'], reason: 'Asks about a subscription.' },
  pause: {
    tags: ['Subscription', 'Subscription paused'],
    reason: 'Wants to pause or skip a delivery of the subscription.',
  },
  brewing: { tags: ['Brewing advice'], reason: 'Asks how to prepare it.' },
  price: { tags: ['Price question'], reason: 'Asks what something costs before ordering.' },
  diet: { tags: ['Allergy or diet'], reason: 'Asks what is in a product.' },
  decaf: { tags: ['Decaf'], reason: 'Asks for something without caffeine.' },
  invoice: { tags: ['Invoice needed'], reason: 'Needs an invoice, or another one.' },
  customs: { tags: ['Customs and duties'], reason: 'The parcel concerns customs.' },
  payment: { tags: ['Payment problem'], reason: 'Could not pay, or paid twice.' },
  tea: { tags: ['Loose-leaf tea'], reason: 'Asks for loose tea.' },
  espresso: { tags: ['Espresso'], reason: 'Makes espresso at home.' },
  filter: { tags: ['Filter coffee'], reason: 'Brews filter coffee.' },
  praise: { tags: [], reason: '' },
  press: { tags: ['Journalist or creator'], reason: 'Writes for a paper or a channel.' },
  supplier: { tags: ['Supplier offer'], reason: 'Wants to sell something to us.' },
}

/** Tags that describe a moment, and go when it is over. */
const PASSING = [
  'Order question',
  'Late delivery',
  'Damaged parcel',
  'Price question',
  'Invoice needed',
  'Payment problem',
  'Customs and duties',
  'Subscription paused',
  'Complaint',
]

interface Intent {
  change: 'add' | 'remove'
  tag: string
  at: number
  by: DemoActorKey
  why?: DemoWhy
}

const kinds = new Map(ACTORS.map(({ key, kind }) => [key, kind]))
const isAi = (by: DemoActorKey) => kinds.get(by) === 'ai_agent' || kinds.get(by) === 'ai_auto_close'

/** The history of one customer's tags. Nothing happens before the first message, or in the last minute before now. */
export function tagHistory(
  random: Random,
  { country }: Customer,
  conversations: readonly Conversation[],
  now: number,
): DemoTagging[] {
  if (random.chance(0.12)) return []
  const intents = [
    ...conversations.flatMap((conversation) => tagConversation(random, conversation)),
    ...(country.language === 'zh' && random.chance(0.3) ? joinCircle(random, conversations) : []),
    ...syncOrders(random, conversations),
    ...(conversations.length >= 4 && random.chance(0.6) ? honour(random, conversations) : []),
  ]
  return replay(intents.filter(({ at }) => at < now - MINUTE))
}

function tagConversation(random: Random, { topic, point, messages }: Conversation): Intent[] {
  const { tags, reason } = MEANING[topic]
  const closed = (messages.at(-1)?.at ?? point.at) + random.between(40, 300) * MINUTE
  const agent = random.pick(['aisha', 'wen'] as const)
  const why = { reason, evidence: point.text, evidence_at: new Date(point.at).toISOString() }
  const all: Intent[] = []
  const add = (tag: string) => {
    const who = random.next()
    if (who < 0.36) all.push({ change: 'add', tag, by: 'concierge', at: point.at + random.between(4, 45) * 1000, why })
    else if (who < 0.62) all.push({ change: 'add', tag, by: agent, at: point.at + random.between(2, 35) * MINUTE })
    else if (who < 0.86) all.push({ change: 'add', tag, by: 'autoclose', at: closed, why })
    else if (who < 0.93)
      all.push({ change: 'add', tag, by: 'maren', at: point.at + random.between(1, 30) * 3 * MINUTE })
    if (PASSING.includes(tag) && random.chance(0.6)) {
      const by = random.chance(0.8) ? agent : 'tomas'
      all.push({
        change: 'remove',
        tag,
        by,
        at: point.at + random.between(1, 9) * DAY + random.between(1, 400) * MINUTE,
      })
    }
  }
  tags.forEach(add)
  if ((topic === 'late' || topic === 'damaged') && random.chance(0.25)) add('Complaint')
  if (topic === 'damaged' && random.chance(0.4)) add('Refund requested')
  if ((topic === 'refund' || topic === 'damaged') && random.chance(0.7)) {
    const paid = nightAfter(point.at + random.between(2, 12) * DAY)
    all.push({ change: 'add', tag: 'Refunded', by: 'crm', at: paid })
    all.push({ change: 'remove', tag: 'Refund requested', by: 'crm', at: paid + 1000 })
  }
  // An AI that sees its own mistake.
  if (topic === 'price' && random.chance(0.5)) {
    all.push({
      change: 'remove',
      tag: 'Price question',
      by: 'concierge',
      at: point.at + 3 * MINUTE,
      why: { ...why, reason: 'Had ordered already.' },
    })
  }
  return all
}

function joinCircle(random: Random, conversations: readonly Conversation[]): Intent[] {
  const at = (conversations[0]?.point.at ?? 0) + random.between(3, 20) * MINUTE
  return conversations.length === 0 ? [] : [{ change: 'add', tag: '茶友 Tea circle', by: 'wen', at }]
}

/** What the order system writes at night. */
function syncOrders(random: Random, conversations: readonly Conversation[]): Intent[] {
  const [first, , third] = conversations
  if (first === undefined || !random.chance(0.4)) return []
  const all: Intent[] = [{ change: 'add', tag: 'New customer', by: 'crm', at: nightAfter(first.point.at) }]
  if (third !== undefined) {
    const at = nightAfter(third.point.at)
    all.push(
      { change: 'remove', tag: 'New customer', by: 'crm', at },
      { change: 'add', tag: 'Regular', by: 'crm', at: at + 1000 },
    )
    if (random.chance(0.4)) all.push({ change: 'add', tag: 'VIP', by: 'crm', at: at + 30 * DAY })
  }
  return all
}

/** A good customer whom the owners went through by hand: known well, and so with many tags. */
function honour(random: Random, conversations: readonly Conversation[]): Intent[] {
  const since = conversations.at(-1)?.point.at ?? 0
  const by = random.pick(['maren', 'tomas'] as const)
  const tastes = random.shuffle([
    'Espresso',
    'Filter coffee',
    'Loose-leaf tea',
    'Gift',
    'Tasting event',
    'Subscription',
    'Decaf',
  ])
  return ['VIP', 'Regular', ...tastes.slice(0, random.between(3, 6))].map((tag, n) => ({
    change: 'add',
    tag,
    by,
    at: since + 90 * MINUTE + n * 7000,
  }))
}

/** Ten past two at night, UTC, after a moment. */
const nightAfter = (at: number) => Math.floor(at / DAY) * DAY + DAY + 130 * MINUTE

/** Lets the intents happen in order of time, and leaves out what would be no change or is not allowed. */
function replay(intents: readonly Intent[]): DemoTagging[] {
  const taggings: DemoTagging[] = []
  const removedByPeople = new Set<string>()
  for (const { change, tag, at, by, why } of intents.toSorted((a, b) => a.at - b.at)) {
    const open = taggings.find((tagging) => tagging.tag === tag && tagging.removed === null)
    const made = { at: new Date(at).toISOString(), by, ...(why === undefined ? {} : { why }) }
    if (change === 'add') {
      // What a person or the order system took off, an AI does not put back here.
      const mayAdd = open === undefined && !(isAi(by) && removedByPeople.has(tag))
      if (mayAdd) taggings.push({ tag, added: made, removed: null })
    } else if (open !== undefined && mayRemove(by, open.added.by)) {
      open.removed = made
      if (!isAi(by)) removedByPeople.add(tag)
    }
  }
  return taggings
}

/** Owners and systems may take off any tag, agents what agents and AI put on, an AI its own. */
function mayRemove(by: DemoActorKey, addedBy: DemoActorKey): boolean {
  const kind = kinds.get(by)
  if (kind === 'admin' || kind === 'third_party') return true
  if (kind === 'agent') return kinds.get(addedBy) === 'agent' || isAi(addedBy)
  return by === addedBy
}
