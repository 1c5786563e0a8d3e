// How many tests passed and failed, read from the JSON reports of vitest and Playwright.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

export interface Count {
  passed: number
  /** One line for each test or file that failed, or was skipped without leave. */
  failures: string[]
}

/** Tests that may be skipped, by full name, each with the reason; any other skipped test counts as failed. */
const MAY_SKIP: ReadonlyMap<string, string> = new Map([
  [
    'of two servers behind nginx one is killed again and again: nothing answered is lost or doubled, no job is done twice, live updates go on',
    'it needs nginx',
  ],
  ['the examples with curl do what the page says', 'it needs curl'],
  [
    'the examples in Python do what the page says, also when a call is one too many and an answer is lost',
    'it needs python3',
  ],
  ['a process that left the group of its command is found and ended', 'only Linux has /proc'],
])

type Outcome = 'passed' | 'failed' | 'skipped'

interface Test {
  name: string
  /** Where the name does not say it. */
  file?: string
  outcome: Outcome
}

function tally(tests: readonly Test[], maySkip: ReadonlyMap<string, string>): Count {
  const failures = tests.flatMap(({ name, file, outcome }) => {
    const where = file === undefined ? name : `${relative(process.cwd(), file)}: ${name}`
    if (outcome === 'failed') return [where]
    return outcome === 'skipped' && !maySkip.has(name) ? [`skipped: ${where}`] : []
  })
  const passed = tests.filter(({ outcome }) => outcome === 'passed').length
  return { passed, failures: passed + failures.length === 0 ? ['no test ran'] : failures }
}

interface VitestReport {
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { fullName: string; status: string }[]
  }[]
}

/** Counts a report of `vitest --reporter=json`. A file that failed without a failed test (it could not be loaded) counts as one. */
export function countVitest(report: VitestReport, maySkip = MAY_SKIP): Count {
  const tests = report.testResults.flatMap(({ name: file, status: fileStatus, message, assertionResults }) => {
    const results = assertionResults.map(({ fullName, status }): Test => {
      return { name: fullName, file, outcome: vitestOutcome(status) }
    })
    const isBroken = fileStatus === 'failed' && !results.some(({ outcome }) => outcome === 'failed')
    const [firstLine = ''] = (message ?? '').split('\n')
    return isBroken ? [...results, { name: firstLine, file, outcome: 'failed' as const }] : results
  })
  return tally(tests, maySkip)
}

function vitestOutcome(status: string): Outcome {
  if (status === 'passed') return 'passed'
  return ['skipped', 'pending', 'todo', 'disabled'].includes(status) ? 'skipped' : 'failed'
}

interface PlaywrightSuite {
  title: string
  suites?: PlaywrightSuite[]
  specs?: { title: string; tests: { status: string }[] }[]
}
interface PlaywrightReport {
  suites: PlaywrightSuite[]
  errors: { message?: string }[]
}

/** Counts a report of Playwright's JSON reporter. A flaky test counts as failed, and so does an error outside of any test. */
export function countPlaywright(report: PlaywrightReport, maySkip = MAY_SKIP): Count {
  const testsOf = (suite: PlaywrightSuite, path: string): Test[] => [
    ...(suite.suites ?? []).flatMap((inner) => testsOf(inner, `${path}${inner.title} > `)),
    ...(suite.specs ?? []).flatMap((spec) =>
      spec.tests.map(({ status }) => ({ name: path + spec.title, outcome: playwrightOutcome(status) })),
    ),
  ]
  const tests = report.suites.flatMap((suite) => testsOf(suite, `${suite.title} > `))
  const errors = report.errors.map(({ message = 'an error outside of the tests' }) => message.split('\n')[0] ?? '')
  return tally([...tests, ...errors.map((name) => ({ name, outcome: 'failed' as const }))], maySkip)
}

function playwrightOutcome(status: string): Outcome {
  if (status === 'expected') return 'passed'
  return status === 'skipped' ? 'skipped' : 'failed'
}

/**
 * The count of a runner that has ended: its report, and beside it what the report does not know. A missing or broken
 * report is a failure, and so is a runner that was not content although none of its tests failed.
 */
export function readReport(path: string, count: (report: never) => Count, exitCode: number | null): Count {
  let result: Count
  try {
    result = count(JSON.parse(readFileSync(path, 'utf8')) as never)
  } catch (error) {
    return { passed: 0, failures: [`no readable report: ${error instanceof Error ? error.message : String(error)}`] }
  }
  if (exitCode === 0 || result.failures.length > 0) return result
  return { ...result, failures: [`the runner ended with ${exitCode ?? 'a signal'} although no test failed`] }
}
