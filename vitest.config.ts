// The tests that need no browser, in two projects: `unit` needs nothing but Node, `database` one embedded PostgreSQL.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const include = [
  'server/**/*.test.ts',
  'test/**/*.test.ts',
  'seeds/**/*.test.ts',
  'bench/**/*.test.ts',
  'tools/**/*.test.ts',
  'console/src/**/*.test.ts',
]
const exclude = ['**/node_modules/**', 'test/browser/**']

// A test says by its imports what it needs: test/help/ brings a database, child processes and server-process.ts bring a
// whole server.
const needsMoreThanNode = /^(?:import|\}).* from '(?:[^']*\/help\/|\.\/server-process\.ts'|node:child_process')/m
const database = globSync(include, { exclude }).filter((file) => needsMoreThanNode.test(readFileSync(file, 'utf8')))

const setup = './test/help/global-setup.ts'

export default defineConfig({
  test: {
    // More would only make the one database slower.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'unit', include, exclude: [...exclude, ...database] } },
      {
        extends: true,
        test: {
          name: 'database',
          include: database,
          globalSetup: existsSync(setup) ? [setup] : [],
        },
      },
    ],
  },
})
