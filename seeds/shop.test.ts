// The demo shop: believable, and as consistent as if it had happened.
import { describe, expect, test } from 'vitest'
import { CreateTag, TAG_COLORS } from '../server/tags/schema.ts'
import { nameKey } from '../server/lib/fold.ts'
import { demoShop, type DemoActorKey, type DemoTagging } from './shop.ts'

const now = new Date('2026-05-30T15:47:11.300Z')
const shop = demoShop(now)
const { contacts, tags } = shop
const messages = contacts.flatMap((contact) => contact.messages)
const taggings = contacts.flatMap((contact) => contact.tags)
const kinds = new Map(shop.actors.map(({ key, kind }) => [key, kind]))
const isAi = (by: DemoActorKey) => ['ai_agent', 'ai_auto_close'].includes(kinds.get(by) ?? '')
const unique = (values: readonly unknown[]) => expect(new Set(values).size).toBe(values.length)
const given = <T>(values: readonly (T | null)[]) => values.filter((value) => value !== null)

test('the same moment gives the same shop, and another moment the same people', () => {
  expect(demoShop(new Date(now))).toEqual(shop)
  const later = demoShop(new Date(now.getTime() + 40 * 86_400_000))
  const people = (of: typeof shop) => given(of.contacts.map(({ phone, bsuid }) => phone ?? bsuid)).toSorted()
  expect(people(later)).toEqual(people(shop))
  expect(later).not.toEqual(shop)
})

test('at any hour of the day nothing is in the future, and the newest is minutes old', () => {
  for (let hour = 0; hour < 24; hour++) {
    const moment = new Date(now.getTime() + hour * 3_600_000)
    const of = demoShop(moment).contacts
    const times = of.flatMap((contact) => [
      ...contact.messages.map(({ at }) => at),
      ...contact.tags.flatMap(({ added, removed }) => (removed === null ? [added.at] : [added.at, removed.at])),
    ])
    const newest = Math.max(...times.map((at) => Date.parse(at)))
    expect(moment.getTime() - newest).toBeGreaterThanOrEqual(60_000)
    expect(moment.getTime() - newest).toBeLessThan(10 * 60_000)
  }
})

describe('the catalog', () => {
  test('has thirty tags that the catalog would take, with descriptions that help', () => {
    expect(tags).toHaveLength(30)
    for (const { name, description, color } of tags) {
      expect(CreateTag.parse({ name, description, color })).toEqual({ name, description, color })
      expect(description.length, name).toBeGreaterThan(60)
    }
    unique(tags.map(({ name }) => nameKey(name)))
  })

  test('has presets for colours, and the default for some', () => {
    const colors = tags.map(({ color }) => color)
    expect(colors.filter((color) => color === null).length).toBeGreaterThanOrEqual(3)
    expect(new Set(given(colors)).size).toBeGreaterThanOrEqual(15)
    expect(TAG_COLORS).toEqual(expect.arrayContaining(given(colors)))
  })

  test('is older than its use, and used: all but two by several', () => {
    const count = (name: string) => taggings.filter(({ tag }) => tag === name).length
    const rare = tags.filter(({ name }) => count(name) < 4)
    expect(rare.map(({ name }) => name)).toEqual(['Journalist or creator', 'Supplier offer'])
    for (const { name } of tags) expect(count(name), name).toBeGreaterThan(0)
    const oldest = taggings.map(({ added }) => added.at).toSorted()[0] ?? ''
    expect(tags.every(({ created_at }) => created_at < oldest)).toBe(true)
  })
})

describe('the contacts', () => {
  test('are four hundred, each with a phone or a user id that nobody else has', () => {
    expect(contacts).toHaveLength(400)
    for (const { phone, bsuid, username } of contacts) {
      if (phone !== null) expect(phone).toMatch(/^\+[1-9][0-9]{7,14}$/)
      if (bsuid !== null) expect(bsuid).toMatch(/^[A-Z]{2}\.[1-9][0-9]{14,18}$/)
      if (phone === null) expect([bsuid, username]).not.toContain(null)
    }
    unique([...given(contacts.map(({ phone }) => phone)), ...shop.channels.map(({ phone }) => phone)])
    unique(given(contacts.map(({ bsuid }) => bsuid)))
    unique(given(contacts.map(({ username }) => username)))
  })

  test('are some without a phone and a few without a name', () => {
    expect(contacts.filter(({ phone }) => phone === null)).toHaveLength(24)
    const nameless = contacts.filter(({ display_name }) => display_name === null).length
    expect(nameless).toBeGreaterThan(3)
    expect(nameless).toBeLessThan(20)
  })

  test('have names in many scripts, with emoji, and some very long ones', () => {
    const names = given(contacts.map(({ display_name }) => display_name))
    const scripts = ['Han', 'Arabic', 'Hebrew', 'Cyrillic', 'Devanagari', 'Hiragana', 'Latin']
    for (const script of scripts) {
      const inScript = names.filter((name) => new RegExp(`\\p{Script=${script}}`, 'u').test(name))
      expect(inScript.length, script).toBeGreaterThan(script === 'Hiragana' ? 0 : 5)
    }
    expect(names.filter((name) => /\p{Extended_Pictographic}/u.test(name)).length).toBeGreaterThan(20)
    expect(names.filter((name) => name.length > 60).length).toBeGreaterThanOrEqual(3)
    expect(names.every((name) => name.length > 0 && name.length <= 1000)).toBe(true)
  })

  test('are in the order in which they first wrote', () => {
    const first = contacts.map((contact) => contact.messages[0]?.at ?? '')
    expect(first).toEqual(first.toSorted())
  })
})

