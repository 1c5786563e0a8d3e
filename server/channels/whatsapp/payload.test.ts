// What is no customer's message, and the envelope around everything.
import { describe, expect, it } from 'vitest'
import { base, message, metadata, one, read, US1 } from '../../../test/fixtures/whatsapp/bodies.ts'
import { readPayload } from './payload.ts'

describe('what no customer wrote', () => {
  it('statuses name the message, and make nobody', () => {
    const status = one('status', {
      statuses: [{ id: 'wamid.o', status: 'read', timestamp: 1750030073, recipient_id: '16505551234' }],
    })
    expect(status).toMatchObject({
      wa_message_id: 'wamid.o',
      status: 'read',
      at: '2025-06-15T23:27:53.000Z',
      recipient: { wa_id: '16505551234' },
    })
    expect(one('status', { statuses: [{ id: 'wamid.o', status: 'failed', type: 'payment' }] })).toMatchObject({
      status: 'other',
      status_as_written: 'failed',
    })
    expect(one('status', { statuses: [{ id: 'wamid.o', status: 'constructor', recipient_id: US1 }] })).toMatchObject({
      status: 'other',
      recipient: { wa_id: null, bsuid: US1 },
    })
    const group = {
      id: 'wamid.o',
      status: 'delivered',
      recipient_type: 'group',
      recipient_id: 'G',
      recipient_participant_id: '16505551234',
    }
    expect(one('status', { statuses: [group] })).toMatchObject({ group_id: 'G', recipient: { wa_id: '16505551234' } })
    expect(one('other', { statuses: [{ status: 'read' }] }).what).toBe('a status without a message id')
  })

  it.each(['smb_message_echoes', 'message_echoes'])('%s are outbound, in the thread of the recipient', (field) => {
    const echo = { ...base, from: '15550783881', to: '16505551234', to_user_id: US1, to_parent_user_id: 'US.ENT.1' }
    const contacts = [{ wa_id: '16505551234', profile: { username: '@ann' } }]
    expect(one('echo', { contacts, message_echoes: [echo] }, field)).toMatchObject({
      text: 'Hi',
      recipient: { ids: { wa_id: '16505551234', bsuid: US1, parent_bsuid: 'US.ENT.1' }, username: 'ann' },
    })
    expect(read({ messages: [echo] }, field).updates[0]!.kind).toBe('echo')
  })

  it('what the business itself sent is an echo, whatever the field', () => {
    expect(
      one('echo', { messages: [{ ...base, from: '+1 555-078-3881', to: '16505551234' }] }).recipient.ids.wa_id,
    ).toBe('16505551234')
    expect(one('echo', { message_echoes: [{ ...base, from: '15550783881', to: US1 }] }).recipient.ids.bsuid).toBe(US1)
  })

  it('history knows its direction, its thread and its owner, and is never live', () => {
    const thread = {
      context: { user_id: US1, parent_user_id: 'US.ENT.1', username: '@ann' },
      messages: [
        { ...base, id: 'a', from: '15550783881', to: '16505551234', history_context: { status: 'READ' } },
        { ...base, id: 'b', from_user_id: US1 },
        { ...base, id: 'c', from: '15550783881', from_me: false },
        { ...base, id: 'd', history_context: { from_me: true } },
      ],
    }
    const { updates, problem } = read(
      {
        history: [
          {
            metadata: { phase: 0 },
            threads: [thread, { id: '12125557890', messages: [{ ...base, id: 'e', from: '12125557890' }] }],
          },
        ],
      },
      'history',
    )
    expect(problem).toBeNull()
    expect(updates.map((update) => update.kind === 'history' && update.historical && update.direction)).toEqual([
      'out',
      'in',
      'in',
      'out',
      'in',
    ])
    expect(updates.map((update) => update.kind === 'history' && update.contact.ids)).toMatchObject([
      ...Array.from({ length: 4 }, () => ({ wa_id: null, bsuid: US1, parent_bsuid: 'US.ENT.1' })),
      { wa_id: '12125557890', bsuid: null },
    ])
    expect(updates[0]).toMatchObject({ history_status: 'READ', contact: { username: 'ann' } })
  })

  it('media that is filled in later goes the way of its message', () => {
    const { updates } = read(
      {
        messages: [{ ...base, from: '16505551234' }],
        message_echoes: [{ ...base, from: '15550783881', to: '16505551234' }],
      },
      'history',
    )
    expect(updates).toMatchObject([
      { kind: 'history', direction: 'in', contact: { ids: { wa_id: '16505551234' } } },
      { kind: 'history', direction: 'out', contact: { ids: { wa_id: '16505551234' } } },
    ])
  })

  it.each(['standby', 'smb_app_state_sync', 'user_preferences', 'account_update', 'something_new', 'constructor'])(
    '%s is kept, and nothing more',
    (field) => {
      const update = one('other', { messages: [{ ...base, from: '16505551234' }] }, field)
      expect(update).toMatchObject({ field, content: { messages: [{ id: 'wamid.1' }] } })
      expect(update.what).toEqual(expect.any(String))
    },
  )

  it('unknown parts of a live body are kept beside the messages', () => {
    const { updates } = read({
      messages: [{ ...base, from: '16505551234' }],
      calls: [{ id: 'c' }],
      errors: [{ code: 1 }],
      scalar: 5,
    })
    expect(updates).toMatchObject([
      { kind: 'message' },
      { what: 'errors', errors: [{ code: 1 }] },
      { what: 'calls', content: [{ id: 'c' }] },
    ])
  })
})

