// The journeys through a real browser, two at a time; every spec starts the application it needs by its fixture.
import { defineConfig } from '@playwright/test'
import { findChromium } from './test/help/chromium.mjs'

const executablePath = findChromium()

export default defineConfig({
  testDir: 'test/browser',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/browser',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // Generous: a small machine that does other things as well is slow, not broken.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  globalTimeout: 44 * 60_000,
  reporter: 'list',
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Lisbon',
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      // Root may not use the sandbox, and a small machine has neither a GPU nor much shared memory.
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    },
    // Recording costs a quarter of the time: `npx playwright test --trace on FILE` has it when something fails.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
