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
  await expect(dialog.getByRole('button', { name: 'left_in_your_basket' })).toContainText('cannot be done from here')
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

test('templates with a place, a code, a form and a catalog are filled in, reach the customer, and are answered', async ({
  page,
}) => {
  await setUp(page, earmark)
  earmark.receive('--from', '+16505551234', '--name', 'Rosa', 'Where are you?')
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await page.getByRole('listitem').filter({ hasText: 'Rosa' }).getByRole('link').click()
  await page.getByRole('button', { name: 'Take', exact: true }).click()
  await expect(page.getByRole('textbox', { name: 'Message to Rosa' })).toBeFocused()
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  const offer = page.getByRole('button', { name: 'Send a template' })
  await expect(offer).toBeVisible()
  await letADayPass()
  const dialog = page.getByRole('dialog', { name: 'Send a template' })
  const preview = dialog.getByRole('region', { name: 'What the customer reads' })
  const field = (name: string) => dialog.getByRole('textbox', { name })
  const choose = async (name: string) => {
    await offer.click()
    await dialog.getByRole('button', { name }).click()
  }
  const send = () => dialog.getByRole('button', { name: 'Send', exact: true }).click()

  await choose('pick_up_point')
  await expect(field('Latitude')).toBeFocused()
  await expect(preview).toContainText('Place at the top')
  await field('Latitude').fill('141.1579')
  await field('Longitude').fill('-8.6291')
  await field('Name of the place').fill('Café do Porto')
  await field('Address').fill('Rua das Flores 1')
  // There is no such place.
  await expect(preview).toContainText('Place at the top')
  await send()
  await expect(dialog.getByText('Write degrees from -90 to 90')).toBeVisible()
  await expect(field('Latitude')).toBeFocused()
  await checkAccessibility(page)
  // Two numbers as a map copies them.
  await field('Latitude').evaluate((input) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text', '41.1579, -8.6292')
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  })
  await expect(field('Latitude')).toHaveValue('41.1579')
  await expect(field('Longitude')).toHaveValue('-8.6292')
  await expect(preview).toContainText('Rua das Flores 1')
  await checkAccessibility(page)
  await expect(preview.getByRole('link', { name: 'Open the map' })).toHaveAttribute('href', /41\.1579\/-8\.6292$/)
  await send()
  await expect(dialog).toBeHidden()
  await expect(thread(page)).toContainText('Your order waits at the place above.')
  await expect(thread(page).getByRole('link', { name: 'Open the map' })).toBeVisible()
  await expect(page.getByText('Waiting for the customer’s answer')).toBeVisible()
  const inbox = page.url()

  await choose('discount')
  await send()
  await expect(dialog.getByText('Fill this in')).toBeVisible()
  await field('Code that “Copy offer code” copies').fill('TEN10')
  await expect(preview).toContainText('TEN10')
  await send()
  await expect(dialog).toBeHidden()
  await expect(thread(page)).toContainText('TEN10')

  await choose('book_a_visit')
  await field('customer name').fill('Rosa')
  await send()
  await expect(dialog).toBeHidden()
  await expect(thread(page)).toContainText('Choose a day')

  await choose('our_shelves')
  await expect(preview).toContainText('First product of the catalog')
  await field('Product at the top (optional)').fill('2lc20305pt')
  await checkAccessibility(page)
  await send()
  await expect(dialog).toBeHidden()
  await expect(thread(page)).toContainText('Product 2lc20305pt')
  await checkAccessibility(page)

  await page.goto(`${earmark.url}/o/${SLUG}/settings/test-phone`)
  await page.getByRole('link', { name: 'Rosa' }).click()
  const phone = page.getByRole('log')
  await expect(phone.getByRole('link', { name: 'Open the map' })).toBeVisible()
  await phone.getByRole('button', { name: 'Copy offer code' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Copied: TEN10' })).toBeVisible()
  await phone.getByRole('button', { name: 'Choose a day' }).click()
  const form = page.getByRole('dialog', { name: 'Choose a day' })
  await expect(form.getByRole('textbox')).toBeFocused()
  await page.keyboard.type('Friday')
  await form.getByRole('button', { name: 'Send the form' }).click()
  await expect(form.getByText('Begin each line with a name')).toBeVisible()
  await form.getByRole('textbox').fill('day: Friday')
  await checkAccessibility(page)
  await form.getByRole('button', { name: 'Send the form' }).click()
  await expect(form).toBeHidden()
  await expect(phone).toContainText('Filled in a form:')
  await phone.getByRole('button', { name: 'View catalog' }).click()
  await expect(phone).toContainText('1 × 2lc20305pt')
  await checkAccessibility(page)

  await page.goto(inbox)
  await expect(thread(page)).toContainText('Friday')
  await expect(thread(page)).toContainText('1 × 2lc20305pt')
  // The customer wrote: free text goes again.
  await expect(page.getByRole('textbox', { name: 'Message to Rosa' })).toBeVisible()
})
