// One's own account: two-factor on, signing in with it, a new password, other browsers ended, and a reset link.
import { readFileSync } from 'node:fs'
import { expect, test, type Browser, type Page } from '@playwright/test'
import { Secret, TOTP } from 'otpauth'
import { startEarmark, type Earmark } from './earmark.ts'
import { checkAccessibility, PASSWORD, setUp, SLUG } from './people.ts'

let earmark: Earmark
test.beforeAll(async () => {
  earmark = await startEarmark()
})
test.afterAll(() => earmark.stop())

const STEP_MS = 30_000

/** The code of so many half minutes from now: each is accepted once, and none from before one that was accepted. */
const codeOf = (key: string, stepsAhead = 0) =>
  new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: Date.now() + stepsAhead * STEP_MS })

const checkBothThemes = async (page: Page) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await checkAccessibility(page)
  }
}

const password = (page: Page, name = 'Password') => page.getByRole('textbox', { name, exact: true })

async function openAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Ana Sousa/ }).click()
  await page.getByRole('menuitem', { name: 'Your account' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
}

async function enter(page: Page, secret: string): Promise<void> {
  await page.goto(`${earmark.url}/sign-in`)
  await page.getByLabel('E-mail').fill('ana@example.com')
  await password(page).fill(secret)
  await page.keyboard.press('Enter')
}

const inside = (page: Page) => expect(page.getByRole('heading', { name: 'Contacts', exact: true })).toBeVisible()

async function elsewhere(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-GB',
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  })
  return context.newPage()
}

test('one turns two-factor on, signs in with a code and a recovery code, changes the password, and ends other browsers', async ({
  page,
  browser,
}) => {
  await setUp(page, earmark)
  const phone = await elsewhere(browser)
  await enter(phone, PASSWORD)
  await inside(phone)

  await openAccount(page)
  await expect(page).toHaveURL(new RegExp(`/o/${SLUG}/account$`))
  await expect(page.getByText('Safari on iPhone')).toBeVisible()
  await checkBothThemes(page)

  // By keyboard alone, up to the recovery codes.
  await page.getByRole('button', { name: 'Set up' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(password(page)).toBeFocused()
  await page.keyboard.type('not it')
  await page.keyboard.press('Enter')
  await expect(dialog.getByText('This is not your present password.')).toBeVisible()
  await expect(password(page)).toBeFocused()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('img', { name: /QR code/ })).toBeVisible()
  await checkBothThemes(page)
  const key = (await dialog.locator('code').innerText()).replaceAll(' ', '')
  await expect(dialog.getByLabel('Code from your app')).toBeFocused()
  await page.keyboard.type('000')
  await page.keyboard.press('Enter')
  await expect(dialog.getByText(/This code is not right/)).toBeVisible()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(codeOf(key, -1))
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('heading', { name: 'Recovery codes' })).toBeVisible()
  const codes = await dialog.locator('li code').allInnerTexts()
  expect(codes).toHaveLength(10)
  await checkBothThemes(page)
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Download' }).click()
  expect(readFileSync(await (await download).path(), 'utf8')).toContain(codes[9])
  await dialog.getByRole('button', { name: 'I have kept them' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('10 recovery codes left')).toBeVisible()
  await expect(page.getByRole('button', { name: 'New recovery codes' })).toBeFocused()

  await page.getByRole('button', { name: /Ana Sousa/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Earmark' })).toBeVisible()
  await page.getByText('Forgot your password?').click()
  await expect(page.getByText(/Ask an administrator/)).toBeVisible()
  await checkBothThemes(page)

  await enter(page, PASSWORD)
  await expect(page.getByLabel('Code from your app')).toBeFocused()
  await checkBothThemes(page)
  await page.keyboard.type('123')
  await page.keyboard.press('Enter')
  await expect(page.getByText(/This code is not right/)).toBeVisible()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(codeOf(key))
  await page.keyboard.press('Enter')
  await inside(page)

  await page.context().clearCookies()
  await enter(page, PASSWORD)
  await page.getByRole('button', { name: 'Use a recovery code' }).click()
  await expect(page.getByLabel('Recovery code')).toBeFocused()
  await page.keyboard.type(codes[0]!)
  await page.keyboard.press('Enter')
  await inside(page)
  await openAccount(page)
  await expect(page.getByText('9 recovery codes left')).toBeVisible()

  await page.getByRole('button', { name: 'Change password' }).click()
  await password(page, 'Present password').fill(PASSWORD)
  await password(page, 'New password').fill('password123')
  await page.keyboard.press('Enter')
  await expect(dialog.getByText(/among the first that are tried/)).toBeVisible()
  await checkBothThemes(page)
  await password(page, 'New password').fill('a rare enough one')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Change password' })).toBeFocused()
  await expect(page.getByText('Safari on iPhone')).toBeHidden()
  await phone.reload()
  await expect(phone.getByRole('heading', { name: 'Sign in to Earmark' })).toBeVisible()

  // One browser is ended by name, then all of them.
  await enter(phone, 'a rare enough one')
  await phone.getByRole('button', { name: 'Use a recovery code' }).click()
  await phone.getByLabel('Recovery code').fill(codes[1]!)
  await phone.keyboard.press('Enter')
  await inside(phone)
  await page.reload()
  await page.getByRole('button', { name: 'End Safari on iPhone' }).click()
  await expect(page.getByText('Safari on iPhone')).toBeHidden()
  await expect(page.getByRole('list', { name: 'Sessions' })).toBeFocused()
  await page.getByRole('button', { name: 'Turn off' }).press('Enter')
  await password(page).fill('a rare enough one')
  await dialog.getByRole('button', { name: 'Use a recovery code' }).click()
  await dialog.getByLabel('Recovery code').fill(codes[2]!)
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Set up' })).toBeFocused()
  await page.getByLabel('Your name').fill('Ana שלום 🌊')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: /Ana שלום 🌊/ })).toBeVisible()
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await dialog.getByRole('button', { name: 'Sign out everywhere' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Earmark' })).toBeVisible()
  await phone.context().close()
})

test('the operator’s link sets a new password once, and turns two-factor off when it was told to', async ({ page }) => {
  const printed = earmark.resetPassword('ana@example.com', '--turn-off-two-factor')
  const link = /http\S+/.exec(printed)![0]
  await page.goto(link)
  await expect(page.getByText(/two-factor is turned off/)).toBeVisible()
  await checkBothThemes(page)
  await expect(password(page, 'New password')).toBeFocused()
  await page.keyboard.type('one more rare one')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Password changed' })).toBeVisible()
  await checkBothThemes(page)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await enter(page, 'one more rare one')
  await inside(page)

  await page.goto('about:blank')
  await page.goto(link)
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible()
})
