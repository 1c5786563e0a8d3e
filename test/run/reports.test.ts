// The counts of the test command: nothing that did not really pass may count as passed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { countPlaywright, countVitest, readReport } from './reports.ts'

const folder = mkdtempSync(join(tmpdir(), 'earmark-reports-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (statuses: string[], status = 'passed', message = '') => ({
  name: 'a.test.ts',
  status,
  message,
  assertionResults: statuses.map((s, i) => ({ fullName: `test ${i + 1}`, status: s })),
})
const report = (...testResults: ReturnType<typeof file>[]) => ({ testResults })

describe('vitest', () => {
  test('passed and failed tests are counted one by one', () => {
    expect(countVitest(report(file(['passed', 'failed'], 'failed'), file(['passed'])))).toEqual({
      passed: 2,
      failures: ['a.test.ts: test 2'],
    })
  })

  test('a skipped test counts as failed, whatever vitest calls it', () => {
    const { passed, failures } = countVitest(report(file(['passed', 'skipped', 'pending', 'todo'])))
    expect({ passed, failures: failures.length }).toEqual({ passed: 1, failures: 3 })
  })

  test('a test that may be skipped counts neither way', () => {
    const maySkip = new Map([['test 2', 'it needs a second machine']])
    expect(countVitest(report(file(['passed', 'skipped'])), maySkip)).toEqual({ passed: 1, failures: [] })
  })

  test('a file that could not be loaded is a failure', () => {
    expect(countVitest(report(file(['passed']), file([], 'failed', 'no such module\nat …')))).toEqual({
      passed: 1,
      failures: ['a.test.ts: no such module'],
    })
  })

  test('no test at all is a failure, and so are only skipped ones', () => {
    expect(countVitest(report()).failures).toEqual(['no test ran'])
    expect(countVitest(report(file(['skipped'])), new Map([['test 1', 'so']])).failures).toEqual(['no test ran'])
  })
})

describe('playwright', () => {
  const suite = (...statuses: string[]) => ({
    title: 'a.spec.ts',
    suites: [{ title: 'tags', specs: statuses.map((status, i) => ({ title: `test ${i + 1}`, tests: [{ status }] })) }],
  })

  test('tests are found in nested suites; skipped and flaky ones count as failed', () => {
    expect(countPlaywright({ suites: [suite('expected', 'unexpected', 'flaky', 'skipped')], errors: [] })).toEqual({
      passed: 1,
      failures: ['a.spec.ts > tags > test 2', 'a.spec.ts > tags > test 3', 'skipped: a.spec.ts > tags > test 4'],
    })
  })

  test('an error outside of the tests is a failure', () => {
    expect(
      countPlaywright({ suites: [suite('expected')], errors: [{ message: 'no fixture\nat …' }] }).failures,
    ).toEqual(['no fixture'])
  })
})

describe('a runner that has ended', () => {
  test('without a report, or with half of one, has failed', () => {
    const path = join(folder, 'half.json')
    expect(readReport(path, countVitest, 0)).toMatchObject({
      passed: 0,
      failures: [expect.stringMatching('no readable report')],
    })
    writeFileSync(path, '{"testResults": [')
    expect(readReport(path, countVitest, 0).failures).toHaveLength(1)
    writeFileSync(path, '{}')
    expect(readReport(path, countVitest, 0).failures).toHaveLength(1)
  })

  test('discontent although every test passed has failed', () => {
    const path = join(folder, 'whole.json')
    writeFileSync(path, JSON.stringify(report(file(['passed']))))
    expect(readReport(path, countVitest, 0)).toEqual({ passed: 1, failures: [] })
    expect(readReport(path, countVitest, 1).failures).toHaveLength(1)
    expect(readReport(path, countVitest, null).failures).toHaveLength(1)
  })
})
