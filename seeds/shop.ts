// A believable demo organization: Harbour & Vine, a coffee and tea shop by the sea that sells all over the world.
import { ACTORS, CHANNELS, TAGS } from './shop/catalog.ts'
import { DAY, makeConversations } from './shop/conversations.ts'
import { makeCustomers } from './shop/customers.ts'
import { seededRandom } from './shop/random.ts'
import { tagHistory } from './shop/tagging.ts'
import type { DemoContact, DemoShop } from './shop/types.ts'

// oxlint-disable-next-line oxc/no-barrel-file -- types, and nothing is loaded
export type * from './shop/types.ts'

/**
 * The whole shop as it stands at this moment: three numbers, thirty tags, 400 contacts with what they wrote in the
 * last fourteen months and how they were tagged. Pure: the same moment gives the same shop, and people, phones and
 * texts are the same at any moment. Nothing is in the future.
 */
export function demoShop(now: Date): DemoShop {
  const random = seededRandom(20_260_530)
  const customers = makeCustomers(random)
  const conversations = makeConversations(random, customers, now.getTime())
  const contacts = customers.map((customer, i): DemoContact => {
    const { country: _, ...whatsApp } = customer
    const own = conversations[i] ?? []
    const messages = own
      .flatMap((conversation) => conversation.messages)
      .map(({ channel, at, text }, n) => ({
        wa_message_id: `wamid.DEMO${String(i + 1).padStart(4, '0')}${String(n + 1).padStart(2, '0')}`,
        channel,
        at: new Date(at).toISOString(),
        text,
      }))
    return { ...whatsApp, messages, tags: tagHistory(random, customer, own, now.getTime()) }
  })
  const firstSeen = ({ messages }: DemoContact) => messages[0]?.at ?? ''
  return {
    organization: { name: 'Harbour & Vine', slug: 'harbour-and-vine' },
    actors: ACTORS,
    channels: CHANNELS,
    tags: TAGS.map((tag, n) => ({
      ...tag,
      created_at: new Date(now.getTime() - 430 * DAY + n * 97_000).toISOString(),
    })),
    contacts: contacts.toSorted((a, b) => Date.parse(firstSeen(a)) - Date.parse(firstSeen(b))),
  }
}
