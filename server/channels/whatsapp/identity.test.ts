// Who a body speaks of, and what became of their ids.
import { describe, expect, it } from 'vitest'
import { base, message, one, read, US1, US2 } from '../../../test/fixtures/whatsapp/bodies.ts'

describe('who sent it', () => {
  const from = undefined

  it('a customer without a phone is known by the user id', () => {
    const { sender } = message({ from, from_user_id: US1 }, [
      { profile: { name: 'Ann', username: '@ann' }, user_id: US1 },
    ])
    expect(sender).toEqual({ ids: { wa_id: null, bsuid: US1, parent_bsuid: null }, name: 'Ann', username: 'ann' })
  })

  it('the user id of the message beats that of contacts[], and a malformed one counts for nothing', () => {
    const entry = { profile: { name: 'Ann' }, wa_id: '16505551234' }
    expect(message({ from_user_id: US1 }, [{ ...entry, user_id: US2 }]).sender).toMatchObject({
      ids: { bsuid: US1 },
      name: 'Ann',
    })
    expect(message({ from_user_id: US1 }, [{ ...entry, user_id: `u${US1}` }]).sender.ids.bsuid).toBe(US1)
    expect(message({}, [{ ...entry, user_id: `u${US1}` }]).sender.ids).toEqual({
      wa_id: '16505551234',
      bsuid: null,
      parent_bsuid: null,
    })
    expect(message({ from_user_id: `u${US1}` }, [{ ...entry, user_id: US1 }]).sender.ids.bsuid).toBe(US1)
  })

  it('a malformed user id is a key when there is nothing else, so that the message is not lost', () => {
    expect(message({ from, from_user_id: `u${US1}` }).sender.ids).toEqual({
      wa_id: null,
      bsuid: `u${US1}`,
      parent_bsuid: null,
    })
  })

  it('a user id in place of the phone is a user id', () => {
    for (const id of [US1, 'US.ENT.11815799212886844830']) {
      expect(message({ from: id }).sender.ids).toEqual({ wa_id: null, bsuid: id, parent_bsuid: null })
      expect(message({ from: id }, [{ wa_id: id, profile: { name: 'Ann' } }]).sender.name).toBe('Ann')
      expect(message({ from }, [{ wa_id: id }]).sender.ids).toEqual({ wa_id: null, bsuid: id, parent_bsuid: null })
    }
  })

  it('contacts[] may be absent, empty, without a profile, or anything', () => {
    for (const contacts of [
      undefined,
      null,
      [],
      {},
      'x',
      [null, 3, []],
      [{ wa_id: '16505551234' }],
      [{ profile: 'x', wa_id: '16505551234' }],
    ]) {
      expect(message({}, contacts).sender).toEqual({
        ids: { wa_id: '16505551234', bsuid: null, parent_bsuid: null },
        name: null,
        username: null,
      })
    }
  })

  it('a phone is the same however it is punctuated, and may be a number', () => {
    for (const written of ['+16505551234', '+1 (650) 555-1234', ' 16505551234 ', 16505551234]) {
      expect(message({ from: written }).sender.ids.wa_id).toBe('16505551234')
    }
  })

  it('in Brazil and Mexico the entry may spell the number otherwise: its spelling is the address', () => {
    const spelt = (own: string, theirs: string) =>
      message({ from: own }, [{ wa_id: theirs, profile: { name: 'Ann' } }]).sender
    expect(spelt('5511987654321', '551187654321')).toMatchObject({ ids: { wa_id: '551187654321' }, name: 'Ann' })
    expect(spelt('525512345678', '5215512345678')).toMatchObject({ ids: { wa_id: '5215512345678' }, name: 'Ann' })
    // Argentina's 54 and 549 are two subscribers.
    expect(spelt('541123456789', '5491123456789')).toMatchObject({ ids: { wa_id: '541123456789' }, name: null })
  })

  it("somebody else's entry, standing alone, gives the sender neither name nor id", () => {
    const { sender } = message({}, [{ wa_id: '12125557890', user_id: US2, profile: { name: 'Bob' } }])
    expect(sender).toEqual({
      ids: { wa_id: '16505551234', bsuid: null, parent_bsuid: null },
      name: null,
      username: null,
    })
    expect(message({ from, from_user_id: US1 }, [{ wa_id: '12125557890', user_id: US2 }]).sender.ids).toEqual({
      wa_id: null,
      bsuid: US1,
      parent_bsuid: null,
    })
  })

  it('among several customers and messages, each message finds its own entry', () => {
    const { updates } = read({
      contacts: [
        { wa_id: '16505551234', user_id: US1, profile: { name: 'Ann' } },
        { user_id: US2, profile: { name: 'Bob', username: 'bob' } },
      ],
      messages: [
        { ...base, id: 'a', from: undefined, from_user_id: US2 },
        { ...base, id: 'b', from: '16505551234' },
        { ...base, id: 'c', from: '12125557890' },
        { ...base, id: 'd', from_user_id: US1 },
      ],
    })
    expect(
      updates.map(
        (update) => update.kind === 'message' && [update.wa_message_id, update.sender.name, update.sender.ids],
      ),
    ).toEqual([
      ['a', 'Bob', { wa_id: null, bsuid: US2, parent_bsuid: null }],
      ['b', 'Ann', { wa_id: '16505551234', bsuid: US1, parent_bsuid: null }],
      ['c', null, { wa_id: '12125557890', bsuid: null, parent_bsuid: null }],
      ['d', 'Ann', { wa_id: '16505551234', bsuid: US1, parent_bsuid: null }],
    ])
  })

  it('one entry beside two senders belongs to the one it names, never to the other', () => {
    const { updates } = read({
      contacts: [{ wa_id: '16505551234', profile: { name: 'Ann' } }],
      messages: [
        { ...base, from: '16505551234' },
        { ...base, id: 'b', from_user_id: US2 },
      ],
    })
    expect(updates.map((update) => update.kind === 'message' && update.sender)).toMatchObject([
      { name: 'Ann' },
      { name: null, ids: { wa_id: null, bsuid: US2 } },
    ])
  })

  it('names are trimmed and bounded, usernames lose one leading @, emptiness is nothing', () => {
    const named = (profile: object) => message({}, [{ wa_id: '16505551234', profile }]).sender
    expect(named({ name: '  Ann ', username: ' @@ann ' })).toMatchObject({ name: 'Ann', username: '@ann' })
    expect(named({ name: '   ', username: '@' })).toMatchObject({ name: null, username: null })
    expect(named({ name: 5, username: ['ann'] })).toMatchObject({ name: null, username: null })
    expect(named({ name: '\u0000A\u0000' }).name).toBe('A')
    const long = named({ name: 'x' + '😀'.repeat(2000) }).name!
    expect(long.length).toBeLessThanOrEqual(1000)
    expect(long.isWellFormed()).toBe(true)
  })

  it('a message that names nobody is a problem, and still read', () => {
    const { updates, problem } = read({ messages: [base] })
    expect(problem).toBe('entry[0].changes[0].value.messages[0] names no sender.')
    expect(updates).toHaveLength(1)
  })
})

