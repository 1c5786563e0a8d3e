// The demo shop: a believable organization, made through the very verbs that real traffic and real people use.
import { sql } from 'kysely'
import { demoShop, type DemoContact, type DemoShop, type DemoTagChange } from '../../seeds/shop.ts'
import type { Actor } from '../access/actor.ts'
import { recordAct } from '../audit/recording.ts'
import { createAccount, type Vault } from '../channels/accounts.ts'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { readPayload } from '../channels/whatsapp/payload.ts'
import { receive, type Arrival } from '../conversations/receiving.ts'
import { newToken } from '../lib/crypto.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { changeTags } from '../tags/tagging.ts'
import { createTag } from '../tags/tags.ts'

const PORTFOLIO = '555000000000001'

/**
 * Fills an organization that has neither contacts nor tags with the demo shop: three numbers, 30 tags, 400 contacts with
 * messages and tag history. Refuses any other organization, so that nobody mixes it into real data.
 */
export async function fillDemo(tx: Tx, vault: Vault, actor: Actor): Promise<{ contacts: number; tags: number }> {
  await sql`select pg_advisory_xact_lock(hashtextextended('earmark:demo:' || ${actor.org_id}::text, 0))`.execute(tx)
  const { rows } = await sql<{ taken: boolean }>`
    select exists (select 1 from contacts where org_id = ${actor.org_id}) or exists (select 1 from tags where org_id = ${actor.org_id}) as taken`.execute(
    tx,
  )
  if (rows[0]!.taken) {
    throw new Problem(
      'conflict',
      'This organization has contacts or tags already. The demo data goes only into an empty one.',
      { reason: 'not_empty' },
    )
  }
  const shop = demoShop(new Date())
  await fillChannels(tx, vault, actor, shop)
  const tagIds = new Map<string, string>()
  for (const { created_at, ...tag } of shop.tags) tagIds.set(tag.name, (await createTag(tx, actor, tag, created_at)).id)
  const contactIds = await contactIdsOf(tx, actor, shop)
  await fillHistory(tx, actor, shop, tagIds, contactIds)
  const filled = { contacts: contactIds.size, tags: tagIds.size }
  await recordAct(tx, actor, { act: 'demo.filled', details: filled })
  return filled
}

async function fillChannels(tx: Tx, vault: Vault, actor: Actor, shop: DemoShop): Promise<void> {
  const account = await createAccount(tx, vault, actor, {
    name: `${shop.organization.name} (demo)`,
    portfolio_id: PORTFOLIO,
    waba_id: '555000000000002',
    app_secret: newToken(),
    access_token: '',
    channels: shop.channels.map(({ name, phone, phone_number_id }) => ({ name, phone, phone_number_id })),
  })
  const arrivals = shop.contacts.flatMap((contact) => arrivalsOf(shop, contact, account.id))
  await receive(
    tx,
    actor.org_id,
    arrivals.toSorted((a, b) => (a.received_at < b.received_at ? -1 : 1)),
  )
}

/** The contact's messages as WhatsApp would have delivered them. */
function arrivalsOf(shop: DemoShop, contact: DemoContact, accountId: string): Arrival[] {
  return contact.messages.flatMap((message) => {
    const channel = shop.channels.find((each) => each.key === message.channel)!
    const body = composeTextMessage({
      phoneNumberId: channel.phone_number_id,
      displayPhone: channel.phone,
      wabaId: '555000000000002',
      from: contact.phone ?? undefined,
      userId: contact.bsuid ?? undefined,
      username: contact.username ?? undefined,
      name: contact.display_name ?? undefined,
      text: message.text,
      at: new Date(message.at),
      messageId: message.wa_message_id,
    })
    return readPayload(body).updates.map((update): Arrival => ({
      delivery_id: 0,
      account_id: accountId,
      received_at: message.at,
      update,
    }))
  })
}

async function contactIdsOf(tx: Tx, actor: Actor, shop: DemoShop): Promise<Map<DemoContact, string>> {
  const identities = await tx
    .selectFrom('contact_identities')
    .select(['kind', 'value', 'contact_id'])
    .where('org_id', '=', actor.org_id)
    .execute()
  const byValue = new Map(identities.map((identity) => [`${identity.kind} ${identity.value}`, identity.contact_id]))
  return new Map(
    shop.contacts.map((contact) => [
      contact,
      byValue.get(contact.phone === null ? `bsuid ${contact.bsuid}` : `phone ${contact.phone.slice(1)}`)!,
    ]),
  )
}

/** Every change of tags in the order in which it happened, each by the actor who made it. */
async function fillHistory(
  tx: Tx,
  actor: Actor,
  shop: DemoShop,
  tagIds: Map<string, string>,
  contactIds: Map<DemoContact, string>,
): Promise<void> {
  const steps: { at: string; actor: Actor; contactId: string; changes: Parameters<typeof changeTags>[3] }[] = []
  for (const [contact, contactId] of contactIds) {
    for (const { tag, added, removed } of contact.tags) {
      const step = (change: DemoTagChange, what: 'add' | 'remove') => ({
        at: change.at,
        actor: demoActor(actor, shop, change.by),
        contactId,
        changes: { [what]: [tagIds.get(tag)!], at: change.at, ...(change.why ? { why: { ...change.why } } : {}) },
      })
      steps.push(step(added, 'add'))
      if (removed) steps.push(step(removed, 'remove'))
    }
  }
  for (const step of steps.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)))
    await changeTags(tx, step.actor, [step.contactId], step.changes)
}

function demoActor({ org_id }: Actor, shop: DemoShop, key: string): Actor {
  const { kind, name } = shop.actors.find((each) => each.key === key)!
  const named = { org_id, id: `demo:${key}`, name }
  switch (kind) {
    case 'admin':
    case 'agent':
      return { ...named, kind: 'user', role: kind }
    case 'third_party':
      return { ...named, kind: 'api_key', key_kind: 'third_party' }
    case 'ai_agent':
    case 'ai_auto_close':
      return { ...named, kind }
  }
}