describe('the envelope', () => {
  it('reads every entry and change, and says where each update stands', () => {
    const value = (id: string) => ({
      value: { metadata, messages: [{ ...base, id, from: '16505551234' }] },
      field: 'messages',
    })
    const { updates } = readPayload(
      JSON.stringify({
        entry: [
          { id: '0', changes: [value('a'), value('b')] },
          { id: 7, changes: [value('c')] },
        ],
      }),
    )
    expect(updates).toMatchObject([
      { wa_message_id: 'a', waba_id: '0', path: 'entry[0].changes[0].value.messages[0]' },
      { wa_message_id: 'b', waba_id: '0', path: 'entry[0].changes[1].value.messages[0]' },
      { wa_message_id: 'c', waba_id: '7', path: 'entry[1].changes[0].value.messages[0]', ...metadata },
    ])
  })

  it('reads a change or a value without its envelope', () => {
    const value = { metadata, messages: [{ ...base, from: '16505551234' }] }
    expect(readPayload(JSON.stringify({ field: 'messages', value })).updates).toMatchObject([
      { kind: 'message', waba_id: null, path: 'body.value.messages[0]' },
    ])
    expect(readPayload(JSON.stringify(value)).updates).toMatchObject([{ kind: 'message', path: 'body.messages[0]' }])
  })

  it('names what it cannot understand, and reads the rest', () => {
    const good = { ...base, from: '16505551234' }
    const { updates, problem } = read({ messages: [null, good, 'x', { ...good, id: '' }] })
    expect(problem).toBe('entry[0].changes[0].value.messages[0] is not an object. (And 2 more.)')
    expect(updates.map((update) => update.kind)).toEqual(['message', 'other'])
    expect(readPayload('').problem).toBe('The body is not JSON.')
    expect(readPayload('[]').problem).toBe('The body is not a JSON object.')
    expect(readPayload('{}').problem).toBe('The body has no entry list.')
    expect(readPayload('{"entry":{}}').problem).toBe('entry is not a list.')
    expect(readPayload('{"entry":[{"id":"1","changes":[{"field":"messages"}]}]}').problem).toBe(
      'entry[0].changes[0].value is not an object.',
    )
    expect(readPayload('{"entry":[]}')).toEqual({ updates: [], misread: null, problem: null })
    expect(readPayload('\ufeff{"entry":[]}').problem).toBeNull()
  })

  it('an id that could not be stored is none', () => {
    expect(read({ messages: [{ ...base, from: '16505551234', id: 'x'.repeat(501) }] }).problem).toContain(
      'has no message id',
    )
    expect(message({ id: 12 }).wa_message_id).toBe('12')
  })
})
