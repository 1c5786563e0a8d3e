// What the built-in classifier does when conversations close: tags put on with their evidence, others suggested and decided on.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

const BOOKS = 'I would like to book a table for two'
const WANTS_MONEY = 'I want my money back, please refund me'

/** Two tags that AIs may only suggest. */
async function tagsToSuggest(page: Page): Promise<void> {
  const call = <T>(method: string, path: string, data: object) => callAs<T>(page, earmark.url, method, path, data)
  const tags = [
    { name: 'Table booking', description: 'Customer wants to book or reserve a table' },
    { name: 'Refund', description: 'Customer wants their money back' },
  ]
  for (const tag of tags) {
    const { id } = await call<{ id: string }>('POST', '/v1/tags', tag)
    await call('PUT', '/v1/ai/tags', { tags: [{ id, mode: 'suggest' }] })
  }
}

/** A customer writes, and the conversation is closed; answers its id. */
async function talked(page: Page, from: string, ...texts: string[]): Promise<string> {
  const call = <T>(method: string, path: string, data?: object) => callAs<T>(page, earmark.url, method, path, data)
  for (const text of texts) {
    const played = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
      headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
      data: { from, name: from, text },
    })
    expect(played.status()).toBe(204)
  }
  let id = ''
  await expect(async () => {
    const { conversations } = await call<{ conversations: { id: string; contact: { phone: string } }[] }>(
      'GET',
      '/v1/conversations?statuses=pending',
    )
    id = conversations.find(({ contact }) => contact.phone === from)!.id
    const { messages } = await call<{ messages: unknown[] }>('GET', `/v1/conversations/${id}/messages`)
    expect(messages).toHaveLength(texts.length)
  }).toPass()
  await call('POST', `/v1/conversations/${id}/take`, {})
  await call('POST', `/v1/conversations/${id}/close`, {})
  return id
}

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

    test('suggestions that arrive while the page is open are decided on by keyboard alone, one by one and many at once', async ({
      page,
    }) => {
      await setUp(page, earmark, say)
      await tagsToSuggest(page)
      await page.goto(`${earmark.url}/o/${SLUG}/suggestions`)
      await expect(page.getByRole('heading', { name: say('Nothing to decide') })).toBeVisible()
      const rows = page.getByRole('list', { name: say('Suggestions') }).getByRole('listitem')
      for (let n = 1; n <= 6; n++) {
        await talked(page, `+1555010110${n}`, n % 2 === 0 ? WANTS_MONEY : BOOKS)
        if (n === 1) await expect(rows).toHaveCount(1, { timeout: 30_000 })
      }
      await expect(rows).toHaveCount(6, { timeout: 30_000 })
      await expect(rows.filter({ hasText: WANTS_MONEY }).first()).toContainText('“money”')

      // From a fresh page, without a click.
      await page.reload()
      await expect(rows).toHaveCount(6)
      const boxes = rows.getByRole('checkbox')
      await page.keyboard.press('a')
      await page.keyboard.press('j')
      await expect(boxes.nth(0)).toBeFocused()
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.keyboard.press('k')
      await expect(boxes.nth(1)).toBeFocused()
      await page.keyboard.press('x')
      await page.keyboard.press('k')
      await page.keyboard.press('x')
      await expect(boxes.nth(0)).toBeChecked()
      await expect(boxes.nth(1)).toBeChecked()
      await checkAccessibility(page)
      const decided = async () => {
        const { contacts } = await callAs<{ contacts: { tags: unknown[] }[] }>(page, earmark.url, 'GET', '/v1/contacts')
        return contacts.filter(({ tags }) => tags.length > 0).length
      }
      // Those that are chosen, wherever the focus is.
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.keyboard.press('a')
      await expect(rows).toHaveCount(4)
      expect(await decided()).toBe(2)
      // As fast as somebody types, while the server takes its time.
      await page.route('**/v1/suggestions/decide', async (route) => {
        await sleep(700)
        await route.continue()
      })
      await boxes.first().focus()
      for (const key of ['a', 'a', 'r']) await page.keyboard.press(key)
      await expect(rows).toHaveCount(1)
      expect(await decided()).toBe(4)
      await page.keyboard.press('r')
      await expect(page.getByRole('heading', { name: say('Nothing to decide') })).toBeVisible()
      expect(await decided()).toBe(4)
    })

    test('whoever presses the buttons of one suggestion by keyboard comes to those of the next', async ({ page }) => {
      await setUp(page, earmark, say)
      await tagsToSuggest(page)
      for (const n of [1, 2, 3]) await talked(page, `+1555010130${n}`, WANTS_MONEY)
      await page.goto(`${earmark.url}/o/${SLUG}/suggestions`)
      const rows = page.getByRole('list', { name: say('Suggestions') }).getByRole('listitem')
      await expect(rows).toHaveCount(3, { timeout: 30_000 })
      const accept = page.getByRole('button', { name: say('Accept {name}', { name: 'Refund' }) })
      const reject = page.getByRole('button', { name: say('Reject {name}', { name: 'Refund' }) })
      await accept.first().press('Enter')
      await expect(rows).toHaveCount(2)
      await expect(accept.first()).toBeFocused()
      // From the last row the focus goes to the one before.
      await reject.last().press('Enter')
      await expect(rows).toHaveCount(1)
      await expect(reject).toBeFocused()
      await page.keyboard.press('Enter')
      await expect(page.getByRole('heading', { name: say('Nothing to decide') })).toBeVisible()
      await expect(page.locator(':focus')).toContainText(say('Nothing to decide'))
    })

    test('beside the thread, suggestions are accepted one by one and all at once', async ({ page }) => {
      await setUp(page, earmark, say)
      await tagsToSuggest(page)
      const one = await talked(page, '+15550101201', WANTS_MONEY)
      const two = await talked(page, '+15550101202', BOOKS, WANTS_MONEY)
      const tags = page.getByRole('region', { name: say('Active tags') })
      const suggested = page.getByRole('region', { name: say('Suggested tags') })
      await page.goto(`${earmark.url}/o/${SLUG}/inbox?conversation=${one}`)
      await expect(suggested).toContainText(WANTS_MONEY, { timeout: 30_000 })
      await expect(suggested.getByRole('button', { name: say('Accept all') })).toHaveCount(0)
      await suggested.getByRole('button', { name: say('Accept {name}', { name: 'Refund' }) }).press('Enter')
      await expect(tags).toContainText('Refund')
      await expect(suggested).toHaveCount(0)
      await expect(page.getByRole('heading', { name: say('Active tags') })).toBeFocused()
      await page.goto(`${earmark.url}/o/${SLUG}/inbox?conversation=${two}`)
      await expect(suggested.getByRole('listitem')).toHaveCount(2, { timeout: 30_000 })
      await checkAccessibility(page)
      await suggested.getByRole('button', { name: say('Accept all') }).click()
      await expect(tags).toContainText('Refund')
      await expect(tags).toContainText('Table booking')
      await expect(suggested).toHaveCount(0)
    })
  })
}
