// What played customers do: they write, send files, react, edit and delete, each as a signed delivery in Meta's shape.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { findAccountSecrets, type Vault } from '../channels/accounts.ts'
import {
  choiceOf,
  composeMessage,
  composeStatus,
  deletionOf,
  editOf,
  formOf,
  orderOf,
  reactionTo,
} from '../channels/whatsapp/compose.ts'
import { signBody } from '../channels/whatsapp/signature.ts'
import { plainType } from '../conversations/reading-media.ts'
import { SENT_AS } from '../conversations/sendable-schema.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { SentFile } from '../lib/route.ts'
import { keepFile } from './files.ts'
import { furthestStatus } from '../conversations/delivery.ts'
import type { Behaviour, PlayedMessage } from './schema.ts'
import { getCustomer, openTestAccount } from './test-phone.ts'

/** A delivery of a played customer, for the webhook of the test account. */
export interface Played {
  accountId: string
  body: string
  signature: string
}

/** Who plays: whose account, and by which secret it is signed. */
export interface Stage {
  db: Db
  vault: Vault
  actor: Actor
}

/** A text message. Refuses an answer to a message that is not there. */
export async function playText(
  stage: Stage,
  {
    text,
    reply_to,
    from,
    user_id,
    username,
    name,
  }: Omit<z.output<typeof PlayedMessage>, 'from'> & { from?: string | undefined },
): Promise<Played> {
  const number = await openNumber(stage)
  return number.deliver(
    { from, userId: user_id, username: username?.replace(/^@/, ''), name: name === '' ? undefined : name },
    { type: 'text', text: { body: text }, ...(await answering(stage, number, reply_to)) },
  )
}

interface PlayedFile extends SentFile {
  file_name?: string | undefined
  caption?: string | undefined
  reply_to?: string | undefined
}

/**
 * A file of a customer who is there, which is kept until it is fetched from where WhatsApp would have it. Refuses one that
 * is empty, and words with a recording.
 */
export async function playFile(stage: Stage, contactId: string, file: PlayedFile): Promise<Played> {
  const { bytes, caption } = file
  if (bytes.length === 0)
    throw new Problem('invalid', 'The file is empty. Choose another one.', { reason: 'file_empty' })
  const mimeType = plainType(file.mime_type) || 'application/octet-stream'
  // Customers may send documents of any type.
  const type = Object.hasOwn(SENT_AS, mimeType) ? SENT_AS[mimeType]! : 'document'
  if (type === 'audio' && caption)
    throw new Problem('invalid', 'WhatsApp shows no text under a recording. Send the text as a message of its own.', {
      reason: 'caption_not_taken',
      field: 'caption',
    })
  const number = await openNumber(stage)
  const customer = await addressed(stage, contactId)
  const quote = await answering(stage, number, file.reply_to)
  const name = file.file_name ?? 'document'
  const id = await keepFile(stage.db, stage.actor, contactId, { bytes, mime_type: mimeType, file_name: name })
  const part = {
    id,
    mime_type: mimeType,
    sha256: createHash('sha256').update(bytes).digest('base64'),
    ...(caption ? { caption } : {}),
    ...(type === 'document' ? { filename: name } : {}),
    ...(type === 'audio' ? { voice: false } : {}),
  }
  return number.deliver(customer, { type, [type]: part, ...quote })
}

/** A reaction to a message; without an emoji the customer takes it back. */
export const playReaction = (
  stage: Stage,
  contactId: string,
  { message_id, emoji }: { message_id: string; emoji: string | null },
): Promise<Played> => playAbout(stage, contactId, message_id, ({ id }) => reactionTo(id, emoji))

/**
 * The customer presses a button of a template that they were sent: answers by it, sends the form that it opens, or orders from
 * the catalog that it shows. Refuses one that it does not have.
 */
export const playChoice = async (
  stage: Stage,
  contactId: string,
  { message_id, button, answers }: { message_id: string; button: string; answers: Record<string, string> },
): Promise<Played> => {
  const number = await openNumber(stage)
  return playAbout(stage, contactId, message_id, ({ id, content }) => {
    const { buttons } = Shown.parse(content).shown
    const pressed = buttons.find(({ type, text }) => text === button && Object.hasOwn(PRESSED, type))
    if (!pressed)
      throw new Problem('conflict', 'This message has no such button to answer by.', { reason: 'test_button_missing' })
    return { ...PRESSED[pressed.type]!(pressed, answers), context: { from: number.phone.slice(1), id } }
  })
}

/** A product of the catalog that nobody was shown. */
const SOME_PRODUCT = 'first-product'
/** What the customer sends by the kinds of buttons that send something. */
const PRESSED: Record<string, (button: ShownButton, answers: Record<string, string>) => object> = {
  quick_reply: ({ text }) => choiceOf(text),
  flow: (_button, answers) => formOf(answers),
  catalog: ({ target }) => orderOf(target ?? SOME_PRODUCT),
}

const ShownButton = z.object({ type: z.string(), text: z.string(), target: z.string().nullish() })
type ShownButton = z.output<typeof ShownButton>
/** Of a message’s content: its buttons, if it has any. */
const Shown = z.object({ shown: z.object({ buttons: z.array(ShownButton) }) }).catch({ shown: { buttons: [] } })

/** Other words in place of a text that the customer wrote. */
export const playEdit = (
  stage: Stage,
  contactId: string,
  { message_id, text }: { message_id: string; text: string },
): Promise<Played> => playAbout(stage, contactId, message_id, (target) => editOf(ownOf(target, 'text').id, text))

