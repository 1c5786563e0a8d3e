// Every webhook body that Meta published, against what a correct receiver ends up with.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { phoneOf } from './identity.ts'
import { readPayload } from './payload.ts'
import type { Update } from './update.ts'
import type { JsonObject } from './values.ts'

const folder = new URL('../../../test/fixtures/whatsapp/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, folder))
const expected = JSON.parse(read('expected.json').toString()) as Record<string, Record<string, JsonObject[]>>

type Found = Record<string, unknown>

const codes = (update: Update) => ('errors' in update ? update.errors.map((error) => error.code) : [])

/** What an update says, in the words of expected.json. */
function describeUpdate(update: Update): [list: string, found: Found] {
  const { field, phone_number_id } = update
  switch (update.kind) {
    case 'message': {
      const { ids, name, username } = update.sender
      return ['messages', { ...spoken(update, name, username, ids), outcome: outcomeOf(update), phone_number_id }]
    }
    case 'echo': {
      const { ids, name, username } = update.recipient
      return ['echoes', spoken(update, name, username, ids)]
    }
    case 'history': {
      const { ids, name, username } = update.contact
      return ['history', { ...spoken(update, name, username, ids), direction: update.direction }]
    }
    case 'identity_change': {
      const { change, old, new: now } = update
      const found = {
        id: update.wa_message_id,
        outcome: 'identity change',
        ids: old,
        // A number in a change is what it was, or is to be: nobody wrote from it.
        phone: null,
        name: null,
        username: null,
        type: 'system',
        subtype: change,
        sent_at: update.sent_at,
        text: update.text,
        change: { change, old: { wa_id: old.wa_id }, new: { wa_id: now.wa_id } },
        phone_number_id,
      }
      return ['messages', found]
    }
    case 'status': {
      const { status_as_written, at, recipient } = update
      const found = { id: update.wa_message_id, status_as_written, at, ...recipient, error_codes: codes(update) }
      return ['statuses', found]
    }
    case 'other':
      return ['other', { what: update.what, field, error_codes: codes(update) }]
  }
}

type Spoken = Extract<Update, { text: string | null; type: string | null }>

function spoken(update: Spoken, name: string | null, username: string | null, ids: { wa_id: string | null }): Found {
  const part = (of: JsonObject, key: string) => of[key] as JsonObject | undefined
  const { content, edit } = update
  const context = part(content, 'context')
  const interactive = part(content, 'interactive')
  return {
    id: update.wa_message_id,
    ids,
    phone: phoneOf(ids.wa_id),
    name,
    username,
    type: update.type,
    sent_at: update.sent_at,
    text: update.text,
    reply_to: update.reply_to,
    group_id: update.group_id,
    subtype: update.subtype,
    error_codes: codes(update),
    referral: update.referral,
    reaction: update.reaction,
    revoke: update.revoke,
    edit: edit && { ...edit, media: edit.content?.[edit.type ?? ''] },
    media: content[update.type ?? ''],
    location: content['location'],
    payload: part(content, 'button')?.['payload'] ?? part(interactive ?? {}, update.subtype ?? '')?.['id'],
    referred_product: context?.['referred_product'],
    order_items: (part(content, 'order')?.['product_items'] as unknown[] | undefined)?.length,
    shared_contacts: update.cards.length,
  }
}

function outcomeOf(update: Spoken): string {
  if (update.reaction) return 'reaction'
  if (update.edit) return 'edit'
  if (update.revoke) return 'revoke'
  if (update.type === 'unsupported' || update.type === 'unknown') return 'placeholder'
  return update.group_id === null ? 'store' : 'store in group'
}

describe('published webhook bodies', () => {
  const files = readdirSync(folder).filter((name) => /^[0-9].*\.json$/.test(name))

  it('there are 55, each with an expectation', () => {
    expect(files).toHaveLength(55)
    expect(Object.keys(expected).toSorted()).toEqual(files.toSorted())
  })

  it.each(files)('%s is read as expected', (file) => {
    const { updates, problem } = readPayload(read(file))
    expect(problem).toBeNull()
    const lists = ['messages', 'echoes', 'history', 'statuses', 'other']
    const found = updates.map(describeUpdate)
    const wanted = lists.flatMap((list) => (expected[file]![list] ?? []).map((each) => [list, each]))
    expect(found.map(([list]) => list)).toEqual(wanted.map(([list]) => list))
    expect(found).toMatchObject(wanted)
  })

  it('what is not meant for the conversation makes no message, status or echo', () => {
    for (const [file, lists] of Object.entries(expected)) {
      if (!('other' in lists)) continue
      expect(readPayload(read(file)).updates.every((update) => update.kind === 'other')).toBe(true)
    }
  })

  it('the message is kept whole', () => {
    for (const file of files) {
      const body = JSON.parse(read(file).toString()) as { entry?: { changes: { value: Record<string, unknown> }[] }[] }
      const sent = body.entry?.[0]?.changes[0]?.value['messages'] as unknown[] | undefined
      if (sent === undefined) continue
      const kept = readPayload(read(file)).updates.map((update) => update.content)
      expect(kept).toEqual(sent)
    }
  })
})
