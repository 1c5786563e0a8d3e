// Values for calls, made from the shapes that the OpenAPI document declares: fitting ones, and hostile ones in any place.
import fc, { type Arbitrary } from 'fast-check'

/** What is used here of a JSON schema. */
export interface Shape {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  anyOf?: Shape[]
  properties?: Record<string, Shape>
  required?: string[]
  items?: Shape
  format?: string
  minimum?: number
  maximum?: number
  examples?: unknown[]
}

const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let n = 0; n < depth; n++) value = n % 2 === 0 ? [value] : { a: value }
  return value
}

const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff',
  '\u202e\u200b\ufeff',
  '👩‍👩‍👧‍👦🇪🇸',
  'e' + '\u0301'.repeat(300),
  "'; drop table contacts; --",
  '%_\\',
  '$1 :name @p',
  '<script>alert(1)</script>',
  '{"a":1}',
  '../../etc/passwd',
  '\r\nSet-Cookie: a=b',
  '9007199254740993',
  '-1',
  '1e309',
  'NaN',
  'null',
  'true',
  'undefined',
  '0x10',
  '2026-02-30T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999+14:00',
  '2026-01-01T00:00:00+23:59',
  `2026-01-01T00:00:00.${'1'.repeat(300)}Z`,
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'A,B,,',
  ','.repeat(3000),
  'x'.repeat(5000),
  'Ａ'.repeat(70_000),
]

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)
const anything: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown[]>(null, true, 0, -1, 0.5, 2 ** 31, 2 ** 53, 2 ** 64, 1e308, [], {}, [[]]),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      nested(90),
      nested(200),
      Array.from({ length: 2000 }, () => 'VIP'),
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)

/** Now and then something else. */
const orHostile = (usual: Arbitrary<unknown>, hostile: Arbitrary<unknown>) =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: hostile })

export interface Known {
  /** Of everything there is, here and in another organization. */
  ids: readonly string[]
  names: readonly string[]
  schemas: Readonly<Record<string, Shape>>
}

/** What a body of the shape may hold. */
export function bodyOf(shape: Shape, known: Known): Arbitrary<unknown> {
  return orHostile(fitting(shape, known), anything)
}

/** What stands in an address: text, or the same name several times. */
export function inAddress(shape: Shape, known: Known): Arbitrary<string | string[]> {
  const one = fc.oneof(
    { weight: 5, arbitrary: fitting(shape, known).map(String) },
    { weight: 2, arbitrary: fc.array(fc.constantFrom(...known.ids), { maxLength: 3 }).map((ids) => ids.join(',')) },
    // What an address may hold at all; a longer one is refused by Node itself.
    { weight: 2, arbitrary: text.map((hostile) => hostile.toWellFormed().slice(0, 3000)) },
  )
  return fc.oneof({ weight: 8, arbitrary: one }, { weight: 1, arbitrary: fc.tuple(one, one) })
}

function fitting(shape: Shape, known: Known): Arbitrary<unknown> {
  const { $ref, anyOf, type } = shape
  if ($ref !== undefined) return fitting(known.schemas[$ref.split('/').at(-1)!]!, known)
  if (anyOf) return fc.oneof(...anyOf.map((each) => fitting(each, known)))
  if (shape.enum) return fc.constantFrom(...shape.enum)
  if (Array.isArray(type)) return fc.oneof(...type.map((each) => fitting({ ...shape, type: each }, known)))
  if (type === 'object') return objectOf(shape, known)
  if (type === 'array') return fc.array(bodyOf(shape.items ?? {}, known), { maxLength: 4 })
  if (type === 'integer') return fc.integer({ min: shape.minimum ?? 0, max: Math.min(shape.maximum ?? 100, 1000) })
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type !== 'string') return anything
  if (shape.format === 'uuid') return fc.constantFrom(...known.ids)
  if (shape.format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString())
  if (shape.examples) return fc.constantFrom(...shape.examples, ...known.names)
  return fc.oneof(fc.constantFrom(...known.names), fc.constantFrom(...known.ids), fc.string({ maxLength: 60 }))
}

function objectOf({ properties = {}, required = [] }: Shape, known: Known): Arbitrary<unknown> {
  return someOf(
    Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, bodyOf(each, known)])),
    required,
  )
}

/** All that is required, and a few others: with many at once nearly every call would be refused for one of them. */
export function someOf<T>(fields: Record<string, Arbitrary<T>>, required: readonly string[]) {
  const optional = Object.keys(fields).filter((name) => !required.includes(name))
  return fc
    .subarray(optional, { maxLength: Math.min(optional.length, 3) })
    .chain((chosen) => fc.record(Object.fromEntries([...required, ...chosen].map((name) => [name, fields[name]!]))))
}
