// First light: a stranger sets it up, WhatsApp delivers, a contact appears, is tagged, found, and exported.
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { startDebianPostgres, startEarmark, type Earmark } from './earmark.ts'
import { checkAccessibilityInBoth, PASSWORD, setUp } from './people.ts'

const APP_SECRET = 'an app secret from Meta'

/** Connects an account as an administrator does, then plays Meta: the handshake, and a published body, signed. */
async function connectAndDeliver(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'WhatsApp', exact: true }).click()
  await page.getByRole('button', { name: 'Connect account' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Main account')
  await dialog.getByLabel('Business portfolio ID').fill('506914307656634')
  await dialog.getByLabel('WhatsApp Business Account ID').fill('102290129340398')
  await dialog.getByRole('textbox', { name: 'App secret' }).fill(APP_SECRET)
  await dialog.getByLabel('Number name').fill('Shop')
  await dialog.getByLabel('Phone number ID').fill('106540352242922')
  await dialog.getByLabel('Phone number', { exact: true }).fill('+1 555 078 3881')
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(dialog).toBeHidden()

  const callback = await fact(page, 'Callback URL')
  const token = await fact(page, 'Verify token')
  const handshake = await fetch(
    `${callback}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${encodeURIComponent(token)}`,
  )
  expect([handshake.status, await handshake.text()]).toEqual([200, '1158201444'])
  expect((await fetch(`${callback}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong`)).status).toBe(403)

  const body = readFileSync(new URL('../fixtures/whatsapp/001-metadocs-text-1.json', import.meta.url))
  const deliver = (secret: string) =>
    fetch(callback, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
    })
  expect((await deliver('a wrong secret')).status).toBe(401)
  expect((await deliver(APP_SECRET)).status).toBe(200)
}

/** What stands beside a name in a list of facts. */
const fact = async (page: Page, name: string): Promise<string> =>
  page.locator('dt', { hasText: name }).locator('+ dd').innerText()

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

async function theWholeLine(page: Page, earmark: Earmark): Promise<void> {
  await setUp(page, earmark)
  await connectAndDeliver(page)

  expect(earmark.receive('--from', '+8613800138000', '--name', 'Li Wei', 'hola')).toContain('Delivered')
  await page.getByRole('link', { name: 'Contacts', exact: true }).click()
  await expect(async () => {
    await page.reload()
    await expect(row(page, 'Li Wei')).toBeVisible({ timeout: 1000 })
  }).toPass()
  await expect(row(page, 'Li Wei')).toContainText('+8613800138000')
  await expect(row(page, 'Sheena Nelson')).toContainText('+16505551234')

  await page.getByRole('link', { name: 'Contact tags', exact: true }).click()
  await page.getByRole('button', { name: 'New tag' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Create tag' })
  await dialog.getByLabel('Name').fill('VIP')
  await dialog.getByLabel('Description').fill('Buys often, or for a lot of money.')
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(page.getByText('Tag created')).toBeVisible()
  await expect(row(page, 'VIP')).toContainText('Buys often')

  await page.getByRole('link', { name: 'Contacts', exact: true }).click()
  await page.getByLabel('Search phone, name or username').fill('li w')
  await expect(row(page, 'Sheena Nelson')).toBeHidden()
  await row(page, 'Li Wei').click()
  const panel = page.locator('[aria-labelledby="contact-name"]')
  const addTag = async () => {
    await panel.getByRole('button', { name: 'Add tag' }).click()
    await page.getByRole('option', { name: 'VIP' }).click()
    await expect(page.getByText('Tag added').last()).toBeVisible()
  }
  await addTag()
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Lisbon' }).format(new Date())
  await expect(panel.getByText(`Manual (admin) · ${today}`)).toBeVisible()
  await expect(row(page, 'Li Wei')).toContainText('VIP')
  await panel.getByRole('button', { name: /Remove.*VIP/ }).click()
  await expect(page.getByText('Removed "VIP"')).toBeVisible()
  await expect(row(page, 'Li Wei')).not.toContainText('VIP')
  await addTag()
  await expect(panel.getByRole('listitem').filter({ hasText: 'Ana Sousa' })).toHaveCount(3)
  await panel.getByRole('button', { name: 'Close contact' }).click()
  await expect(panel).toBeHidden()

  await page.getByLabel('Search phone, name or username').fill('')
  await expect(row(page, 'Sheena Nelson')).toBeVisible()
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByRole('option', { name: /VIP/ }).click()
  await page.keyboard.press('Escape')
  await expect(row(page, 'Sheena Nelson')).toBeHidden()
  await expect(row(page, 'Li Wei')).toBeVisible()

  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const file = await download
  expect(file.suggestedFilename()).toMatch(/^contacts-.+\.csv$/)
  const csv = readFileSync(await file.path(), 'utf8')
  expect(csv).toMatch(
    /^\ufeffPhone,Display name,Tags,First seen,Last seen\r\n\+8613800138000,Li Wei,VIP,[0-9T:.-]+Z,[0-9T:.-]+Z\r\n$/,
  )
  await expect(page.getByText('Exported 1 contacts.')).toBeVisible()

  // The link reproduces the screen, and only for somebody who is signed in.
  const link = page.url()
  await page.context().clearCookies()
  await page.goto(link)
  await page.getByLabel('E-mail').fill('ana@example.com')
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(row(page, 'Li Wei')).toBeVisible()
  await expect(row(page, 'Sheena Nelson')).toBeHidden()
}

test('the whole line on the embedded database, as the account that runs the tests', async ({ page }) => {
  const earmark = await startEarmark()
  try {
    await theWholeLine(page, earmark)
  } finally {
    await earmark.stop()
  }
})

test('the whole line on the embedded database, as an ordinary user', async ({ page }) => {
  const earmark = await startEarmark({ ordinaryUser: true })
  try {
    await theWholeLine(page, earmark)
  } finally {
    await earmark.stop()
  }
})

test('the whole line on Debian’s own PostgreSQL', async ({ page }) => {
  const postgres = await startDebianPostgres()
  try {
    const earmark = await startEarmark({ databaseUrl: postgres.url })
    try {
      await theWholeLine(page, earmark)
    } finally {
      await earmark.stop()
    }
  } finally {
    await postgres.stop()
  }
})

test('an empty organization is filled with the demo shop at a click, and no screen has an accessibility violation', async ({
  page,
}) => {
  const earmark = await startEarmark()
  try {
    const check = () => checkAccessibilityInBoth(page)
    await page.goto(earmark.setupUrl)
    await expect(page.getByLabel('Organization name')).toBeVisible()
    await check()
    await setUp(page, earmark)
    await check()
    await page.getByRole('button', { name: 'Fill with demo data' }).click()
    await expect(page.getByText(/^400 contacts/)).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole('row').nth(5)).toBeVisible()
    await check()
    await page.getByRole('row').nth(2).click()
    await expect(page.getByRole('button', { name: 'Add tag' })).toBeVisible()
    await check()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Contact tags', exact: true }).click()
    await expect(row(page, 'Wholesale').first()).toBeVisible()
    await check()
    await page.getByRole('link', { name: 'WhatsApp', exact: true }).click()
    await expect(page.getByText('Harbour & Vine (demo)')).toBeVisible()
    await check()
    await page.goto(`${earmark.url}/o/cafe-do-porto/nowhere`)
    await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible()
    await check()
  } finally {
    await earmark.stop()
  }
})
