// That every act has its words in every language, and a place among the filters.
import { afterEach, expect, test } from 'vitest'
import { AuditAct } from '../../../server/audit/schema.ts'
import { locales, overwriteGetLocale } from '../paraglide/runtime.js'
import { actName, entrySentence } from './act-words.ts'
import { ACT_GROUPS, auditQueryOf, readAuditSearch } from './search.ts'

afterEach(() => overwriteGetLocale(() => 'en'))

const entry = (act: string) => ({
  act,
  actor: { kind: 'user', id: '1', name: 'Ana' },
  subject: { id: '2', name: 'Ben' },
  details: { role: 'agent', to: 'admin', rows: 3, contacts: 3 },
})

test.each(locales)('every act has a name and a sentence in %s that says who did it', (locale) => {
  overwriteGetLocale(() => locale)
  for (const act of AuditAct.options) {
    const sentence = entrySentence(entry(act))
    expect(
      sentence.filter((piece) => 'place' in piece && piece.place === 'actor'),
      act,
    ).toHaveLength(1)
    expect(sentence.length, act).toBeGreaterThan(1)
    expect(JSON.stringify(sentence), act).not.toContain(act)
    expect(actName(act), act).not.toBe(act)
  }
})

test('every act is in one group of the filter, so that it can be found', () => {
  expect(Object.values(ACT_GROUPS).flat().toSorted()).toEqual(AuditAct.options.toSorted())
})

test('an act that only a newer server knows is told as it is', () => {
  expect(entrySentence(entry('moon.landed'))).toEqual([{ place: 'actor' }, { text: ': moon.landed' }])
})

test('a mangled address opens the log with what can be meant', () => {
  expect(readAuditSearch({ what: 'nonsense', who: '', from: 'yesterday', search: 'ana' })).toEqual({ search: 'ana' })
  expect(readAuditSearch({ what: 'people', who: 'u1' })).toEqual({ what: 'people', who: 'u1' })
})

test('a group asks for all its acts, an act for itself', () => {
  expect(auditQueryOf({ what: 'contacts', who: 'u1' })).toEqual({ acts: ACT_GROUPS.contacts.join(','), actor: 'u1' })
  expect(auditQueryOf({ what: 'person.invited' })).toEqual({ acts: 'person.invited' })
})
