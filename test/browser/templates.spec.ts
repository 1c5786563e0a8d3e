// Where WhatsApp takes no free text any more an approved template reaches the customer, and the answer opens the way again.
import { expect, test, type Page } from '@playwright/test'
import { openDatabase } from '../../server/lib/db.ts'
import { startEarmark, type Earmark } from './earmark.ts'
import { checkAccessibility, setUp, SLUG } from './people.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

/** As if the customer had written 25 hours ago. */
async function letADayPass(): Promise<void> {
  const { pool } = openDatabase(await earmark.databaseUrl(), { max: 1 })
  try {
    await pool.query(`
      with messages as (update messages set sent_at = sent_at - interval '25 hours', received_at = received_at - interval '25 hours')
      update conversations set opened_at = opened_at - interval '25 hours', last_message_at = last_message_at - interval '25 hours',
        window_ends_at = window_ends_at - interval '25 hours', waiting_since = waiting_since - interval '25 hours'`)
  } finally {
    await pool.end()
  }
}

/** One point. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const thread = (page: Page) => page.getByRole('log')

test('after 24 hours an agent sends an approved template by keyboard, the customer reads it and answers by its button, and free text goes again', async ({
  page,
}) => {
  await setUp(page, earmark)
  earmark.receive('--from', '+16505551234', '--name', 'Rosa', 'Is my mill ready?')
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await page.getByRole('listitem').filter({ hasText: 'Rosa' }).getByRole('link').click()
  await page.getByRole('button', { name: 'Take', exact: true }).click()
  const composer = page.getByRole('textbox', { name: 'Message to Rosa' })
  await expect(composer).toBeFocused()

  await letADayPass()
  // The server looks once a minute for what to close.
  const offer = page.getByRole('button', { name: 'Send a template' })
  await expect(page.getByRole('region').getByText('24h expired').first()).toBeVisible({ timeout: 120_000 })
  await expect(page.getByText('The customer has to write first')).toBeVisible()
  await expect(composer).toBeHidden()
  await offer.press('Enter')

  const dialog = page.getByRole('dialog', { name: 'Send a template' })
  const search = dialog.getByRole('textbox', { name: 'Search templates' })
  await expect(search).toBeFocused()
  await expect(dialog.getByRole('button', { name: 'pick_up_point' })).toContainText('cannot be sent')
  await expect(dialog.getByRole('button', { name: 'spring_sale' })).toHaveCount(0)
  await checkAccessibility(page)
  await search.fill('about')
  await search.press('ArrowDown')
  await expect(dialog.getByRole('button', { name: /follow_up.*English/ })).toBeFocused()
  await page.keyboard.press('Enter')

  const topic = dialog.getByRole('textbox', { name: 'In the heading: topic' })
  await expect(topic).toBeFocused()
  await topic.press('Enter')
  await expect(dialog.getByText('Fill this in')).toHaveCount(3)
  await expect(topic).toBeFocused()
  await page.keyboard.type('your mill')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(dialog.getByRole('textbox', { name: 'customer name' })).toBeFocused()
  await page.keyboard.press('Tab')
  // Puts the customer's name in.
  await page.keyboard.press('Enter')
  await dialog.getByRole('textbox', { name: 'subject' }).fill('the new burrs')
  const preview = dialog.getByRole('region', { name: 'What the customer reads' })
  await expect(preview).toContainText('About your mill')
  await expect(preview).toContainText('Hello Rosa, there is news about the new burrs.')
  await expect(preview).toContainText('Yes, tell me')
  await checkAccessibility(page)
  await page.keyboard.press('Enter')

  await expect(dialog).toBeHidden()
  await expect(thread(page)).toContainText('Is my mill ready?')
  await expect(thread(page)).toContainText('Hello Rosa, there is news about the new burrs.')
  await expect(page.getByText('Waiting for the customer’s answer')).toBeVisible()
  await expect(composer).toBeHidden()
  await expect(offer).toBeVisible()
  await checkAccessibility(page)
  const inbox = page.url()

  await page.goto(`${earmark.url}/o/${SLUG}/settings/test-phone`)
  await page
    .getByRole('link', { name: 'Rosa' })
    .or(page.getByRole('button', { name: 'Rosa' }))
    .first()
    .click()
  const phone = page.getByRole('log')
  await expect(phone).toContainText('About your mill')
  await checkAccessibility(page)
  await phone.getByRole('button', { name: 'Yes, tell me' }).click()
  await expect(phone.getByText('Yes, tell me')).toHaveCount(2)

  await page.goto(inbox)
  await expect(thread(page).getByText('Yes, tell me')).toHaveCount(2)
  await expect(composer).toBeVisible()
  await composer.fill('They are the sharp ones.')
  await composer.press('Enter')
  await expect(thread(page)).toContainText('They are the sharp ones.')
})

test('from a conversation that was closed a template with a picture begins the next one', async ({ page }) => {
  await setUp(page, earmark)
  earmark.receive('--from', '+16505551234', '--name', 'Rosa', 'Have you got something new?')
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await page.getByRole('listitem').filter({ hasText: 'Rosa' }).getByRole('link').click()
  await page.getByRole('button', { name: 'Take', exact: true }).click()
  await expect(page.getByRole('textbox', { name: 'Message to Rosa' })).toBeFocused()
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(page.getByText('To write first, send an approved template.')).toBeVisible()

  await page.getByRole('button', { name: 'Send a template' }).click()
  const dialog = page.getByRole('dialog', { name: 'Send a template' })
  await dialog.getByRole('button', { name: 'new_blend' }).click()
  await dialog.getByRole('textbox', { name: 'Value 1' }).fill('Rosa')
  await dialog.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(dialog.getByText('This template begins with a file. Choose one.')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Choose a file' })).toBeFocused()
  await checkAccessibility(page)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    dialog.getByRole('button', { name: 'Choose a file' }).press('Enter'),
  ])
  await chooser.setFiles({ name: 'blend.png', mimeType: 'image/png', buffer: PICTURE })
  await expect(dialog.getByText('blend.png')).toBeVisible()
  await checkAccessibility(page)
  await dialog.getByRole('button', { name: 'Send', exact: true }).click()

  await expect(dialog).toBeHidden()
  await expect(thread(page)).toContainText('Our new blend is here, Rosa.')
  await expect(thread(page).getByRole('img', { name: 'Photo' })).toBeVisible()
  // The customer wrote within the 24 hours: free text goes in the new conversation too.
  await expect(page.getByRole('textbox', { name: 'Message to Rosa' })).toBeVisible()
  await checkAccessibility(page)
})
