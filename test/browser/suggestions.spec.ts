// What the built-in classifier does when conversations close: one tag put on with its evidence, another only suggested and accepted.
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
    // Not the close of a window.
    const closing = locale === 'en' ? /^Close$/ : /^Encerrar$/

    test('a conversation that closes gets its tag with the customer’s words; a suggestion is accepted by keyboard', async ({
      page,
    }) => {
      await setUp(page, earmark, say)
      const call = (method: string, path: string, data?: object) => callAs(page, earmark.url, method, path, data)
      await call('POST', '/v1/tags', {
        name: 'Table booking',
        description: 'Customer wants to book or reserve a table',
      })
      await call('POST', '/v1/tags', { name: 'Refund', description: 'Customer wants their money back' })

      await page.goto(`${earmark.url}/o/${SLUG}/suggestions`)
      await expect(page.getByRole('heading', { name: say('Nothing to decide') })).toBeVisible()
      await checkAccessibility(page)
      await page.goto(`${earmark.url}/o/${SLUG}/settings/ai`)
      const modes = page.getByRole('radiogroup', { name: say('What the AI may do with {name}', { name: 'Refund' }) })
      await modes.getByText(say('Suggest'), { exact: true }).click()
      await expect(modes.getByRole('radio', { name: say('Suggest'), exact: true })).toBeChecked()
      await checkAccessibility(page)
      await page.reload()
      await expect(modes.getByRole('radio', { name: say('Suggest'), exact: true })).toBeChecked()

      const talk = async (from: string, name: string, text: string) => {
        const played = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
          headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
          data: { from, name, text },
        })
        expect(played.status()).toBe(204)
        await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
        await page.getByRole('listitem').filter({ hasText: name }).getByRole('link').click()
        await page
          .getByRole('button', { name: say('Take'), exact: true })
          .first()
          .click()
        await page.getByRole('button', { name: closing }).click()
        await expect(page.getByRole('button', { name: closing })).toHaveCount(0)
      }
      await talk('+15550101001', 'Li Wei', 'I would like to book a table for two')
      await page.goto(`${earmark.url}/o/${SLUG}/contacts`)
      await page.getByRole('row').filter({ hasText: 'Li Wei' }).click()
      const tags = page.getByRole('region', { name: say('Active tags') })
      await expect(tags).toContainText('Table booking', { timeout: 30_000 })
      await expect(tags).toContainText(say('AI auto-close'))
      await expect(tags.getByRole('link', { name: 'I would like to book a table for two' })).toBeVisible()
      await checkAccessibility(page)

      await talk('+15550101002', 'مريم', 'I want my money back, please refund me')
      await page.goto(`${earmark.url}/o/${SLUG}/suggestions`)
      const rows = page.getByRole('list', { name: say('Suggestions') }).getByRole('listitem')
      await expect(rows).toHaveCount(1, { timeout: 30_000 })
      await expect(rows.first()).toContainText('I want my money back, please refund me')
      await checkAccessibility(page)
      await rows.first().getByRole('checkbox').focus()
      await page.keyboard.press('a')
      await expect(page.getByRole('heading', { name: say('Nothing to decide') })).toBeVisible()
      await page.goto(`${earmark.url}/o/${SLUG}/contacts`)
      await page.getByRole('row').filter({ hasText: 'مريم' }).click()
      await expect(tags).toContainText('Refund')
      await expect(tags).toContainText(say('Manual (admin)'))
      await expect(tags.getByRole('link', { name: 'I want my money back, please refund me' })).toBeVisible()
    })
  })
}
