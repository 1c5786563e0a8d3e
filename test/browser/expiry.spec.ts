// After 24 hours without a message of the customer a conversation closes by itself, on open screens too.
import { expect, test } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { connectNumber } from './number.ts'
import { checkAccessibility, setUp, SLUG } from './people.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

const DAY_MS = 24 * 60 * 60 * 1000

const text = (body: string) => ({ type: 'text', text: { body } })

test('a conversation that the customer left for 24 hours closes before the agent’s eyes, and the next message opens another', async ({
  page,
}) => {
  await setUp(page, earmark)
  const deliver = await connectNumber(page, earmark.url)
  // WhatsApp delivered it late: of its 24 hours some seconds are left.
  await deliver(text('are you open today?'), new Date(Date.now() - DAY_MS + 30_000))
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  const row = page.getByRole('listitem').filter({ hasText: 'Sheena' })
  await row.getByRole('link').click()
  await page.getByRole('button', { name: 'Take', exact: true }).click()
  const composer = page.getByRole('textbox', { name: 'Message to Sheena' })
  await expect(composer).toBeFocused()

  // The server looks once a minute for what to close.
  await expect(page.getByRole('region').getByText('24h expired').first()).toBeVisible({ timeout: 120_000 })
  await expect(composer).toBeHidden()
  await expect(page.getByText('You have no conversation now')).toBeVisible()
  await checkAccessibility(page)

  await page.goto(`${earmark.url}/o/${SLUG}/conversations?status=expired`)
  await expect(page.getByRole('row').filter({ hasText: 'Sheena' })).toContainText('24h expired')

  await deliver(text('hello again'))
  await page.getByRole('row').filter({ hasText: 'Sheena' }).getByRole('link').click()
  await expect(page.getByRole('log')).toContainText('are you open today?')
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await row.getByRole('link').click()
  await expect(page.getByText('Nobody has this conversation yet')).toBeVisible()
  await expect(page.getByRole('log')).toContainText('are you open today?')
  await expect(page.getByRole('log')).toContainText('hello again')
})
