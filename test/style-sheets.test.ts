// Every class that a component takes from a style sheet stands in it: a missing one shows as nothing, and fails nowhere.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const IMPORT = /^import (\w+) from '([^']+\.module\.css)'$/gm

function missingIn(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(IMPORT)].flatMap(([, name = '', path = '']) => {
    const sheet = join(dirname(file), path)
    const known = new Set([...readFileSync(sheet, 'utf8').matchAll(/\.([a-zA-Z]\w*)/g)].map(([, each]) => each))
    const used = new Set([...text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, each]) => each!))
    return [...used].filter((each) => !known.has(each)).map((each) => `${file}: .${each} is not in ${sheet}`)
  })
}

test('every class that a component names stands in its style sheet', () => {
  const files = globSync('console/src/**/*.tsx')
  expect(files.length).toBeGreaterThan(100)
  expect(files.flatMap(missingIn)).toEqual([])
})
