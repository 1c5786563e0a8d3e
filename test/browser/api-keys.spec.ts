// An administrator makes a key by keyboard, another system tags a customer with it, and the console says API; then it is replaced and revoked.
import { expect, test } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

/** Calls as another system does, with nothing but the key. */
const ask = (secret: string, path: string, body?: object, method = body === undefined ? 'GET' : 'POST') =>
  fetch(`${earmark.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test.describe(`in ${locale}, ${colorScheme}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    const say = sayIn(locale)

    test('a key is made, tags a customer, is replaced and revoked', async ({ page }) => {
      await setUp(page, earmark, say)
      const played = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
        headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
        data: { from: '+5511987654321', name: 'João', text: 'Bom dia' },
      })
      expect(played.status()).toBe(204)
      await callAs(page, earmark.url, 'POST', '/v1/tags', { name: 'Prospect' })

      await page.goto(`${earmark.url}/o/${SLUG}/settings/api-keys`)
      await expect(page.getByRole('heading', { name: say('No API keys yet') })).toBeVisible()
      for (const path of ['/v1', '/mcp'])
        await expect(page.getByText(`${earmark.url}${path}`, { exact: true })).toBeVisible()
      await expect(page.getByRole('link', { name: say('Reference with every call') })).toHaveAttribute(
        'href',
        '/docs/api',
      )
      await checkAccessibility(page)
      await page.getByRole('button', { name: say('New API key') }).press('Enter')
      const dialog = page.getByRole('dialog')
      const name = dialog.getByRole('textbox', { name: say('Name'), exact: true })
      await expect(name).toBeFocused()
      await page.keyboard.press('Enter')
      await expect(dialog.getByText(say('Give the key a name.'))).toBeVisible()
      await name.fill('CRM')
      await dialog.getByLabel(say('Addresses')).fill('everywhere')
      await name.press('Enter')
      await expect(
        dialog.getByText(say('Write addresses such as 203.0.113.7 or networks such as 203.0.113.0/24.')),
      ).toBeVisible()
      await checkAccessibility(page)
      await dialog.getByLabel(say('Addresses')).fill('127.0.0.0/8\n::1')
      await name.press('Enter')
      await expect(page.getByRole('dialog', { name: say('API key created') })).toBeVisible()
      await checkAccessibility(page)
      const secret = await dialog.locator('code[data-link]').innerText()
      await dialog.locator('[data-autofocus]').press('Enter')
      const row = page.getByRole('listitem').filter({ hasText: 'CRM' })
      await expect(row).toContainText('127.0.0.0/8, ::1')
      await expect(row).toContainText(say('Never used'))

      const found = await ask(secret, '/v1/contacts/by-phone?phone=%2B55%2011%208765-4321')
      const { contacts } = (await found.json()) as { contacts: { id: string; display_name: string }[] }
      expect(contacts).toMatchObject([{ display_name: 'João' }])
      const tagged = await ask(secret, `/v1/contacts/${contacts[0]!.id}/tags`, { add: ['prospect'] })
      expect(await tagged.json()).toMatchObject({ added: [{ name: 'Prospect' }] })
      const known = { display_name: 'Maria', external_id: { system: 'crm', id: 'CUSTOMER-2026-0042' } }
      expect((await ask(secret, '/v1/contacts', known, 'PUT')).status).toBe(200)
      await page.goto(`${earmark.url}/o/${SLUG}/contacts?search=customer-2026`)
      await page.getByRole('row').filter({ hasText: 'Maria' }).click()
      const panel = page.getByRole('region', { name: 'Maria' })
      await expect(panel.getByText('CUSTOMER-2026-0042', { exact: true })).toBeVisible()
      await checkAccessibility(page)
      await page.goto(`${earmark.url}/o/${SLUG}/contacts`)
      await page.getByRole('row').filter({ hasText: 'João' }).click()
      await expect(page.getByText('API · ').first()).toBeVisible()
      await expect(page.getByText('CRM').first()).toBeVisible()

      await page.goto(`${earmark.url}/o/${SLUG}/settings/api-keys`)
      await expect(row).toContainText(say('Last used'))
      await row.getByRole('button').press('Enter')
      await page.getByRole('menuitem', { name: say('Replace key') }).press('Enter')
      await dialog.getByRole('button', { name: say('Replace key') }).press('Enter')
      await expect(page.getByRole('dialog', { name: say('Key replaced') })).toBeVisible()
      const next = await dialog.locator('code[data-link]').innerText()
      await dialog.locator('[data-autofocus]').press('Enter')
      for (const each of [secret, next]) expect((await ask(each, '/v1/tags')).status).toBe(200)
      await checkAccessibility(page)

      await row.getByRole('button').press('Enter')
      await page.getByRole('menuitem', { name: say('Revoke key') }).press('Enter')
      await checkAccessibility(page)
      await dialog.getByRole('button', { name: say('Revoke key') }).press('Enter')
      await expect(page.getByText(say('API key revoked.'))).toBeVisible()
      await expect(row.getByRole('button')).toHaveCount(0)
      for (const each of [secret, next]) expect((await ask(each, '/v1/tags')).status).toBe(401)

      await page.goto(`${earmark.url}/docs/api`)
      await expect(page.getByRole('heading', { name: /^Earmark/ })).toBeVisible()
      await expect(page.getByText('/v1/contacts/{id}/tags').first()).toBeVisible()
    })
  })
}
