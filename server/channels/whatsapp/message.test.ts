// What messages of every type say.
import { describe, expect, it } from 'vitest'
import { message, US1 } from '../../../test/fixtures/whatsapp/bodies.ts'

describe('when', () => {
  it('timestamps may be text or a number; anything else is no time', () => {
    expect(message({ timestamp: '1749416383' }).sent_at).toBe('2025-06-08T20:59:43.000Z')
    expect(message({ timestamp: 1749416383 }).sent_at).toBe('2025-06-08T20:59:43.000Z')
    for (const timestamp of [
      undefined,
      null,
      '',
      '0',
      0,
      -5,
      '-5',
      'now',
      '1e9',
      1e300,
      '99999999999999999999',
      1749416383000,
      1.5,
      {},
      [],
    ]) {
      expect(message({ timestamp }).sent_at, JSON.stringify(timestamp)).toBeNull()
    }
  })
})

describe('what it says', () => {
  const text = (parts: object) => message(parts).text

  it('takes the words of every type', () => {
    expect(text({ type: 'interactive', interactive: { type: 'button_reply', button_reply: { title: 'Yes' } } })).toBe(
      'Yes',
    )
    expect(text({ type: 'button', button: { payload: 'NO' } })).toBe('NO')
    expect(text({ type: 'location', location: { latitude: 1, longitude: 2, address: 'Rua 1' } })).toBe('Rua 1')
    expect(text({ type: 'location', location: { latitude: 1, longitude: 2 } })).toBeNull()
    expect(text({ type: 'document', document: { filename: 'a.pdf' } })).toBeNull()
    expect(text({ type: 'image', image: { caption: 'é👋' } })).toBe('é👋')
    expect(text({ type: 'text', text: 'not an object' })).toBeNull()
    expect(text({ type: 'text', text: { body: 'a\u0000b\ud800' } })).toBe('ab\ufffd')
  })

  it('a form whose answers are no JSON is an ordinary message', () => {
    const nfm_reply = { name: 'flow', body: 'Sent', response_json: '{"broken":' }
    const update = message({ type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply } })
    expect(update).toMatchObject({ subtype: 'nfm_reply', text: 'Sent', content: { interactive: { nfm_reply } } })
  })

  it('an unknown type is kept, neutrally, also when it is named like a member of every object', () => {
    for (const type of ['poll', 'constructor', '__proto__', 'toString']) {
      const update = message({ type, [type === '__proto__' ? 'x' : type]: { question: 'Why?' } })
      expect(update).toMatchObject({ kind: 'message', type, text: null, subtype: null })
    }
    expect(message({ type: 7 })).toMatchObject({ type: null, text: null, content: { type: 7 } })
  })

  it('a reaction without an emoji, or with an empty one, is removed', () => {
    const reaction = (emoji?: unknown) =>
      message({ type: 'reaction', reaction: { message_id: 'wamid.0', emoji } }).reaction
    expect(reaction()).toEqual({ target: 'wamid.0', emoji: null, removed: true })
    expect(reaction('')).toEqual({ target: 'wamid.0', emoji: null, removed: true })
    expect(reaction('🙏🏽')).toEqual({ target: 'wamid.0', emoji: '🙏🏽', removed: false })
    expect(message({ type: 'reaction' }).reaction).toEqual({ target: null, emoji: null, removed: true })
  })

  it('an edit brings the new words and content, a revocation only its target', () => {
    const edited = { type: 'text', text: { body: 'Better' } }
    expect(message({ type: 'edit', edit: { original_message_id: 'wamid.0', message: edited } })).toMatchObject({
      text: 'Better',
      edit: { target: 'wamid.0', type: 'text', text: 'Better', content: edited },
    })
    expect(message({ type: 'edit', edit: null }).edit).toEqual({ target: null, type: null, text: null, content: null })
    expect(message({ type: 'revoke', revoke: { original_message_id: 'wamid.0' } })).toMatchObject({
      text: null,
      revoke: { target: 'wamid.0' },
    })
  })

  it('context, referral and group come with any type', () => {
    const update = message({ type: 'poll', context: { id: 'wamid.0' }, referral: { source_type: 'ad' }, group_id: 'g' })
    expect(update).toMatchObject({ reply_to: 'wamid.0', referral: { source_type: 'ad' }, group_id: 'g' })
  })

  it('errors of a message are kept, also the older kind', () => {
    const errors = [
      { code: 131051, title: 'Unknown', error_data: { details: 'Why' } },
      { code: '5', message: 'M', details: 'D' },
      'x',
    ]
    expect(message({ type: 'unsupported', errors }).errors).toEqual([
      { code: 131051, title: 'Unknown', details: 'Why' },
      { code: 5, title: 'M', details: 'D' },
    ])
  })
})

describe('contact cards', () => {
  const cards = (contacts: object[], parts: object = {}) =>
    message({ from: undefined, from_user_id: US1, type: 'contacts', contacts, ...parts })

  it("a card that was asked for tells the sender's own phone, wherever WhatsApp says so", () => {
    const card = { name: { formatted_name: 'Ann' }, phones: [{ phone: '+1 (650) 555-1234', wa_id: '16505551234' }] }
    expect(cards([{ ...card, origin: 'contact_request' }])).toMatchObject({ own_phone: '16505551234', text: 'Ann' })
    expect(cards([card], { origin: 'contact_request' })).toMatchObject({ own_phone: '16505551234' })
    expect(cards([{ phones: [{ phone: '+16505551234' }] }], { origin: 'contact_request' }).own_phone).toBe(
      '16505551234',
    )
    expect(cards([{ phones: [{ phone: '16505551234' }] }], { origin: 'contact_request' }).own_phone).toBe('16505551234')
    const vcard = 'BEGIN:VCARD\nFN:Ann B.\nTEL;type=CELL;waid=16505551234:(650) 555-1234\nEND:VCARD'
    expect(cards([{ vcard }], { origin: 'contact_request' })).toMatchObject({
      own_phone: '16505551234',
      text: 'Ann B.',
    })
  })

  it("anybody else's card tells nothing about the sender, nor does a number without its country", () => {
    const card = {
      name: { first_name: 'Bob', last_name: 'B.' },
      phones: [{ phone: '+12125557890', wa_id: '12125557890' }],
    }
    expect(cards([card, { ...card, origin: 'other' }])).toMatchObject({ own_phone: null, text: 'Bob B., Bob B.' })
    expect(cards([card], { origin: 'other' }).cards).toEqual([
      { origin: 'other', name: 'Bob B.', phones: ['+12125557890'], wa_ids: ['12125557890'] },
    ])
    expect(cards([{ phones: [{ phone: '(650) 555-1234' }] }], { origin: 'contact_request' }).own_phone).toBeNull()
    expect(cards([{ phones: [{ wa_id: US1 }] }], { origin: 'contact_request' }).own_phone).toBeNull()
  })
})
