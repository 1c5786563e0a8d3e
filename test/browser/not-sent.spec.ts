// What does not go to a customer: what agents read of it in the inbox and in the thread, as it happens.
import { expect, test } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

const NAME = 'Li Wei'
const AS_PEOPLE_DO = { reads: true, silent: false, refuses_with: null, delay_seconds: 0 }

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test(`a message that waits says for what, and one that failed stands in the inbox, in ${locale}, ${colorScheme}`, async ({
    browser,
  }) => {
    const say = sayIn(locale)
    const context = await browser.newContext({ locale: browserLocale, colorScheme })
    try {
      const page = await context.newPage()
      await setUp(page, earmark, say)
      await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
        headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
        data: { from: '+15550101001', name: NAME, text: 'Is it there?' },
      })
      await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
      const row = page.getByRole('listitem').filter({ hasText: NAME })
      const waits = row.getByTitle(
        new RegExp(say('The customer has waited {span} for an answer').replace('{span}', '.+')),
      )
      await row.getByRole('link').click()
      const { customers } = (await callAs(page, earmark.url, 'GET', '/v1/test-phone')) as {
        customers: { id: string }[]
      }
      const behaves = (refuses_with: number | null) =>
        callAs(page, earmark.url, 'PUT', `/v1/test-phone/customers/${customers[0]!.id}/behaviour`, {
          ...AS_PEOPLE_DO,
          refuses_with,
        })
      await page.getByRole('button', { name: say('Take'), exact: true }).click()
      await expect(waits).toBeVisible()
      const composer = page.getByRole('textbox', { name: say('Message to {name}', { name: NAME }) })
      const thread = page.getByRole('log')

      await behaves(131_016)
      await composer.fill('Yes, it is')
      await composer.press('Enter')
      const [before, after] = say('WhatsApp has a problem. It is tried again at {time}.').split('{time}') as [
        string,
        string,
      ]
      await expect(thread.getByText(before)).toContainText(/\d/)
      await expect(thread.getByText(before)).toContainText(after)
      await checkAccessibility(page)
      await behaves(null)
      await expect(thread.getByText(before)).toHaveCount(0)
      await expect(waits).toHaveCount(0)

      // Written in the inbox, without a look at the thread, and that the customer waits on.
      await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
        headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
        data: { from: '+15550101001', name: NAME, text: 'And the red one?' },
      })
      await expect(thread).toContainText('And the red one?')
      await behaves(131_026)
      await composer.fill('That one as well')
      await composer.press('Enter')
      await expect(row).toContainText(say('Not sent:'))
      await expect(row).toContainText('That one as well')
      await expect(waits).toBeVisible()
      await checkAccessibility(page)
      await behaves(null)
      // The words for trying again stand in the catalogs several times.
      await thread.locator('[data-failed]').getByRole('button').click()
      await expect(row).not.toContainText(say('Not sent:'))
      await expect(waits).toHaveCount(0)
    } finally {
      await context.close()
    }
  })
}