describe('changes of identity', () => {
  const system = (parts: object, outer: object = {}) =>
    one('identity_change', {
      messages: [{ id: 'wamid.s', timestamp: '1750269342', type: 'system', ...outer, system: parts }],
    })

  it('a new number comes with old and new user id, or without the old', () => {
    const parts = { type: 'user_changed_number', wa_id: '12195555358', user_id: US2 }
    expect(system({ ...parts, previous_user_id: US1 }, { from: '16505551234' })).toMatchObject({
      change: 'user_changed_number',
      wa_message_id: 'wamid.s',
      sent_at: '2025-06-18T17:55:42.000Z',
      old: { wa_id: '16505551234', bsuid: US1, parent_bsuid: null },
      new: { wa_id: '12195555358', bsuid: US2, parent_bsuid: null },
    })
    expect(system(parts, { from: '16505551234' }).old).toEqual({
      wa_id: '16505551234',
      bsuid: null,
      parent_bsuid: null,
    })
  })

  it('a new user id comes without a sender', () => {
    const parts = {
      type: 'user_changed_user_id',
      user_id: US2,
      previous_user_id: US1,
      parent_user_id: 'US.ENT.2',
      previous_parent_user_id: 'US.ENT.1',
    }
    expect(system(parts)).toMatchObject({
      change: 'user_changed_user_id',
      old: { wa_id: null, bsuid: US1, parent_bsuid: 'US.ENT.1' },
      new: { wa_id: null, bsuid: US2, parent_bsuid: 'US.ENT.2' },
    })
  })

  it('where the old id is only in the sentence, it is read from its end, which no profile name can reach', () => {
    const told = (name: string) =>
      system({ type: 'user_changed_user_id', user_id: US2, body: `User ${name} changed from ${US1} to ${US2}` }).old
    expect(told('Ann').bsuid).toBe(US1)
    expect(told('X changed from US.1 to').bsuid).toBe(US1)
    const other = system({
      type: 'user_changed_user_id',
      user_id: 'US.3',
      body: `User Ann changed from ${US1} to ${US2}`,
    })
    expect(other.old.bsuid).toBeNull()
  })

  it('older spellings and missing parts are borne', () => {
    expect(system({ type: 'user_changed_number', new_wa_id: 12195555358 }, { from: 16505551234 })).toMatchObject({
      old: { wa_id: '16505551234' },
      new: { wa_id: '12195555358' },
    })
    expect(system({ type: 'customer_changed_number', wa_id: '12195555358', customer: '16505551234' })).toMatchObject({
      old: { wa_id: '16505551234' },
    })
    expect(system({ type: 'user_changed_number' }, { id: undefined, from: US1 })).toMatchObject({
      wa_message_id: null,
      old: { bsuid: US1 },
      new: { wa_id: null, bsuid: null },
    })
  })

  it('other system messages are ordinary, also when they name nobody', () => {
    const update = one('message', {
      messages: [{ id: 'a', type: 'system', system: { type: 'group_created', body: 'Hello' } }],
    })
    expect(update).toMatchObject({ type: 'system', subtype: 'group_created', text: 'Hello' })
    expect(message({ type: 'system', system: null }).text).toBeNull()
  })
})
