// The audit log: what an administrator did is told in sentences, found by filters that stand in the address, and saved whole.
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, PASSWORD, setUp, SLUG } from './people.ts'

let earmark: Earmark
test.beforeEach(async ({ page }) => {
  earmark = await startEarmark()
  await setUp(page, earmark)
})
test.afterEach(() => earmark.stop())

test('acts are told in sentences with their details, filtered, exported, and the log works by keyboard and on a phone', async ({
  page,
}) => {
  await callAs(page, earmark.url, 'POST', '/v1/whatsapp-accounts', {
    name: 'متجر 🛍️',
    portfolio_id: '506914307656634',
    waba_id: '102290129340398',
    app_secret: 'a secret of Meta',
    channels: [],
  })
  await page.context().clearCookies()
  await page.goto(`${earmark.url}/o/${SLUG}/settings/audit-log`)
  await page.getByLabel('E-mail').fill('ana@example.com')
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Audit log' })).toBeVisible()

  const entries = page.getByRole('main').locator('details')
  await expect(entries.filter({ hasText: 'Ana Sousa signed in' })).toBeVisible()
  const connected = entries.filter({ hasText: 'Ana Sousa connected the WhatsApp account متجر 🛍️' })
  await expect(connected).toBeVisible()
  await connected.locator('summary').focus()
  await page.keyboard.press('Enter')
  await expect(connected.getByText('506914307656634')).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await checkAccessibility(page)
  }

  await page.getByLabel('What').selectOption({ label: 'Signing in: all' })
  await expect(connected).toHaveCount(0)
  await expect(page).toHaveURL(/what=sign_in/)
  await page.reload()
  await expect(entries.filter({ hasText: 'signed in' })).toBeVisible()
  await expect(connected).toHaveCount(0)
  await page.getByLabel('Search name or address').fill('nobody of this name')
  await expect(page.getByText('No entries match these filters.')).toBeVisible()
  await checkAccessibility(page)
  await page.getByRole('button', { name: 'Clear all' }).first().click()
  await expect(connected).toBeVisible()
  await page.getByLabel('Who').selectOption({ label: 'Ana Sousa' })
  await page.getByLabel('What').selectOption({ label: 'Account connected' })
  await expect(entries).toHaveCount(1)

  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const file = await download
  expect(file.suggestedFilename()).toMatch(/^audit-log-.+\.csv$/)
  expect(
    readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\r\n'),
  ).toEqual([
    '\ufeffTime,Act,By,By id,Address,On,On id,Details',
    expect.stringContaining(',whatsapp_account.connected,Ana Sousa,'),
  ])
  await expect(page.getByText('Exported 1 entry.')).toBeVisible()

  await page.setViewportSize({ width: 390, height: 800 })
  await page.goto(`${earmark.url}/o/${SLUG}/settings/audit-log`)
  await expect(entries.filter({ hasText: 'exported 1 entry of this log' })).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await checkAccessibility(page)
})
