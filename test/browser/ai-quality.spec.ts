// What becomes of an AI's tags: a tag is tried before it is saved, its form says what AIs may do, and its quality is counted.
import { expect, test } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, joins, setUp, SLUG } from './people.ts'
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

    test('a tag is tried on closed conversations, set to Suggest in its form, and judged by what people did with it', async ({
      page,
      browser,
    }) => {
      test.slow()
      await setUp(page, earmark, say)
      const call = <T = unknown>(method: string, path: string, data?: object) =>
        callAs<T>(page, earmark.url, method, path, data)
      const booking = await call<{ id: string }>('POST', '/v1/tags', {
        name: 'Table booking',
        description: 'Customer wants to book or reserve a table',
      })
      const WANTS = 'I would like to book a table for two'
      const talk = async (from: string, name: string, text: string) => {
        const played = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
          headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
          data: { from, name, text },
        })
        expect(played.status()).toBe(204)
        const open = async () =>
          (
            await call<{ conversations: { id: string; closed_at: string | null }[] }>('GET', '/v1/conversations')
          ).conversations.find(({ closed_at }) => closed_at === null)
        await expect.poll(async () => (await open()) !== undefined, { timeout: 15_000 }).toBe(true)
        const { id } = (await open())!
        await call('POST', `/v1/conversations/${id}/take`)
        await call('POST', `/v1/conversations/${id}/close`, {})
      }
      await talk('+15550101001', 'Li Wei', WANTS)
      await talk('+15550101002', 'مريم بنت عبد الرحمن', 'I want my money back, please refund me')

      await test.step('the first conversation is analysed', async () => {
        const tagged = async () =>
          (await call<{ count: number }>('GET', `/v1/contacts/count?any_tags=${booking.id}`)).count
        await expect.poll(tagged, { timeout: 30_000 }).toBe(1)
      })

      await test.step('a tag that is not saved is tried, by keyboard', async () => {
        await page.goto(`${earmark.url}/o/${SLUG}/tags`)
        await page
          .getByRole('button', { name: say('New tag') })
          .first()
          .click()
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel(say('Name')).fill('Refund')
        await dialog.getByLabel(say('Description')).fill('Customer wants their money back')
        await dialog.getByRole('button', { name: say('Try it') }).press('Enter')
        const gains = dialog.getByRole('list', { name: say('Would get it: {count}', { count: 1 }) })
        await expect(gains).toContainText('مريم بنت عبد الرحمن', { timeout: 30_000 })
        await expect(gains).toContainText('I want my money back, please refund me')
        await expect(
          dialog.getByRole('status').filter({ hasText: say('Conversations read: {read}', { read: 2 }) }),
        ).toBeVisible()
        await checkAccessibility(page)
        await page.keyboard.press('Escape')
        const { tags } = await call<{ tags: { name: string }[] }>('GET', '/v1/tags')
        expect(tags.map(({ name }) => name)).toEqual(['Table booking'])
      })

      await test.step('another description would lose a contact, and the form sets what AIs may do', async () => {
        await page.goto(`${earmark.url}/o/${SLUG}/tags`)
        await page.getByRole('button', { name: say('Actions for {name}', { name: 'Table booking' }) }).click()
        await page.getByRole('menuitem', { name: say('Edit') }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel(say('Name')).fill('Wholesale')
        await dialog.getByLabel(say('Description')).fill('Buys large quantities for a shop of their own')
        await dialog.getByRole('button', { name: say('Try it') }).click()
        const losses = dialog.getByRole('list', { name: say('Would no longer get it: {count}', { count: 1 }) })
        await expect(losses).toContainText('Li Wei', { timeout: 30_000 })
        await expect(losses).toContainText(WANTS)
        await dialog.getByLabel(say('Name')).fill('Table bookings')
        await expect(dialog.getByText(say('The tag was changed above since. Try it again.'))).toBeVisible()
        await dialog.getByLabel(say('Description')).fill('Customer wants to book or reserve a table')
        const modes = dialog.getByRole('radiogroup', {
          name: say('What the AI may do with {name}', { name: 'Table booking' }),
        })
        await modes.getByText(say('Suggest'), { exact: true }).click()
        await checkAccessibility(page)
        await dialog.getByRole('button', { name: say('Save'), exact: true }).click()
        await expect(dialog).toHaveCount(0)
        await page.goto(`${earmark.url}/o/${SLUG}/settings/ai`)
        await expect(
          page
            .getByRole('radiogroup', { name: say('What the AI may do with {name}', { name: 'Table bookings' }) })
            .getByRole('radio', { name: say('Suggest'), exact: true }),
        ).toBeChecked()
      })

      await test.step('what became of it is counted, and tags that are alike are named', async () => {
        await talk('+15550101003', 'Zoë', WANTS)
        const waiting = async () =>
          (await call<{ suggestions: { id: string }[] }>('GET', '/v1/suggestions')).suggestions
        await expect.poll(async () => (await waiting()).length, { timeout: 30_000 }).toBe(1)
        await call('POST', '/v1/suggestions/decide', { reject: [(await waiting())[0]!.id] })
        await call('POST', '/v1/tags', { name: 'Refund', description: 'Customer wants their money back' })
        await call('POST', '/v1/tags', {
          name: 'Money back',
          description: 'Customer asks for a refund of what they paid',
        })
        await page.getByRole('link', { name: say('Tag quality') }).click()
        const row = page.getByRole('row').filter({ hasText: 'Table bookings' })
        await expect(row.getByRole('cell')).toContainText([say('AI auto-close'), '1', '1', '0', '1', '0', '1', ''])
        const weeks = row.getByRole('button', {
          name: say('By week: {name}, {source}', { name: 'Table bookings', source: say('AI auto-close') }),
        })
        await weeks.press('Enter')
        await expect(weeks).toHaveAttribute('aria-expanded', 'true')
        await expect(page.getByRole('list', { name: say('Alike in name and description') })).toContainText(
          'Money back',
          {
            timeout: 30_000,
          },
        )
        await checkAccessibility(page)
        await page.setViewportSize({ width: 390, height: 844 })
        await checkAccessibility(page)
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      })

      await test.step('an agent sees none of it', async () => {
        const agent = await joins(browser, page, earmark, 'Rui', { say, locale: browserLocale, colorScheme })
        await expect(agent.getByRole('link', { name: say('Suggestions') })).toBeVisible()
        await expect(agent.getByRole('link', { name: say('Tag quality') })).toHaveCount(0)
        await agent.context().close()
      })
    })
  })
}
