// Clients that others wrote for Meta's Graph API, pointed at the stand-in; and what we send beside what they send.
import { buildTemplateSendPayload, WhatsAppClient } from '@kapso/whatsapp-cloud-api'
import { markMessageRead, sendImageMessage, sendTemplateMessage, sendTextMessage } from '@whatsapp-cloudapi/client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openGraph, type Graph } from '../../../test/help/graph.ts'
import { openOutgoing, type Outgoing } from '../../lib/outgoing.ts'
import { askAboutNumber, sendMessage, sendReadReceipt } from './client.ts'
import { readTemplate } from './template.ts'
import { listTemplates } from './template-client.ts'
import { templatePart, withHeaderFile } from './template-part.ts'
import { messagePayload, requestBody, textPayload, type OutgoingPayload } from './sending.ts'

const FROM = '106540352242922'
const WABA = '102290129340398'
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

const listed = async (name: string, language: string) => {
  const list = await listTemplates(api(), WABA, { name })
  if (list.outcome !== 'listed') throw new Error(`Not listed: ${list.outcome}`)
  return readTemplate(list.templates.find((each) => each.language === language)!)
}
const text = (value: string) => ({ type: 'text', text: value })
const VALUES = { 'header.1': '4711', 'body.1': 'Ana', 'body.2': 'amanhã', 'button.0': '4711' }
const FILLED = {
  name: 'shipping_update',
  language: { code: 'pt_BR' },
  components: [
    { type: 'header', parameters: [text('4711')] },
    { type: 'body', parameters: [text('Ana'), text('amanhã')] },
    { type: 'button', sub_type: 'url', index: '0', parameters: [text('4711')] },
  ],
}
const named = (parameter_name: string, value: string) => ({ type: 'text', parameter_name, text: value })
const NAMED_VALUES = { 'header.topic': 'your repair', 'body.customer_name': 'Ana', 'body.subject': 'the mill' }
const NAMED = {
  name: 'follow_up',
  language: { code: 'en_US' },
  components: [
    { type: 'header', parameters: [named('topic', 'your repair')] },
    { type: 'body', parameters: [named('customer_name', 'Ana'), named('subject', 'the mill')] },
  ],
}

const PLACE = { latitude: '41.1579', longitude: '-8.6291', name: 'Café do Porto', address: 'Rua das Flores 1' }
const PLACE_VALUES = Object.fromEntries(Object.entries(PLACE).map(([name, value]) => [`location.${name}`, value]))
const CODE = [{ type: 'coupon_code' as const, coupon_code: 'TEN10' }]
const CATALOG = {
  name: 'our_shelves',
  language: { code: 'en_US' },
  components: [
    {
      type: 'button',
      sub_type: 'CATALOG',
      index: '0',
      parameters: [{ type: 'action', action: { thumbnail_product_retailer_id: '2lc20305pt' } }],
    },
  ],
}
const filled = async (name: string, values: Record<string, string>) =>
  ours(messagePayload('template', templatePart(await listed(name, 'en_US'), values)))
const sentByOther = (name: string, components: object[]) =>
  sendTemplateMessage({
    ...theirs,
    templateName: name,
    languageCode: 'en_US',
    components: components as never,
    baseUrl: base,
  })

