// Clients that others wrote for Meta's Graph API, pointed at the stand-in; and what we send beside what they send.
import { WhatsAppClient } from '@kapso/whatsapp-cloud-api'
import { markMessageRead, sendImageMessage, sendTemplateMessage, sendTextMessage } from '@whatsapp-cloudapi/client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openGraph, type Graph } from '../../../test/help/graph.ts'
import { openOutgoing, type Outgoing } from '../../lib/outgoing.ts'
import { askAboutNumber, sendMessage, sendReadReceipt } from './client.ts'
import { messagePayload, requestBody, textPayload, type OutgoingPayload } from './sending.ts'

const FROM = '106540352242922'
const TO = '+16505551234'
const REPLY_TO = 'wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTdCNTg5RjY1MEMyRTlGMjRGNgA='
const ID = '01890a5d-ac96-774b-bcce-b302099a8057'

let graph: Graph
let outgoing: Outgoing
let kapso: WhatsAppClient
let base: string
beforeAll(async () => {
  graph = await openGraph()
  outgoing = openOutgoing({ allowPrivate: true })
  base = graph.url.replace(/\/v[\d.]+$/, '')
  kapso = new WhatsAppClient({ accessToken: graph.token, baseUrl: base, graphVersion: 'v25.0' })
})
afterEach(() => {
  graph.bodies.length = 0
  graph.messages.length = 0
  graph.reads.length = 0
  graph.mishap = () => null
})
afterAll(async () => {
  await outgoing.close()
  await graph.close()
})

const api = () => ({ outgoing, graphApiUrl: graph.url, accessToken: graph.token })
const ours = async (payload: OutgoingPayload) => {
  expect(await sendMessage(api(), FROM, requestBody(payload, { phone: TO.slice(1) }, ID))).toEqual({
    outcome: 'accepted',
    wa_message_id: graph.messages.at(-1)!.id,
  })
}
/** Meta's own defaults, which some write and some do not. */
const plain = (body: Record<string, unknown>) => ({ recipient_type: 'individual', ...body })

const theirs = { accessToken: 'EAAG-token', from: FROM, to: TO, bizOpaqueCallbackData: ID }
const kapsoTo = { phoneNumberId: FROM, to: TO, bizOpaqueCallbackData: ID }
const IMAGE = { id: '1166846181421424', caption: 'The new blend' }
const TEMPLATE = { name: 'order_ready', language: { code: 'en_US' } }
const PARTS = [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }]

test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
  [
    'a text, by one',
    () => ours(textPayload('Olá 👋')),
    () => kapso.messages.sendText({ ...kapsoTo, body: 'Olá 👋', previewUrl: false }),
  ],
  [
    'a text, by the other',
    () => ours(textPayload('Olá 👋')),
    () => sendTextMessage({ ...theirs, text: 'Olá 👋', previewUrl: false, baseUrl: base }),
  ],
  [
    'an answer',
    () => ours(textPayload('Yes', { reply_to: REPLY_TO })),
    () => kapso.messages.sendText({ ...kapsoTo, body: 'Yes', previewUrl: false, contextMessageId: REPLY_TO }),
  ],
  [
    'an image, by one',
    () => ours(messagePayload('image', IMAGE)),
    () => kapso.messages.sendImage({ ...kapsoTo, image: IMAGE }),
  ],
  [
    'an image, by the other',
    () => ours(messagePayload('image', IMAGE)),
    () => sendImageMessage({ ...theirs, mediaId: IMAGE.id, caption: IMAGE.caption, baseUrl: base }),
  ],
  [
    'a template, by one',
    () => ours(messagePayload('template', { ...TEMPLATE, components: PARTS })),
    () => kapso.messages.sendTemplate({ ...kapsoTo, template: { ...TEMPLATE, components: PARTS } }),
  ],
  [
    'a template as an answer, by the other',
    () => ours(messagePayload('template', { ...TEMPLATE, components: PARTS }, { reply_to: REPLY_TO })),
    () =>
      sendTemplateMessage({
        ...theirs,
        templateName: TEMPLATE.name,
        languageCode: TEMPLATE.language.code,
        components: PARTS as never,
        replyToMessageId: REPLY_TO,
        baseUrl: base,
      }),
  ],
  [
    'that something was read, by one',
    () => sendReadReceipt(api(), FROM, REPLY_TO, { typing: true }),
    () => kapso.messages.markRead({ phoneNumberId: FROM, messageId: REPLY_TO, typingIndicator: { type: 'text' } }),
  ],
  [
    'that something was read, by the other',
    () => sendReadReceipt(api(), FROM, REPLY_TO),
    () => markMessageRead({ accessToken: 'EAAG-token', from: FROM, messageId: REPLY_TO, baseUrl: base }),
  ],
])('%s: what we write to Meta is what others write, field by field, and is taken', async (_, we, they) => {
  await we()
  await they()
  expect(graph.bodies).toHaveLength(2)
  expect(plain(graph.bodies[0]!)).toEqual(plain(graph.bodies[1]!))
  expect(graph.messages.length + graph.reads.length).toBe(2)
})