describe('the messages', () => {
  test('are one to twelve a contact, in order, with texts and ids that are all there', () => {
    for (const contact of contacts) {
      expect(contact.messages.length).toBeGreaterThanOrEqual(1)
      expect(contact.messages.length).toBeLessThanOrEqual(12)
      const times = contact.messages.map(({ at }) => at)
      expect(times).toEqual(times.toSorted())
    }
    unique(messages.map(({ wa_message_id }) => wa_message_id))
    expect(messages.filter(({ text }) => text === '' || text.includes('{'))).toEqual([])
    expect(messages.every(({ at }) => at.endsWith('.000Z'))).toBe(true)
  })

  test('reach over fourteen months, denser of late, to all three numbers', () => {
    const ago = (months: number) => new Date(now.getTime() - months * 30.4 * 86_400_000).toISOString()
    const between = (from: number, to: number) => messages.filter(({ at }) => at > ago(from) && at <= ago(to)).length
    expect(between(14.2, 0)).toBe(messages.length)
    expect(between(14.2, 12)).toBeGreaterThan(30)
    expect(between(2, 0)).toBeGreaterThan(between(4, 2) * 1.3)
    for (const { key } of shop.channels) {
      expect(messages.filter(({ channel }) => channel === key).length, key).toBeGreaterThan(50)
    }
  })
})

describe('the tags on contacts', () => {
  test('are of the catalog, put on by those who are there, after the contact first wrote', () => {
    const names = new Set(tags.map(({ name }) => name))
    for (const contact of contacts) {
      for (const { tag, added, removed } of contact.tags) {
        expect(names).toContain(tag)
        expect(kinds.has(added.by)).toBe(true)
        expect(added.at > (contact.messages[0]?.at ?? '')).toBe(true)
        if (removed !== null) expect(removed.at > added.at, `${tag} of ${contact.display_name}`).toBe(true)
      }
    }
  })

  test('are never on a contact twice at once, and some come back', () => {
    let came_back = 0
    for (const contact of contacts) {
      for (const name of new Set(contact.tags.map(({ tag }) => tag))) {
        const intervals = contact.tags.filter(({ tag }) => tag === name)
        intervals.forEach(({ added }, n) => {
          const before: DemoTagging | undefined = intervals[n - 1]
          if (before === undefined) return
          came_back++
          expect(before.removed !== null && before.removed.at <= added.at).toBe(true)
        })
      }
    }
    expect(came_back).toBeGreaterThan(3)
  })

  test('come from every kind of actor, and are taken off by people, systems and AI', () => {
    for (const { key } of shop.actors) {
      expect(taggings.filter(({ added }) => added.by === key).length, key).toBeGreaterThan(10)
    }
    const removers = new Set(taggings.flatMap(({ removed }) => (removed === null ? [] : [kinds.get(removed.by)])))
    expect(removers).toEqual(new Set(['admin', 'agent', 'third_party', 'ai_agent']))
  })

  test('are taken off only by those who may', () => {
    const wrong = taggings.filter(({ added, removed }) => {
      if (removed === null) return false
      const isForAgents = kinds.get(added.by) === 'agent' || isAi(added.by)
      if (kinds.get(removed.by) === 'agent') return !isForAgents
      return isAi(removed.by) && removed.by !== added.by
    })
    expect(wrong).toEqual([])
  })

  test('of an AI rest on words that the customer had written by then; people need no reason', () => {
    for (const contact of contacts) {
      for (const { added, removed } of contact.tags) {
        for (const change of removed === null ? [added] : [added, removed]) {
          expect(change.why !== undefined).toBe(isAi(change.by))
          if (change.why === undefined) continue
          const said = { text: change.why.evidence, at: change.why.evidence_at }
          expect(contact.messages.map(({ text, at }) => ({ text, at }))).toContainEqual(said)
          expect(change.why.evidence_at < change.at).toBe(true)
          expect(change.why.reason.length).toBeGreaterThan(10)
        }
      }
    }
  })

  test('leave some contacts untagged, and give some more than six', () => {
    const active = contacts.map((contact) => contact.tags.filter(({ removed }) => removed === null).length)
    expect(active.filter((count) => count === 0).length).toBeGreaterThan(40)
    expect(active.filter((count) => count > 6).length).toBeGreaterThan(5)
  })
})
