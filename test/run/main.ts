// The whole pipeline on one page: what `npm test` and `npm run check` run, in order, and how it is counted.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureChromium } from '../help/chromium.mjs'
import { runCommand } from './command.ts'
import { countPlaywright, countVitest, readReport, type Count } from './reports.ts'

const KINDS = ['types', 'lint', 'format', 'unused', 'unit', 'database', 'build', 'browser'] as const
type Kind = (typeof KINDS)[number]
/** What `npm run check` runs: everything that needs neither a database nor a browser. */
const CHECK: readonly Kind[] = ['types', 'lint', 'format', 'unused', 'unit']

interface Step {
  name: string
  /** The kinds that need it. */
  kinds: readonly Kind[]
  command: string[]
  timeoutSeconds: number
  /** What its JSON report says; a step without one is itself one test. */
  report?: { path: string; count: (report: never) => Count }
  env?: Record<string, string>
  /** Gets what the step needs; throws a sentence when it cannot. */
  prepare?: () => Record<string, string>
}

const RESULTS = 'test-results'
const vitest = (project: 'unit' | 'database', timeoutSeconds: number): Step => {
  const path = join(RESULTS, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
  return {
    name: `tests: ${project}`,
    kinds: [project],
    command: ['vitest', 'run', `--project=${project}`, '--allowOnly=false', ...reporters],
    timeoutSeconds,
    report: { path, count: countVitest },
  }
}

const STEPS: readonly Step[] = [
  {
    name: 'messages',
    kinds: ['types', 'lint', 'unused', 'unit', 'database', 'build', 'browser'],
    command: ['paraglide-js', 'compile', '--project', 'console/project.inlang', '--outdir', 'console/src/paraglide'],
    timeoutSeconds: 60,
  },
  { name: 'types: server', kinds: ['types'], command: ['tsc', '-p', 'tsconfig.json'], timeoutSeconds: 180 },
  { name: 'types: console', kinds: ['types'], command: ['tsc', '-p', 'console/tsconfig.json'], timeoutSeconds: 180 },
  {
    name: 'types: browser',
    kinds: ['types'],
    command: ['tsc', '-p', 'test/browser/tsconfig.json'],
    timeoutSeconds: 180,
  },
  { name: 'lint', kinds: ['lint'], command: ['oxlint', '--deny-warnings'], timeoutSeconds: 180 },
  { name: 'format', kinds: ['format'], command: ['oxfmt', '--check'], timeoutSeconds: 60 },
  { name: 'unused code', kinds: ['unused'], command: ['knip', '--no-progress'], timeoutSeconds: 120 },
  vitest('unit', 600),
  vitest('database', 1800),
  {
    name: 'console build',
    kinds: ['build', 'browser'],
    command: ['vite', 'build', 'console'],
    timeoutSeconds: 180,
  },
  {
    name: 'tests: browser',
    kinds: ['browser'],
    command: ['playwright', 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(RESULTS, 'browser.json') },
    prepare: () => ({ CHROMIUM: ensureChromium() }),
    timeoutSeconds: 2700,
    report: { path: join(RESULTS, 'browser.json'), count: countPlaywright },
  },
]

function chosenKinds(): readonly Kind[] {
  const { values } = parseArgs({ options: { only: { type: 'string' }, check: { type: 'boolean' } } })
  if (values.only === undefined) return values.check ? CHECK : KINDS
  const chosen = values.only.split(',').map((name) => KINDS.find((kind) => kind === name))
  if (chosen.includes(undefined))
    throw new Error(`--only takes some of these, separated by commas: ${KINDS.join(', ')}.`)
  return chosen.filter((kind) => kind !== undefined)
}

async function runStep(step: Step, signal: AbortSignal): Promise<Count> {
  const problems: string[] = []
  let prepared = {}
  try {
    prepared = step.prepare?.() ?? {}
  } catch (error) {
    return { passed: 0, failures: [error instanceof Error ? error.message : String(error)] }
  }
  if (step.report) rmSync(step.report.path, { force: true })
  const { timeoutSeconds } = step
  const result = await runCommand(step.command, { timeoutSeconds, env: { ...step.env, ...prepared }, signal })
  if (result.timedOut) problems.push(`took more than ${timeoutSeconds} s`)
  if (result.leftBehind.length > 0) problems.push(`left processes behind: ${result.leftBehind.join(', ')}`)
  const count = step.report
    ? readReport(step.report.path, step.report.count, result.exitCode)
    : { passed: result.exitCode === 0 ? 1 : 0, failures: result.exitCode === 0 ? [] : ['did not pass, see above'] }
  return { passed: count.passed, failures: [...count.failures, ...problems] }
}

async function main(): Promise<boolean> {
  const kinds = chosenKinds()
  const root = join(import.meta.dirname, '..', '..')
  process.chdir(root)
  process.env.PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  process.env.CI ??= '1'
  // Some runners colour whatever they write when CI is set.
  if (!process.stdout.isTTY) process.env.NO_COLOR ??= '1'
  if (!existsSync(RESULTS)) mkdirSync(RESULTS)

  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())

  const summary: string[] = []
  const total: Count = { passed: 0, failures: [] }
  for (const step of STEPS.filter((s) => s.kinds.some((kind) => kinds.includes(kind)))) {
    console.log(`\n── ${step.name} ${'─'.repeat(Math.max(0, 76 - step.name.length))}`)
    const started = performance.now()
    const { passed, failures } = interrupted.signal.aborted
      ? { passed: 0, failures: ['not run: interrupted'] }
      : await runStep(step, interrupted.signal)
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6)
    const verdict = failures.length === 0 ? 'ok  ' : 'FAIL'
    summary.push(`${verdict} ${step.name.padEnd(16)} ${seconds} s  ${passed} passed, ${failures.length} failed`)
    summary.push(...failures.map((failure) => `       - ${failure}`))
    total.passed += passed
    total.failures.push(...failures)
  }
  console.log(`\n${summary.join('\n')}\n\n${total.passed} passed, ${total.failures.length} failed`)
  return total.failures.length === 0 && total.passed > 0
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n0 passed, 1 failed`)
  process.exitCode = 1
}
