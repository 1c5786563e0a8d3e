// Conflicts: two contacts that are one person, played with the test phone, merged, taken apart, kept apart; and what came in, raw.
import { expect, test, type Page } from '@playwright/test'
import { startEarmark } from './earmark.ts'
import { checkAccessibilityInBoth } from './people.ts'

const PHONE = '+15550101111'
const USER_ID = 'US.1349120865'

async function setUp(page: Page, setupUrl: string): Promise<void> {
  await page.goto(setupUrl)
  await page.getByLabel('Organization name').fill('Café do Porto')
  await page.getByLabel('Your name').fill('Ana Sousa')
  await page.getByLabel('E-mail').fill('ana@example.com')
  await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Create organization' }).click()
  await expect(page.getByRole('heading', { name: 'Contacts', exact: true })).toBeVisible()
}

const open = (page: Page, name: string | RegExp) =>
  page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name }).click()

interface Played {
  phone?: string
  userId?: string
  name: string
  text: string
}

/** Plays somebody through the form for new customers, and waits for the thread that shows the message. */
async function play(page: Page, { phone = '', userId = '', name, text }: Played): Promise<void> {
  await open(page, 'Test phone')
  await page.getByRole('link', { name: 'New customer' }).click()
  await page.getByRole('textbox', { name: 'Phone number' }).fill(phone)
  await page.getByRole('textbox', { name: 'WhatsApp user ID' }).fill(userId)
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('First message').fill(text)
  await page.getByRole('button', { name: 'Send first message' }).click()
  await expect(page.getByRole('log').getByText(text)).toBeVisible()
}

async function expectContacts(page: Page, count: number): Promise<void> {
  await open(page, 'Contacts')
  await expect(page.getByText(count === 1 ? '1 contact' : `${count} contacts`, { exact: true })).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: 'Test' })).toHaveCount(count)
}

test('two contacts that turn out to be one person are merged, taken apart again, and kept apart', async ({ page }) => {
  const earmark = await startEarmark()
  try {
    await setUp(page, earmark.setupUrl)
    await open(page, 'Conflicts')
    await expect(page.getByRole('heading', { name: 'No conflicts' })).toBeVisible()

    // The form says what is missing, and suggests somebody.
    await open(page, 'Test phone')
    await page.getByRole('button', { name: 'Send first message' }).click()
    await expect(page.getByText('Give the customer a phone number')).toBeVisible()
    await page.getByRole('button', { name: 'Suggest', exact: true }).click()
    await expect(page.getByRole('textbox', { name: 'Phone number' })).toHaveValue(/^\+1555010\d{4}$/)
    await page.getByRole('button', { name: 'Suggest one without phone' }).click()
    await expect(page.getByRole('textbox', { name: 'Phone number' })).toHaveValue('')
    await expect(page.getByRole('textbox', { name: 'WhatsApp user ID' })).toHaveValue(/^US\.\d+$/)

    await play(page, { phone: PHONE, name: 'Rita', text: 'Is the blue one back in stock?' })
    const box = page.getByRole('textbox', { name: 'Write as Rita' })
    await box.fill('The one')
    await box.press('Shift+Enter')
    await box.pressSequentially('with pockets')
    await box.press('Enter')
    await expect(page.getByRole('log').getByText('The one\nwith pockets')).toBeVisible()
    await expect(box).toHaveValue('')
    await checkAccessibilityInBoth(page)
    await play(page, { userId: USER_ID, name: 'Rita without phone', text: 'Hello' })
    await expectContacts(page, 2)
    await play(page, { phone: PHONE, userId: USER_ID, name: 'Rita', text: 'Both at once' })

    await open(page, /^Conflicts 1 open conflict$/)
    const card = page.getByRole('article', { name: 'One message, two contacts' })
    await expect(card).toContainText(
      'This phone number and this WhatsApp user ID arrived together, but belong to two contacts.',
    )
    await expect(card.getByRole('link')).toHaveText(['Rita', 'Rita without phone'])
    await checkAccessibilityInBoth(page)
    const links = await card.getByRole('link').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href))
    await card.getByRole('button', { name: 'Merge' }).click()
    const dialog = page.getByRole('dialog', { name: 'Merge two contacts' })
    await expect(dialog).toContainText('It can be undone')
    await checkAccessibilityInBoth(page)
    await dialog.getByRole('button', { name: 'Merge' }).click()
    await expect(page.getByText('Contacts merged')).toBeVisible()
    await expect(page.getByRole('heading', { name: 'No conflicts' })).toBeVisible()
    await expectContacts(page, 1)

    // The link of the one that is no more leads to the other.
    const kept = page.getByRole('region', { name: 'Rita', exact: true })
    let merged = 0
    for (const link of links) {
      await page.goto(link)
      const openOther = page.getByRole('button', { name: 'Open that contact' })
      await expect(kept.or(openOther)).toBeVisible()
      if (await openOther.isVisible()) {
        merged++
        await expect(page.getByText('This contact was merged')).toBeVisible()
        await checkAccessibilityInBoth(page)
        await openOther.click()
        expect(links).toContain(page.url())
        expect(page.url()).not.toBe(link)
      }
      await expect(kept).toBeVisible()
    }
    expect(merged).toBe(1)

    await open(page, 'Conflicts')
    await page.getByRole('link', { name: 'Decided' }).click()
    await expect(page.getByText(/^Merged by Ana Sousa/)).toBeVisible()
    await checkAccessibilityInBoth(page)
    await page.getByRole('button', { name: 'Undo: Merged by Ana Sousa' }).click()
    await expect(page.getByText('Taken back. The conflict is open again.')).toBeVisible()
    await expectContacts(page, 2)

    // Kept apart, taken back by the toast, kept apart for good.
    await open(page, /^Conflicts/)
    await card.getByRole('button', { name: 'Keep apart' }).click()
    await expect(card).toBeHidden()
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await expect(card).toBeVisible()
    await card.getByRole('button', { name: 'Keep apart' }).click()
    await expect(card).toBeHidden()
    await page.getByRole('link', { name: 'Decided' }).click()
    await expect(page.getByText(/^Kept apart by Ana Sousa/)).toBeVisible()
    await expectContacts(page, 2)
  } finally {
    await earmark.stop()
  }
})

