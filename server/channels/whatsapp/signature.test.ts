// The signature against Meta's vectors and against what a forger would try.
import { describe, expect, it } from 'vitest'
import { signatureMatches, signBody } from './signature.ts'

const secret = 'test_app_secret'
const empty = '{"object":"whatsapp_business_account","entry":[]}'
const accented =
  '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":' +
  '{"messages":[{"type":"text","text":{"body":"Ol\\u00e1 \\ud83d\\udc4b"}}]}}]}]}'

const vectors: [string, string][] = [
  [empty, 'sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756'],
  [accented, 'sha256=fa948645d227421ea29bbaf586dcb15bf5ed690361b0c80d986d715533a5112f'],
]

describe('signature', () => {
  it('signs both vectors', () => {
    for (const [body, signature] of vectors) {
      expect(signBody(body, secret)).toBe(signature)
      expect(signBody(Buffer.from(body), secret)).toBe(signature)
    }
  })

  it('accepts the raw bytes, and refuses the same JSON written again', () => {
    for (const [body, signature] of vectors) {
      expect(signatureMatches(signature, Buffer.from(body), [secret])).toBe(true)
    }
    const again = Buffer.from(JSON.stringify(JSON.parse(accented)))
    expect(signatureMatches(vectors[1]![1], again, [secret])).toBe(false)
  })

  it('accepts either of two secrets, in any order', () => {
    const body = Buffer.from(empty)
    expect(signatureMatches(signBody(body, 'new'), body, ['new', 'old'])).toBe(true)
    expect(signatureMatches(signBody(body, 'old'), body, ['new', 'old'])).toBe(true)
    expect(signatureMatches(signBody(body, 'other'), body, ['new', 'old'])).toBe(false)
  })

  it('refuses a missing, malformed, shortened or lengthened header', () => {
    const body = Buffer.from(empty)
    const good = signBody(body, secret)
    for (const header of [
      undefined,
      '',
      'sha256=',
      good.slice(0, -1),
      good + '0',
      good.replace('sha256=', ''),
      good.replace('sha256=', 'sha1='),
      good.slice(0, -1) + 'g',
      `${good}\n${good}`,
    ]) {
      expect(signatureMatches(header, body, [secret]), String(header)).toBe(false)
    }
  })

  it('accepts hex digits in either case', () => {
    const body = Buffer.from(empty)
    expect(signatureMatches(`sha256=${signBody(body, secret).slice(7).toUpperCase()}`, body, [secret])).toBe(true)
  })

  it('accepts nothing without a secret, and nothing signed with an empty one', () => {
    const body = Buffer.from(empty)
    expect(signatureMatches(signBody(body, secret), body, [])).toBe(false)
    expect(signatureMatches(signBody(body, ''), body, [''])).toBe(false)
  })
})
