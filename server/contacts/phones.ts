// Phone numbers as people and other systems write them, and as WhatsApp may know them.
import { Problem } from '../lib/errors.ts'

/** Of a full international number, by E.164; the shortest are those of small islands. */
const [LEAST, MOST] = [7, 15]

/** What a table of numbers makes of a phone; read as digits, its zeros would make it another phone. */
const DECIMAL = /^\s*(?:\+|00)?\d{7,}[.,]0+\s*$/

/** Whether a program has written the number as one with decimals: `34600123456.0`. */
export const isDecimal = (written: string): boolean => DECIMAL.test(plainText(written))

/** Without the signs that show nothing, and with digits of one width. */
const plainText = (written: string): string => written.normalize('NFKC').replace(/\p{Cf}/gu, '')

/**
 * The digits under which WhatsApp may know a number, the most likely first: as it is written, and with or without the digit
 * that some countries put before mobile numbers and WhatsApp leaves out for old accounts (Brazil's 9, Mexico's 1, Argentina's
 * 9). Empty when it cannot be a number with its country's code.
 */
export function phoneCandidates(written: string): [string, string?] | [] {
  const plain = plainText(written)
  if (DECIMAL.test(plain)) return []
  const digits = plain.replace(/^\s*00/, '+')
  if (!/^[\s+]*[\d\s().\-/\u2010-\u2015]+$/.test(digits)) return []
  const number = digits.replaceAll(/\D/g, '')
  if (number.length < LEAST || number.length > MOST || number.startsWith('0')) return []
  return [number, ...variantsOf(number)]
}

/** The same for a phone that a caller gave; refuses what cannot be a number with its country's code. */
export function candidatesOf(phone: string): [string, string?] {
  const candidates = phoneCandidates(phone)
  if (candidates.length === 0)
    throw new Problem('invalid', 'Write the whole number with its country’s code, such as +34 600 123 456.', {
      reason: 'phone_incomplete',
      field: 'phone',
    })
  return candidates
}

function variantsOf(number: string): [string?] {
  const brazil = /^55([1-9]{2})(9?)(\d{8})$/.exec(number)
  if (brazil) {
    const [, area, nine, rest] = brazil
    // Numbers that begin with 2 to 5 are landlines, which have no 9.
    return nine ? [`55${area}${rest}`] : /^[6-9]/.test(rest!) ? [`55${area}9${rest}`] : []
  }
  const mexico = /^52(1?)([2-9]\d{9})$/.exec(number)
  if (mexico) return [mexico[1] ? `52${mexico[2]}` : `521${mexico[2]}`]
  const argentina = /^54(9?)([1-9]\d{9})$/.exec(number)
  if (argentina) return [argentina[1] ? `54${argentina[2]}` : `549${argentina[2]}`]
  return []
}