/** The customer deletes for everyone what they wrote. */
export const playDeletion = (
  stage: Stage,
  contactId: string,
  { message_id }: { message_id: string },
): Promise<Played> => playAbout(stage, contactId, message_id, (target) => deletionOf(ownOf(target).id))

/**
 * What a real phone tells when it is on again: all that was sent meanwhile arrives, and is read if the customer reads. One who
 * reads again has read what had arrived. The newest 200 messages at most, oldest first.
 */
export async function playCatchingUp(
  stage: Stage,
  contactId: string,
  { before, now }: { before: Behaviour; now: Behaviour },
): Promise<Played[]> {
  const isOnAgain = before.silent && !now.silent
  const readsAgain = !before.reads && now.reads && !now.silent
  if (!isOnAgain && !readsAgain) return []
  const { rows } = await sql<{ id: string; status: 'sent' | 'delivered' }>`
    select m.wa_message_id as id, s.status
    from messages m cross join lateral (select st.status ${furthestStatus}) s
    where m.org_id = ${stage.actor.org_id} and m.contact_id = ${contactId} and m.origin = 'sent' and s.status in ('sent', 'delivered')
    order by m.sent_at desc, m.id desc limit 200`.execute(stage.db)
  if (rows.length === 0) return []
  const number = await openNumber(stage)
  const customer = await addressed(stage, contactId)
  return rows
    .toReversed()
    .flatMap(({ id, status }) => [
      ...(status === 'sent' && isOnAgain ? [number.tell(customer, id, 'delivered')] : []),
      ...(now.reads && (status === 'delivered' || isOnAgain) ? [number.tell(customer, id, 'read')] : []),
    ])
}

async function playAbout(
  stage: Stage,
  contactId: string,
  messageId: string,
  say: (target: Target) => object,
): Promise<Played> {
  const number = await openNumber(stage)
  const customer = await addressed(stage, contactId)
  const target = await findTarget(stage, number.channelId, messageId)
  if (target.contact_id !== contactId) throw messageMissing()
  return number.deliver(customer, say(target))
}

function ownOf(target: Target, type?: string): Target {
  if (target.direction !== 'in' || (type !== undefined && target.type !== type))
    throw new Problem('conflict', 'Customers change only the texts that they wrote, and delete only what they sent.', {
      reason: 'test_message_not_theirs',
    })
  return target
}

async function answering(stage: Stage, number: Number, replyTo: string | undefined): Promise<object> {
  if (replyTo === undefined) return {}
  const { id, direction, phone } = await findTarget(stage, number.channelId, replyTo)
  return { context: { from: (direction === 'out' ? number.phone : phone)?.slice(1), id } }
}

async function addressed({ db, actor }: Stage, contactId: string): Promise<Addressed> {
  const { phone, user_id } = await getCustomer(db, actor, contactId)
  if (phone === null && user_id === null)
    throw new Problem(
      'conflict',
      'WhatsApp gave neither a phone number nor a user ID for this contact; it cannot be played.',
      {
        reason: 'test_customer_unreachable',
      },
    )
  return { from: phone ?? undefined, userId: user_id ?? undefined }
}

interface Addressed {
  from?: string | undefined
  userId?: string | undefined
}

interface Number {
  channelId: string
  phone: string
  deliver(customer: Addressed & { username?: string | undefined; name?: string | undefined }, message: object): Played
  /** How far a message came that was sent to the customer, by WhatsApp's id. */
  tell(customer: Addressed, messageId: string, status: 'delivered' | 'read'): Played
}

/** The number that customers write to, made on first use. */
async function openNumber({ db, vault, actor }: Stage): Promise<Number> {
  const account = await openTestAccount(db, vault, actor)
  const [channel] = account.channels
  const secrets = await findAccountSecrets(db, vault.secretKey, account.id)
  if (!channel || !secrets) throw new Error('The test account has no number or no secret.')
  const where = { phoneNumberId: channel.phone_number_id, displayPhone: channel.phone, wabaId: account.waba_id }
  const signed = (body: string): Played => ({
    accountId: account.id,
    body,
    signature: signBody(body, secrets.app_secrets[0]!),
  })
  return {
    channelId: channel.id,
    phone: channel.phone,
    deliver: (customer, message) => signed(composeMessage({ ...where, ...customer, at: new Date(), message })),
    tell: ({ from: to, userId }, messageId, status) =>
      signed(composeStatus({ ...where, messageId, status, at: new Date(), to, userId })),
  }
}

interface Target {
  /** WhatsApp's. */
  id: string
  contact_id: string
  /** Of the customer. */
  phone: string | null
  direction: string
  type: string
  /** As it was written. */
  content: unknown
}

async function findTarget({ db, actor }: Stage, channelId: string, messageId: string): Promise<Target> {
  const row = await db
    .selectFrom('messages as m')
    .innerJoin('contacts as c', (join) => join.onRef('c.org_id', '=', 'm.org_id').onRef('c.id', '=', 'm.contact_id'))
    .select(['m.wa_message_id', 'm.contact_id', 'm.direction', 'm.type', 'm.content', 'c.phone'])
    .where('m.org_id', '=', actor.org_id)
    .where('m.channel_id', '=', channelId)
    .where('m.id', '=', messageId)
    .executeTakeFirst()
  if (!row?.wa_message_id) throw messageMissing()
  const { wa_message_id: id, ...target } = row
  return { ...target, id }
}

const messageMissing = () =>
  new Problem('not_found', 'There is no such message on the test phone.', { reason: 'test_message_missing' })