test('a number that may have a new owner is decided; deliveries are read raw; the test contacts are cleared', async ({
  page,
}) => {
  const earmark = await startEarmark()
  try {
    await setUp(page, earmark.setupUrl)
    await play(page, { phone: PHONE, userId: 'US.1000000001', name: 'Rita', text: 'Hello' })
    await play(page, { phone: PHONE, userId: 'US.1000000002', name: 'Rita', text: 'A new phone' })
    await open(page, /^Conflicts 1 open conflict$/)
    const card = page.getByRole('article', { name: 'Possible new owner of a number' })
    await expect(card).toContainText('US.1000000002')
    await card.getByRole('button', { name: 'Same person' }).click()
    await expect(page.getByText('Taken for the same person', { exact: true })).toBeVisible()
    await page.getByRole('link', { name: 'Decided' }).click()
    await expect(page.getByText(/^Taken for the same person by Ana Sousa/)).toBeVisible()

    await open(page, 'WhatsApp')
    await page.getByRole('link', { name: 'Deliveries of Test phone' }).click()
    const deliveries = page.getByRole('button', { name: /message: text/ })
    await expect(deliveries).toHaveCount(2)
    await checkAccessibilityInBoth(page)
    await deliveries.first().click()
    await expect(page.getByRole('region', { name: 'Body' })).toContainText('"body": "A new phone"')
    await checkAccessibilityInBoth(page)
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Problems' }).click()
    await expect(page.getByRole('heading', { name: 'No problems' })).toBeVisible()

    await open(page, 'Test phone')
    await page.getByRole('button', { name: 'Clear test contacts' }).click()
    await checkAccessibilityInBoth(page)
    await page.getByRole('button', { name: 'Erase 1 test contact' }).click()
    await expect(page.getByText('Erased 1 test contact.')).toBeVisible()
    await expect(page.getByText('Nobody is played yet.')).toBeVisible()
    await open(page, 'Contacts')
    await expect(page.getByRole('heading', { name: 'No contacts yet' })).toBeVisible()
  } finally {
    await earmark.stop()
  }
})
