// After 24 hours without a message of the customer a conversation closes by itself, on open screens too.
import { expect, test, type Page } from '@playwright/test'
import { composeMessage } from '../../server/channels/whatsapp/compose.ts'
import { signBody } from '../../server/channels/whatsapp/signature.ts'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

const SECRET = 'a secret'
const NUMBER = { phoneNumberId: '106540352242922', displayPhone: '15550783881', wabaId: '102290129340398' }
const DAY_MS = 24 * 60 * 60 * 1000

async function deliver(page: Page, accountId: string, said: { text: string; at: Date }): Promise<void> {
  const message = { type: 'text', text: { body: said.text } }
  const body = composeMessage({ ...NUMBER, from: '+16505551234', name: 'Sheena', at: said.at, message })
  const answer = await page.request.post(`${earmark.url}/webhooks/whatsapp/${accountId}`, {
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signBody(body, SECRET) },
    data: Buffer.from(body),
  })
  expect(answer.status()).toBe(200)
}

test('a conversation that the customer left for 24 hours closes before the agent’s eyes, and the next message opens another', async ({
  page,
}) => {
  await setUp(page, earmark)
  const account = await callAs<{ id: string }>(page, earmark.url, 'POST', '/v1/whatsapp-accounts', {
    name: 'Shop',
    portfolio_id: '506914307656634',
    waba_id: NUMBER.wabaId,
    app_secret: SECRET,
    channels: [{ name: 'Main number', phone_number_id: NUMBER.phoneNumberId, phone: '+15550783881' }],
  })
  // WhatsApp delivered it late: of its 24 hours some seconds are left.
  await deliver(page, account.id, { text: 'are you open today?', at: new Date(Date.now() - DAY_MS + 30_000) })
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

  await deliver(page, account.id, { text: 'hello again', at: new Date() })
  await page.getByRole('row').filter({ hasText: 'Sheena' }).getByRole('link').click()
  await expect(page.getByRole('log')).toContainText('are you open today?')
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await row.getByRole('link').click()
  await expect(page.getByText('Nobody has this conversation yet')).toBeVisible()
  await expect(page.getByRole('log')).toContainText('are you open today?')
  await expect(page.getByRole('log')).toContainText('hello again')
})