test('to a user id both write recipient, and no to', async () => {
  const recipient = 'US.13491208655302741918'
  await sendMessage(api(), FROM, requestBody(textPayload('Hi'), { bsuid: recipient }, ID))
  await kapso.messages.sendText({
    phoneNumberId: FROM,
    recipient,
    body: 'Hi',
    previewUrl: false,
    bizOpaqueCallbackData: ID,
  })
  expect(graph.bodies[0]).toEqual(graph.bodies[1])
  expect(graph.bodies[0]).not.toHaveProperty('to')
  expect(graph.messages.map(({ to }) => to)).toEqual([recipient, recipient])
})

test('a user id in the place of a phone is answered as taken, and reaches nobody', async () => {
  const body = { ...textPayload('Hi'), to: 'US.13491208655302741918' }
  expect(await sendMessage(api(), FROM, body)).toMatchObject({ outcome: 'accepted' })
  expect(graph.messages).toEqual([])
})

test('what the stand-in refuses they understand as Meta’s refusal', async () => {
  graph.mishap = () => ({ code: 131_047 })
  await expect(kapso.messages.sendText({ ...kapsoTo, body: 'Hi' })).rejects.toMatchObject({ code: 131_047 })
  await expect(sendTextMessage({ ...theirs, text: 'Hi', baseUrl: base })).rejects.toThrow('131047')
  graph.mishap = () => null
  const stranger = new WhatsAppClient({ accessToken: 'another', baseUrl: base, graphVersion: 'v25.0' })
  await expect(stranger.messages.sendText({ ...kapsoTo, body: 'Hi' })).rejects.toMatchObject({ code: 190 })
  expect(
    await sendMessage({ ...api(), accessToken: 'another' }, FROM, requestBody(textPayload('Hi'), { phone: '1' }, ID)),
  ).toEqual({
    outcome: 'token_refused',
    code: 190,
    said: null,
  })
  expect(graph.messages).toEqual([])
})

test('the stand-in tells who a number is', async () => {
  expect(await askAboutNumber(api(), FROM)).toMatchObject({
    outcome: 'ok',
    verified_name: 'Shop',
    quality_rating: 'GREEN',
  })
  expect(await askAboutNumber({ ...api(), accessToken: 'x' }, FROM)).toMatchObject({ outcome: 'token_refused' })
})

test.each([
  ['no text', { type: 'text', text: { body: '' } }],
  ['a text that is too long', { type: 'text', text: { body: 'x'.repeat(4097) } }],
  ['an image without id or link', { type: 'image', image: {} }],
  ['an unknown type', { type: 'telegram', telegram: {} }],
])('%s is refused for good', async (_, part) => {
  const body = { messaging_product: 'whatsapp', to: TO, ...part }
  expect(await sendMessage(api(), FROM, body)).toMatchObject({ outcome: 'failed' })
})
