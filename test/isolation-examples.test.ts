// That no route is without an example in the test of isolation, and that the examples name every id that a route takes.
import { expect, test } from 'vitest'
import { z } from 'zod'
import { sitemap } from '../server/app.ts'
import { newId } from '../server/lib/ids.ts'
import type { RouteDef } from '../server/lib/route.ts'
import { EXAMPLES, examplesOf, KINDS, type Ids } from './isolation/examples.ts'

const routes = sitemap.map(({ route }): RouteDef => route)

test('every route has an example; else write one in test/isolation/examples.ts', () => {
  const without = routes.map((route) => route.operationId).filter((operationId) => EXAMPLES[operationId] === undefined)
  expect(without).toEqual([])
})

test('every example is of a route; else take it out of test/isolation/examples.ts', () => {
  const known = new Set(routes.map((route) => route.operationId))
  expect(Object.keys(EXAMPLES).filter((operationId) => !known.has(operationId))).toEqual([])
})

test('the examples of a route name every id that its shapes take, from `id`; else add it in test/isolation/examples.ts', () => {
  const ids = Object.fromEntries(KINDS.map((kind) => [kind, newId()])) as Ids
  const given = new Set(Object.values(ids))
  const missing = routes.flatMap((route) => {
    const examples = examplesOf(route.operationId, ids)
    return (['params', 'query', 'body'] as const).flatMap((part) => {
      const shape = route[part]
      if (!shape) return []
      const paths = part === 'params' ? Object.keys((shape as z.ZodObject).shape) : idsIn(shape)
      return paths
        .filter(
          (path) =>
            !examples.some((example) => valuesAt(example[part], path).some((value) => given.has(String(value)))),
        )
        .map((path) => `${route.operationId}: ${part}.${path}`)
    })
  })
  expect(missing.filter((each) => !NOT_OF_AN_ORGANIZATION.has(each))).toEqual([])
})

/** Parameters that name nothing of an organization, with the reason. */
const NOT_OF_AN_ORGANIZATION = new Map([
  ['reportTab: params.id', 'a tab names itself, and is its person’s'],
  ['closeTab: params.id', 'as above'],
  ['listSuggestions: query.cursor', 'it is only where the page begins, whatever is there'],
  ['listModelCalls: query.cursor', 'as above'],
  ['putImportPart: params.n', 'which part of the file it is'],
])

interface JsonSchema {
  format?: string
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
}

/** The paths in a shape at which a UUID stands. */
function idsIn(shape: z.ZodType): string[] {
  const walk = (schema: JsonSchema, path: string): string[] => [
    ...(schema.format === 'uuid' ? [path] : []),
    ...(schema.items ? walk(schema.items, path) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
      walk(each, path === '' ? name : `${path}.${name}`),
    ),
  ]
  return walk(z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as JsonSchema, '')
}

function valuesAt(value: unknown, path: string): unknown[] {
  if (path === '') return [value].flat()
  const [name, ...rest] = path.split('.')
  return [value]
    .flat()
    .flatMap((each) => valuesAt((each as Record<string, unknown> | undefined)?.[name!], rest.join('.')))
}
