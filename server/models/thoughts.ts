// What a model thinks aloud before its answer, between marks in the text: it is nobody's to read but the log's.
import type { LanguageModelMiddleware } from 'ai'

const MARKS = 'think|thinking|thought|reasoning'
/** To its end, or to the end of an answer that was cut in the middle of it. */
const WHOLE = new RegExp(String.raw`<(${MARKS})>.*?(?:</\1>|$)`, 'gis')
/** Some answers begin after the mark, which the question ended with. */
const BEGUN = new RegExp(`^.*</(?:${MARKS})>`, 'is')

function aloud(text: string): string {
  // Within an object such marks are a customer's words.
  if (/^\s*\{/.test(text)) return text
  const rest = text.replace(WHOLE, '').replace(BEGUN, '')
  return rest === text ? text : rest.trimStart()
}

/** Leaves the thoughts of models away that have no place of their own for them, as many have that run on one's own machine. */
export const withoutThoughts: LanguageModelMiddleware = {
  specificationVersion: 'v4',
  async wrapGenerate({ doGenerate }) {
    const result = await doGenerate()
    return {
      ...result,
      content: result.content.map((part) => (part.type === 'text' ? { ...part, text: aloud(part.text) } : part)),
    }
  },
}
