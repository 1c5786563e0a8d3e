// The rules of a form are those of the server's shape, said in the language of the console.
import { schemaResolver } from '@mantine/form'
import type { z } from 'zod'
import { refusalOf } from '../../../server/lib/shapes.ts'
import { wordsOf } from './problem-words.ts'

/** For `validate` of a form: what the shape refuses, by field. */
export function rulesOf(shape: z.ZodType): (values: object) => Record<string, string> {
  const resolve = schemaResolver(shape, { sync: true })
  return (values) =>
    Object.fromEntries(
      Object.entries(resolve({ ...values })).map(([field, sentence]) => [field, inWords(sentence as string)]),
    )
}

function inWords(sentence: string): string {
  const { reason, data = {} } = refusalOf(sentence)
  return wordsOf(reason, data, sentence)
}
