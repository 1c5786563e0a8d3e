// How a request to be written down, or called, by a name is told.

/** A request, if a tag's name stands right behind `before`, and `after` behind that. */
export interface RequestWords {
  before: string
  after?: string
}

/** The name ends a thought. */
const ENDS = '(?=[^\\p{L}\\p{N}]*$| *[^\\p{L}\\p{N} ]'
/** The same, or one of these words follows. */
export const untilWords = (words: string) => `${ENDS}| (?:${words})\\b)`
