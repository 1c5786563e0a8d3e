// What the first screen loads, and how long after a key press in the search box the rows are fresh, in a real browser.
import { gzipSync } from 'node:zlib'
import { chromium, type Page } from '@playwright/test'
import { ensureChromium } from '../test/help/chromium.mjs'
import { at, ms, type Crowd } from './contacts-crowd.ts'

const PROMISED_KB = 250
const WORDS = ['silva', 'walker', 'garcia', 'oliveira', 'smith', 'pereira', 'taylor', 'costa']

interface Press {
  key: number
  fresh: number
  request: number
}

export async function benchConsole(crowd: Crowd): Promise<void> {
  console.log('\nThe console in Chromium:')
  const browser = await chromium.launch({
    executablePath: ensureChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const [name, value] = crowd.headers['cookie']!.split('=') as [string, string]
    const url = `http://127.0.0.1:${crowd.server.port}`
    await context.addCookies([{ name, value, url }])
    const page = await context.newPage()
    const scripts = new Map<string, number>()
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'script') return
      void response.body().then((body) => scripts.set(response.url(), gzipSync(body).length))
    })
    await page.goto(`${url}/o/${crowd.slug}/contacts`)
    await page.locator('[role=row][data-index]').first().waitFor()
    await page.waitForTimeout(1000)
    const kilobytes = [...scripts.values()].reduce((sum, bytes) => sum + bytes, 0) / 1000
    console.log(
      `  JavaScript until the list is shown: ${kilobytes.toFixed(0)} KB compressed, in ${scripts.size} files (promised: ${PROMISED_KB})`,
    )
    await page.evaluate(WATCH)
    const box = page.getByRole('textbox').first()
    await box.focus()
    const presses: Press[] = []
    for (const word of WORDS) {
      await box.fill('')
      await page.waitForTimeout(600)
      for (const letter of word) {
        const press = await measured(page, letter)
        // The first word warms up.
        if (word !== WORDS[0]) presses.push(press)
      }
    }
    const whole = presses.map(({ key, fresh }) => fresh - key)
    const requests = presses.map(({ request }) => request)
    const ratios = presses.map(({ key, fresh, request }) => (fresh - key) / request)
    console.log(
      `  from a key press to fresh rows, ${presses.length} presses: median ${ms(at(whole, 0.5), 0)} ms, p95 ${ms(at(whole, 0.95), 0)} ms; the request itself ${ms(at(requests, 0.5), 0)} and ${ms(at(requests, 0.95), 0)} ms; ratio ${at(ratios, 0.5).toFixed(2)} (median; promised: 2)`,
    )
  } finally {
    await browser.close()
  }
}

/** In the page: notes when a key was pressed and when the rows were last changed. */
const WATCH = `
  window.noted = { key: 0, changed: 0 }
  document.addEventListener('keydown', () => Object.assign(noted, { key: performance.now(), changed: 0 }), true)
  new MutationObserver((changes) => {
    if (noted.key > 0 && changes.some(({ target }) => target.closest?.('[role=grid]'))) noted.changed = performance.now()
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-busy'] })`
/** The list's last request, and what was noted. */
const NOTED = `(() => {
  const own = performance.getEntriesByType('resource').filter(({ name }) => /\\/v1\\/contacts\\?/.test(name)).at(-1)
  return { ...noted, request: own === undefined ? 0 : own.responseEnd - own.startTime }
})()`

/** Presses one key and waits until nothing moves any more. */
async function measured(page: Page, letter: string): Promise<Press> {
  await page.evaluate('performance.clearResourceTimings()')
  await page.keyboard.press(letter)
  await page.waitForTimeout(700)
  const { key, changed, request } = await page.evaluate<{ key: number; changed: number; request: number }>(NOTED)
  if (request === 0 || changed === 0) throw new Error('No rows were asked for, or none changed.')
  return { key, fresh: changed, request }
}
