// People who put tags on contacts and take them off through the API, again and again until each change is answered.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'
import type { Shop } from './shop.ts'

export interface Tagging {
  /** What each contact carries, by the changes that were answered. */
  carried: ReadonlyMap<string, ReadonlySet<string>>
  /** How often each contact was given a tag. */
  added: ReadonlyMap<string, number>
  changes(): number
  /** Resolves when the last change was answered. */
  finish(): Promise<void>
}

interface TaggingOptions {
  shop: Shop
  random: Random
  urls: () => string[]
  contactIds: readonly string[]
  people: number
}

/** Makes five tags and starts; no two people work on the same contact. */
export async function startTagging({ shop, random, urls, contactIds, people }: TaggingOptions): Promise<Tagging> {
  const carried = new Map(contactIds.map((id) => [id, new Set<string>()]))
  const added = new Map(contactIds.map((id) => [id, 0]))
  let changes = 0
  let finishing = false

  const untilAnswered = async (path: string, body: object): Promise<string> => {
    for (;;) {
      const url = urls()[0]
      const answer = url === undefined ? null : await shop.call(url, 'POST', path, body)
      if (answer && answer.status < 300) return answer.body
      if (answer && answer.status < 500) throw new Error(`POST ${path} was answered ${answer.status}: ${answer.body}`)
      await sleep(random.between(10, 200))
    }
  }
  const tagIds: string[] = []
  for (const name of ['VIP', 'Lead', 'Complaint', 'Wholesale', 'Spanish']) {
    tagIds.push((JSON.parse(await untilAnswered('/v1/tags', { name })) as { id: string }).id)
  }

  const person = async (mine: readonly string[]): Promise<void> => {
    while (!finishing) {
      const contactId = random.pick(mine)
      const tagId = random.pick(tagIds)
      const tags = carried.get(contactId)!
      const carries = tags.has(tagId)
      await untilAnswered(`/v1/contacts/${contactId}/tags`, carries ? { remove: [tagId] } : { add: [tagId] })
      changes++
      if (carries) tags.delete(tagId)
      else {
        tags.add(tagId)
        added.set(contactId, added.get(contactId)! + 1)
      }
      await sleep(random.between(0, 50))
    }
  }
  const working = Array.from({ length: people }, (_, n) =>
    person(contactIds.filter((_id, index) => index % people === n)),
  )
  return {
    carried,
    added,
    changes: () => changes,
    async finish() {
      finishing = true
      await Promise.all(working)
    },
  }
}