test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
  [
    'a template with a place, by one',
    () => filled('pick_up_point', PLACE_VALUES),
    () =>
      kapso.messages.sendTemplate({
        ...kapsoTo,
        template: buildTemplateSendPayload({
          name: 'pick_up_point',
          language: 'en_US',
          header: { type: 'location', location: PLACE },
        }) as never,
      }),
  ],
  [
    'a template with a place, by the other',
    () => filled('pick_up_point', PLACE_VALUES),
    () => sentByOther('pick_up_point', [{ type: 'header', parameters: [{ type: 'location', location: PLACE }] }]),
  ],
  [
    'a template that copies a code, by one',
    () => filled('discount', { 'button.0': 'TEN10' }),
    () =>
      kapso.messages.sendTemplate({
        ...kapsoTo,
        template: buildTemplateSendPayload({
          name: 'discount',
          language: 'en_US',
          buttons: [{ type: 'button', subType: 'copy_code', index: '0', parameters: CODE }],
        }) as never,
      }),
  ],
  [
    'a template that copies a code, by the other',
    () => filled('discount', { 'button.0': 'TEN10' }),
    () => sentByOther('discount', [{ type: 'button', sub_type: 'copy_code', index: '0', parameters: CODE }]),
  ],
  [
    'a template with a form, by one',
    () => filled('book_a_visit', { 'body.customer_name': 'Ana' }),
    () =>
      kapso.messages.sendTemplate({
        ...kapsoTo,
        template: buildTemplateSendPayload({
          name: 'book_a_visit',
          language: 'en_US',
          body: [{ type: 'text', parameterName: 'customer_name', text: 'Ana' }],
          buttons: [{ type: 'button', subType: 'flow', index: '0' }],
        }) as never,
      }),
  ],
  [
    'a template with a form, by the other',
    () => filled('book_a_visit', { 'body.customer_name': 'Ana' }),
    () =>
      sentByOther('book_a_visit', [
        { type: 'body', parameters: [named('customer_name', 'Ana')] },
        { type: 'button', sub_type: 'flow', index: '0' },
      ]),
  ],
  [
    'a template with a catalog, by one',
    () => filled('our_shelves', { 'button.0': '2lc20305pt' }),
    () => kapso.messages.sendTemplate({ ...kapsoTo, template: CATALOG }),
  ],
  [
    'a template with a catalog, by the other',
    () => filled('our_shelves', { 'button.0': '2lc20305pt' }),
    () => sentByOther('our_shelves', CATALOG.components),
  ],
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
    'a template with a header, a footer and a button, by one',
    async () => ours(messagePayload('template', templatePart(await listed('shipping_update', 'pt_BR'), VALUES))),
    () => kapso.messages.sendTemplate({ ...kapsoTo, template: FILLED }),
  ],
  [
    'a template with a header, a footer and a button, by the other',
    async () => ours(messagePayload('template', templatePart(await listed('shipping_update', 'pt_BR'), VALUES))),
    () =>
      sendTemplateMessage({
        ...theirs,
        templateName: FILLED.name,
        languageCode: FILLED.language.code,
        components: FILLED.components as never,
        baseUrl: base,
      }),
  ],
  [
    'a template with named values, by one',
    async () => ours(messagePayload('template', templatePart(await listed('follow_up', 'en_US'), NAMED_VALUES))),
    () => kapso.messages.sendTemplate({ ...kapsoTo, template: NAMED }),
  ],
  [
    'a template with a picture, by one',
    async () => {
      const part = templatePart(await listed('new_blend', 'en_US'), { 'body.1': 'Ana' })
      return ours(messagePayload('template', withHeaderFile(part, { id: IMAGE.id, file_name: null })))
    },
    () =>
      kapso.messages.sendTemplate({
        ...kapsoTo,
        template: {
          name: 'new_blend',
          language: { code: 'en_US' },
          components: [
            { type: 'header', parameters: [{ type: 'image', image: { id: IMAGE.id } }] },
            { type: 'body', parameters: [text('Ana')] },
          ],
        },
      }),
  ],
  [
    'that something was read and somebody writes, by one',
    () => sendReadReceipt(api(), FROM, REPLY_TO, { typing: true }),
    () => kapso.messages.markRead({ phoneNumberId: FROM, messageId: REPLY_TO, typingIndicator: { type: 'text' } }),
  ],
  [
    'that something was read, by the other',
    () => sendReadReceipt(api(), FROM, REPLY_TO),
    () => markMessageRead({ accessToken: 'EAAG-token', from: FROM, messageId: REPLY_TO, baseUrl: base }),
  ],
  [
    'that somebody writes, by the other',
    () => sendReadReceipt(api(), FROM, REPLY_TO, { typing: true }),
    () =>
      markMessageRead({
        accessToken: 'EAAG-token',
        from: FROM,
        messageId: REPLY_TO,
        showTypingIndicator: true,
        baseUrl: base,
      }),
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

test('they list the stand-in’s templates, page by page, and read what we read', async () => {
  const first = await kapso.templates.list({ businessAccountId: WABA, limit: 5 })
  expect(first.data).toHaveLength(5)
  const rest = await kapso.templates.list({ businessAccountId: WABA, limit: 100, after: first.paging.cursors.after! })
  const read = await listTemplates(api(), WABA)
  expect(read).toMatchObject({ outcome: 'listed', complete: true })
  expect([...first.data, ...rest.data].map(({ name, language, status }) => ({ name, language, status }))).toEqual(
    read.outcome === 'listed' && read.templates.map(({ name, language, status }) => ({ name, language, status })),
  )
  await expect(
    new WhatsAppClient({ accessToken: 'another', baseUrl: base }).templates.list({ businessAccountId: WABA }),
  ).rejects.toMatchObject({ code: 190 })
})

test.each<[code: number, string, object]>([
  [132_001, 'of a language that it is not in', { name: 'order_ready', language: { code: 'de' } }],
  [132_001, 'that was rejected', { name: 'win_a_prize', language: { code: 'en_US' } }],
  [132_015, 'that is paused', { name: 'spring_sale', language: { code: 'en_US' } }],
  [132_000, 'without its values', TEMPLATE],
  [
    132_012,
    'with a value that is no text',
    { ...TEMPLATE, components: [{ type: 'body', parameters: [{ type: 'image' }] }] },
  ],
  [
    132_018,
    'with a line break in a value',
    { ...TEMPLATE, components: [{ type: 'body', parameters: [text('a\nb')] }] },
  ],
  [
    100,
    'with a value of another name',
    {
      ...NAMED,
      components: [NAMED.components[0], { type: 'body', parameters: [named('name', 'Ana'), named('subject', 'x')] }],
    },
  ],
  [131_008, 'without the end of an address', { ...FILLED, components: FILLED.components.slice(0, 2) }],
  [132_012, 'whose picture is missing', { name: 'new_blend', language: { code: 'en_US' } }],
  [132_012, 'whose place is missing', { name: 'pick_up_point', language: { code: 'en_US' } }],
  [
    131_009,
    'whose place is nowhere',
    {
      name: 'pick_up_point',
      language: { code: 'en_US' },
      components: [
        { type: 'header', parameters: [{ type: 'location', location: { latitude: '91', longitude: '0' } }] },
      ],
    },
  ],
  [131_008, 'without its code', { name: 'discount', language: { code: 'en_US' } }],
  [
    132_012,
    'whose code comes as a text',
    {
      name: 'discount',
      language: { code: 'en_US' },
      components: [{ type: 'button', sub_type: 'copy_code', index: '0', parameters: [text('TEN10')] }],
    },
  ],
  [
    131_009,
    'whose code is too long',
    {
      name: 'discount',
      language: { code: 'en_US' },
      components: [
        {
          type: 'button',
          sub_type: 'copy_code',
          index: 0,
          parameters: [{ type: 'coupon_code', coupon_code: 'x'.repeat(21) }],
        },
      ],
    },
  ],
  [
    132_018,
    'with a button of another type',
    {
      name: 'discount',
      language: { code: 'en_US' },
      components: [{ type: 'button', sub_type: 'url', index: '0', parameters: [text('TEN10')] }],
    },
  ],
  [
    131_009,
    'whose form is not named',
    {
      name: 'book_a_visit',
      language: { code: 'en_US' },
      components: [{ type: 'body', parameters: [named('customer_name', 'Ana')] }],
    },
  ],
  [
    132_012,
    'whose product comes as a text',
    {
      name: 'our_shelves',
      language: { code: 'en_US' },
      components: [{ type: 'button', sub_type: 'CATALOG', index: 0, parameters: [text('2lc20305pt')] }],
    },
  ],
  [
    132_000,
    'with a button that it does not have',
    {
      name: 'our_shelves',
      language: { code: 'en_US' },
      components: [{ type: 'button', sub_type: 'url', index: '3', parameters: [text('x')] }],
    },
  ],
])('the stand-in refuses as Meta does, with %i, a template %s', async (code, _, template) => {
  const sent = kapso.messages.sendTemplate({ ...kapsoTo, template: template as typeof FILLED })
  await expect(sent).rejects.toMatchObject({ code })
  expect(graph.messages).toEqual([])
})
