// Saved replies: written with words that are filled in, and put into a message by a slash; all by keyboard.
import { expect, test } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test.describe(`in ${locale}, ${colorScheme}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    const say = sayIn(locale)

    test('a reply is saved, found by a slash, filled with the customer’s name, and sent', async ({ page }) => {
      await setUp(page, earmark, say)
      await page.goto(`${earmark.url}/o/${SLUG}/settings/saved-replies`)
      await expect(page.getByRole('heading', { name: say('No saved replies yet') })).toBeVisible()
      await checkAccessibility(page)
      await page.getByRole('button', { name: say('New reply') }).press('Enter')
      await page.getByLabel(say('Name'), { exact: true }).fill('Hours')
      await page.getByLabel(say('Text'), { exact: true }).fill('Hello {nmae}')
      await page.keyboard.press('Tab')
      await page.getByRole('button', { name: say('Save'), exact: true }).press('Enter')
      await expect(
        page.getByText(say('Only the words name, phone, agent and organization can stand in braces.')),
      ).toBeVisible()
      await page.getByLabel(say('Text'), { exact: true }).fill('Hello ')
      await page.getByRole('button', { name: say('Customer’s name') }).press('Enter')
      await expect(page.getByLabel(say('Text'), { exact: true })).toHaveValue('Hello {name}')
      await expect(page.getByLabel(say('Text'), { exact: true })).toBeFocused()
      await page.keyboard.type(', we are open from 9 to 6.')
      await checkAccessibility(page)
      await page.getByRole('button', { name: say('Save'), exact: true }).press('Enter')
      await expect(page.getByRole('list', { name: say('Saved replies') }).getByRole('listitem')).toHaveCount(1)
      await checkAccessibility(page)

      const played = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
        headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
        data: { from: '+15550101001', name: 'Li Wei', text: 'When are you open?' },
      })
      expect(played.status()).toBe(204)
      await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
      await page.getByRole('listitem').filter({ hasText: 'Li Wei' }).getByRole('link').click()
      await page
        .getByRole('button', { name: say('Take'), exact: true })
        .first()
        .click()
      const composer = page.getByRole('textbox', { name: say('Message to {name}', { name: 'Li Wei' }) })
      await composer.press('/')
      const search = page.getByRole('combobox', { name: say('Search saved replies') })
      await expect(search).toBeFocused()
      await expect(page.getByRole('option')).toHaveCount(1)
      await checkAccessibility(page)
      await page.keyboard.type('HOUR')
      await page.keyboard.press('Enter')
      await expect(composer).toHaveValue('Hello Li Wei, we are open from 9 to 6.')
      await expect(composer).toBeFocused()
      await page.keyboard.press('Enter')
      await expect(page.getByRole('log').getByText('Hello Li Wei, we are open from 9 to 6.')).toHaveCount(1)

      // Somebody else deletes it while this screen is open: it goes here too.
      const { replies } = await callAs<{ replies: { id: string }[] }>(page, earmark.url, 'GET', '/v1/saved-replies')
      await page.goto(`${earmark.url}/o/${SLUG}/settings/saved-replies`)
      await expect(page.getByRole('listitem').filter({ hasText: 'Hours' })).toBeVisible()
      const deleted = await page.request.delete(`${earmark.url}/v1/saved-replies/${replies[0]!.id}`, {
        headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
      })
      expect(deleted.status()).toBe(204)
      await expect(page.getByRole('heading', { name: say('No saved replies yet') })).toBeVisible()
    })
  })
}
