// What a model thinks before its answer: room for it, and what it thinks aloud, between marks in the text, which is nobody's to read but the log's.
import { APICallError, type LanguageModelMiddleware } from 'ai'

const MARKS = 'think|thinking|thought|reasoning'
/** To its end, or to the end of an answer that was cut in the middle of it. */
const WHOLE = String.raw`<(${MARKS})>.*?(?:</\1>|$)`
const FIRST = new RegExp(String.raw`^\s*${WHOLE}`, 'is')
const ANYWHERE = new RegExp(WHOLE, 'gis')
/** Some answers begin after the mark, which the question ended with. */
const BEGUN = new RegExp(`^.*?</(?:${MARKS})>`, 'is')
/** Within an object such marks are a customer's words. */
const OBJECT = /^\s*(?:\{|```)/

function aloud(text: string): string {
  let rest = text
  while (FIRST.test(rest)) rest = rest.replace(FIRST, '')
  if (rest === text && !OBJECT.test(rest)) rest = rest.replace(BEGUN, '')
  if (!OBJECT.test(rest)) rest = rest.replace(ANYWHERE, '')
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

/** Room for the thoughts of those that think for long. */
const MOST_THOUGHTS = 8000

/** Asks a model once more, with more room, that used up its tokens before it said or did anything. */
export const roomToThink: LanguageModelMiddleware = {
  specificationVersion: 'v4',
  async wrapGenerate({ doGenerate, params, model }) {
    const result = await doGenerate()
    const { content, finishReason } = result
    const isBare = content.every(
      (part) => part.type === 'reasoning' || (part.type === 'text' && aloud(part.text).trim() === ''),
    )
    if (finishReason.unified !== 'length' || !isBare) return result
    try {
      return await model.doGenerate({ ...params, maxOutputTokens: MOST_THOUGHTS })
    } catch (error) {
      // It has not so much room, which the log says.
      if (APICallError.isInstance(error) && error.statusCode === 400) return result
      throw error
    }
  },
}
