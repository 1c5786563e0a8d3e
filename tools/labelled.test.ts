// Labelled catalogs are read as their files say, and a file that is wrong is named with its line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readLabelled } from './labelled.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'earmark-labelled-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const TAGS = [{ id: 'refund', name: 'Refund', description: 'Wants their money back' }]

function write(name: string, items: readonly object[], licence?: string): void {
  writeFileSync(join(folder, `${name}.tags.json`), JSON.stringify({ licence, tags: TAGS }))
  writeFileSync(join(folder, `${name}.jsonl`), items.map((item) => `${JSON.stringify(item)}\n`).join(''))
}

const item = (id: string, split: string, labels: string[] = []) => ({
  id,
  split,
  conv: [
    ['c', 'money back'],
    ['a', 'sure'],
  ],
  labels,
})

test('conversations by their split, turns numbered, labels that are not in the catalog left out', () => {
  write('shop', [item('1', 'pool', ['refund', 'other']), item('2', 'test'), item('3', 'dev')], 'CC BY 4.0')
  const [shop, ...others] = readLabelled(folder, [])
  expect(others).toEqual([])
  expect(shop).toMatchObject({ name: 'shop', licence: 'CC BY 4.0', tags: TAGS })
  expect(shop!.items.pool).toEqual([
    {
      id: '1',
      turns: [
        { n: 1, from: 'customer', text: 'money back' },
        { n: 2, from: 'agent', text: 'sure' },
      ],
      labels: new Set(['refund']),
    },
  ])
  expect([shop!.items.test, shop!.items.dev].map((items) => items.map(({ id }) => id))).toEqual([['2'], ['3']])
})

test('all catalogs by name, or those that are asked for in their order, the same each time', () => {
  for (const name of ['b', 'a', 'c']) write(name, [item(name, 'test')])
  expect(readLabelled(folder, []).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  expect(readLabelled(folder, ['c', 'a']).map(({ name }) => name)).toEqual(['c', 'a'])
  expect(readLabelled(folder, [])).toEqual(readLabelled(folder, []))
})

test('an empty folder, a catalog that is not there, and a line of another shape are said', () => {
  expect(() => readLabelled(folder, [])).toThrow(/has no NAME\.tags\.json/)
  write('shop', [item('1', 'pool'), item('2', 'training')])
  expect(() => readLabelled(folder, ['bank'])).toThrow(/no catalog bank. It has shop/)
  expect(() => readLabelled(folder, [])).toThrow(/shop\.jsonl, line 2: /)
})
