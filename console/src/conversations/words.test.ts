// What is said of messages: those that wait, those that failed, those that were deleted.
import { expect, test } from 'vitest'
import { ERROR_TITLES } from '../../../server/test-phone/schema.ts'
import { failureWords, lastLine, roomWords, waitingWords } from './words.ts'

const delivery = (error_code: number | null, error: string | null, retry_at: string | null = null) =>
  ({ state: 'waiting', at: null, error_code, error, retry_at }) as const

test('a message that waits says why, and when it is tried again, once that is known', () => {
  const at = '2026-05-30T14:05:00.000Z'
  expect(waitingWords(delivery(null, null))).toBeNull()
  expect(waitingWords(delivery(131_016, 'Service unavailable', at))).toMatch(
    /^WhatsApp has a problem\. .* at .*\d.*\.$/,
  )
  expect(waitingWords(delivery(null, 'HTTP 503'))).toBe(
    'WhatsApp has a problem. It goes by itself as soon as that is over.',
  )
  expect(waitingWords(delivery(131_056, 'pair rate limit', at))).toMatch(/^Too many messages .* at .*\d.*\.$/)
  expect(waitingWords(delivery(130_429, 'rate limit'))).toMatch(/^Too many messages/)
  for (const code of [0, 10, 190, 200, 250, 299])
    expect(waitingWords(delivery(code, null))).toMatch(/access token in Settings → WhatsApp/)
})

test('where a person can do something about an error of Meta’s, its words say what', () => {
  const inMetasWords = ERROR_TITLES.map(([code]) => code).filter((code) =>
    failureWords(delivery(code, 'said')).includes('“said”'),
  )
  // Mistakes of ours, and what nobody can do anything about.
  expect(inMetasWords).toEqual([33, 100, 130_472, 131_008, 131_009, 131_051, 131_052, 135_000])
})

test('of what was deleted a list says so, and not what it was', () => {
  const last = { id: '1', type: 'text', text: null, revoked: true, sent_by: null, delivery_state: null } as const
  expect(lastLine({ ...last, direction: 'in' })).toBe('The customer deleted this message')
  expect(lastLine({ ...last, direction: 'out' })).toBe('This message was deleted')
  expect(lastLine({ ...last, direction: 'in', type: 'image', text: 'The red one', revoked: false })).toBe(
    'Photo · The red one',
  )
})

test('when fewer than 200 characters are left it is said how many, and how many are too many', () => {
  expect(roomWords(0, 4096)).toBeNull()
  expect(roomWords(3896, 4096)).toBeNull()
  expect(roomWords(3897, 4096)).toBe('Characters left: 199')
  expect(roomWords(1024, 1024)).toBe('Characters left: 0')
  expect(roomWords('🎉'.repeat(2049).length, 4096)).toBe('Characters too many: 2. Most emoji count as two or more.')
})
