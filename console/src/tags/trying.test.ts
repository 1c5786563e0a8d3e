// What trying a tag comes to: who gains it, who loses it, and whom it leaves as they are.
import { expect, test } from 'vitest'
import type { Tried } from '../../../server/analysis/trying-schema.ts'
import { summaryOf } from './trying.ts'

type Verdict = NonNullable<Tried['after']>

let conversations = 0
const verdict = (outcome: Verdict['outcome']): Verdict => ({
  outcome,
  confidence: 0.8,
  evidence: { message_id: 'm', conversation_id: 'v', quote: outcome, at: '2026-01-01T00:00:00.000Z' },
  reason: 'meaning',
  engine: 'built-in',
})
const tried = (contact: string, changes: Partial<Tried>): Tried => ({
  conversation_id: String(conversations++),
  closed_at: '2026-01-01T00:00:00.000Z',
  contact: { id: contact, name: contact, phone: null, username: null },
  carries: null,
  held_back: false,
  before: null,
  after: null,
  ...changes,
})
const apply = verdict('apply')
const suggest = verdict('suggest')
const idsOf = (contacts: readonly { id: string }[]) => contacts.map(({ id }) => id)

test('a contact gains the tag once, by the first conversation that gives it', () => {
  const { gains, suggested } = summaryOf([
    tried('a', { after: suggest }),
    tried('a', { after: apply }),
    tried('a', { after: apply }),
    tried('b', { after: suggest }),
  ])
  expect(idsOf(gains)).toEqual(['a'])
  expect(idsOf(suggested)).toEqual(['b'])
})

test('only what an AI put on, and would by the saved description, is lost', () => {
  const { losses } = summaryOf([
    tried('by-ai', { carries: 'ai_auto_close', before: apply }),
    tried('by-key', { carries: 'ai_tool', before: apply, after: suggest }),
    tried('by-person', { carries: 'manual_agent', before: apply }),
    tried('by-system', { carries: 'api', before: apply }),
    tried('not-by-these', { carries: 'ai_auto_close', before: suggest }),
  ])
  expect(idsOf(losses)).toEqual(['by-ai', 'by-key'])
})

test('who would get it by another conversation loses nothing', () => {
  const summary = summaryOf([
    tried('a', { carries: 'ai_auto_close', before: apply }),
    tried('a', { carries: 'ai_auto_close', after: apply }),
  ])
  expect(summary).toMatchObject({ losses: [], kept: 1, gains: [] })
})

test('what a person took off is neither gained nor suggested, unless a newer conversation speaks for it', () => {
  expect(summaryOf([tried('a', { held_back: true, after: apply })])).toMatchObject({ gains: [], heldBack: 1 })
  const newer = [tried('a', { after: apply }), tried('a', { held_back: true, after: apply })]
  expect(summaryOf(newer)).toMatchObject({ heldBack: 0, gains: [{ id: 'a' }] })
})

test('who does not carry it and would not get it is not spoken of', () => {
  expect(summaryOf([tried('a', { before: apply })])).toEqual({
    gains: [],
    losses: [],
    suggested: [],
    kept: 0,
    heldBack: 0,
  })
})
