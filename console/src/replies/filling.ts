// A saved reply as it is put into a message: the words in braces become what they name.
import { BRACED } from '../../../server/replies/braces-schema.ts'
import type { ReplyVariable } from '../../../server/replies/schema.ts'

/** What is not known of the customer leaves nothing, and no double blank. */
export function fillReply(text: string, values: Readonly<Record<ReplyVariable, string | null>>): string {
  return text
    .replaceAll(BRACED, (braces, word: string) =>
      Object.hasOwn(values, word) ? (values[word as ReplyVariable] ?? '') : braces,
    )
    .replaceAll(/(\S) {2,}(?=\S)/g, '$1 ')
    .replaceAll(/ +([,.!?;:])/g, '$1')
}

/** Puts a text where the cursor stands, in place of what is selected; answers the whole and where the cursor stands then. */
export function putIn(text: string, piece: string, from: number, to: number): { text: string; at: number } {
  return { text: text.slice(0, from) + piece + text.slice(to), at: from + piece.length }
}
