// Composed bodies look like Meta's, and read back as what was meant.
import { describe, expect, it } from 'vitest'
import {
  composeIdentityChange,
  composeMessage,
  composeStatus,
  composeTextMessage,
  deletionOf,
  editOf,
  escapeNonAscii,
  newMessageId,
  reactionTo,
} from './compose.ts'
import { readPayload } from './payload.ts'
import { signatureMatches, signBody } from './signature.ts'

const number = { phoneNumberId: '106540352242922', displayPhone: '+1 555-078-3881', wabaId: '102290129340398' }
const at = new Date('2026-09-01T10:00:00.900Z')
const ann = { from: '+8613800138000', name: '安 é👋' }

function one(body: string) {
  const { updates, problem } = readPayload(body)
  expect(problem).toBeNull()
  expect(updates).toHaveLength(1)
  return updates[0]!
}

describe('composed bodies', () => {
  it('a text message reads back, is ASCII, and can be signed', () => {
    const body = composeTextMessage({ ...number, ...ann, text: '你好 👋', at, messageId: 'wamid.x' })
    expect(body).toMatch(/^[\x20-\x7e]+$/)
    expect(body).toContain('\\u4f60\\u597d \\ud83d\\udc4b')
    expect(signatureMatches(signBody(body, 's'), Buffer.from(body), ['s'])).toBe(true)
    expect(one(body)).toMatchObject({
      kind: 'message',
      wa_message_id: 'wamid.x',
      phone_number_id: '106540352242922',
      display_phone_number: '15550783881',
      waba_id: '102290129340398',
      sent_at: '2026-09-01T10:00:00.000Z',
      type: 'text',
      text: '你好 👋',
      sender: { ids: { wa_id: '8613800138000', bsuid: null, parent_bsuid: null }, name: '安 é👋', username: null },
    })
  })

  it('a customer with a username has no phone in the body at all', () => {
    const body = composeTextMessage({
      ...number,
      userId: 'US.1',
      parentUserId: 'US.ENT.2',
      username: 'ann',
      text: 'Hi',
      at,
    })
    expect(body).not.toMatch(/"from"|"wa_id"|"name"|null/)
    expect(one(body)).toMatchObject({
      sender: { ids: { wa_id: null, bsuid: 'US.1', parent_bsuid: 'US.ENT.2' }, name: null, username: 'ann' },
    })
  })

  it('any message, a reaction and its removal read back', () => {
    const image = { type: 'image', image: { id: '1', mime_type: 'image/jpeg', caption: 'Look' } }
    expect(one(composeMessage({ ...number, ...ann, at, message: image }))).toMatchObject({
      type: 'image',
      text: 'Look',
      content: image,
    })
    expect(one(composeMessage({ ...number, ...ann, at, message: reactionTo('wamid.0', '👍') }))).toMatchObject({
      reaction: { target: 'wamid.0', emoji: '👍', removed: false },
    })
    expect(one(composeMessage({ ...number, ...ann, at, message: reactionTo('wamid.0', null) }))).toMatchObject({
      reaction: { removed: true },
    })
  })

  it('an edit and a deletion read back', () => {
    expect(one(composeMessage({ ...number, ...ann, at, message: editOf('wamid.0', 'Better') }))).toMatchObject({
      edit: { target: 'wamid.0', text: 'Better' },
    })
    expect(one(composeMessage({ ...number, ...ann, at, message: deletionOf('wamid.0') }))).toMatchObject({
      revoke: { target: 'wamid.0' },
    })
  })

  it('a status reads back', () => {
    const status = {
      messageId: 'wamid.0',
      status: 'failed',
      to: '+8613800138000',
      userId: 'CN.1',
      errors: [{ code: 131026, title: 'No' }],
    } as const
    expect(one(composeStatus({ ...number, ...status, errors: [...status.errors], at }))).toMatchObject({
      kind: 'status',
      wa_message_id: 'wamid.0',
      status: 'failed',
      at: '2026-09-01T10:00:00.000Z',
      recipient: { wa_id: '8613800138000', bsuid: 'CN.1' },
      errors: [{ code: 131026 }],
    })
  })

  it('changes of number and of user id read back', () => {
    const moved = composeIdentityChange({
      ...number,
      from: '+8613800138000',
      newPhone: '+8613900139000',
      newUserId: 'CN.2',
      previousUserId: 'CN.1',
      name: 'Ann',
      at,
    })
    expect(one(moved)).toMatchObject({
      kind: 'identity_change',
      change: 'user_changed_number',
      text: 'User Ann changed from 8613800138000 to 8613900139000',
      old: { wa_id: '8613800138000', bsuid: 'CN.1' },
      new: { wa_id: '8613900139000', bsuid: 'CN.2' },
    })
    expect(one(composeIdentityChange({ ...number, previousUserId: 'CN.1', newUserId: 'CN.2', at }))).toMatchObject({
      change: 'user_changed_user_id',
      old: { wa_id: null, bsuid: 'CN.1' },
      new: { wa_id: null, bsuid: 'CN.2' },
    })
  })

  it('made-up ids are never the same, and escaping changes no meaning', () => {
    expect(new Set(Array.from({ length: 1000 }, newMessageId)).size).toBe(1000)
    const json = JSON.stringify({ a: 'é\u2028👋\u007f\\u00e9' })
    expect(JSON.parse(escapeNonAscii(json))).toEqual(JSON.parse(json))
  })
})
