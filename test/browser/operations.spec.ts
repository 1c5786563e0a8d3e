// Tags of many contacts at once: rows or all that match are chosen, counted first, changed in the background, and undone;
// in two languages and both themes.
import { expect, test, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  const say = sayIn(locale)

  test.describe(`in ${locale}, ${colorScheme}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    let earmark: Earmark
    test.beforeEach(async ({ page }) => {
      earmark = await startEarmark()
      await setUp(page, earmark, say)
      await callAs(page, earmark.url, 'POST', '/v1/demo')
      await page.goto(`${earmark.url}/o/${SLUG}/contacts`)
      await expect(page.getByRole('grid')).toBeVisible()
    })
    test.afterEach(() => earmark.stop())

    const call = <T>(page: Page, method: string, path: string, data?: object) =>
      callAs<T>(page, earmark.url, method, path, data)
    const countOf = async (page: Page, tagId: string) =>
      (await call<{ count: number }>(page, 'GET', `/v1/contacts/count?any_tags=${tagId}`)).count
    const bar = (page: Page) => page.getByRole('region', { name: say('Chosen contacts') })

    test('all that match get a tag: exact numbers first, then progress, a report, and the way back', async ({
      page,
    }) => {
      const tag = await call<{ id: string }>(page, 'POST', '/v1/tags', { name: 'Christmas card' })
      await page.getByLabel(say('Search phone, name or username')).focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press(' ')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Shift+ ')
      await expect(bar(page).getByRole('status')).toHaveText(/^3 /)
      await page.keyboard.press('ControlOrMeta+a')
      await bar(page)
        .getByRole('button', { name: say('Select all {shown} that match', { shown: 400 }) })
        .click()
      await checkAccessibility(page)

      await bar(page)
        .getByRole('button', { name: say('Add tags') })
        .click()
      const dialog = page.getByRole('dialog', { name: say('Add tags') })
      await expect(dialog.getByRole('combobox')).toBeFocused()
      await page.keyboard.type('christ')
      await expect(dialog.getByRole('option')).toHaveText(/^Christmas card/)
      await page.keyboard.press('Enter')
      await expect(dialog.getByRole('status')).toContainText(
        say('{shown} contacts chosen.', { shown: 400, count: 400 }),
      )
      await checkAccessibility(page)
      expect(await countOf(page, tag.id)).toBe(0)
      await dialog.getByRole('button', { name: say('Add to {shown} contacts', { shown: 400, count: 400 }) }).click()
      await expect(dialog).toContainText(say('{shown} contacts changed', { shown: 400, count: 400 }))
      expect(await countOf(page, tag.id)).toBe(400)
      await expect(page.getByRole('row').nth(3)).toContainText('Christmas card')

      await dialog.getByRole('button', { name: say('Undo') }).click()
      await expect(dialog).toContainText(say('{shown} contacts restored', { shown: 400, count: 400 }))
      expect(await countOf(page, tag.id)).toBe(0)
      await page.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
      await expect(bar(page)).toBeHidden()

      await page.getByRole('link', { name: say('Operations') }).click()
      await expect(page.getByRole('heading', { name: say('Operations') })).toBeVisible()
      await expect(page.getByText(say('{shown} contacts restored', { shown: 400, count: 400 }))).toBeVisible()
      await expect(page.getByText(say('{shown} contacts changed', { shown: 400, count: 400 }))).toBeVisible()
      await checkAccessibility(page)
    })

    test('a tag that is deleted while it is being chosen is refused with a sentence, and nothing is changed', async ({
      page,
    }) => {
      const tag = await call<{ id: string }>(page, 'POST', '/v1/tags', { name: 'Soon gone' })
      await page
        .getByRole('columnheader')
        .filter({ has: page.getByLabel(say('Select all loaded contacts')) })
        .click()
      await bar(page)
        .getByRole('button', { name: say('Add tags') })
        .click()
      const dialog = page.getByRole('dialog', { name: say('Add tags') })
      await expect(dialog.getByRole('combobox')).toBeFocused()
      await page.keyboard.type('soon')
      await expect(dialog.getByRole('option')).toHaveText(/^Soon gone/)
      await page.keyboard.press('Enter')
      await expect(dialog.getByRole('status')).toContainText(/\d/)
      await page.route('**/v1/operations', async (route) => {
        await call(page, 'POST', '/v1/tags/delete', { ids: [tag.id] })
        await route.continue()
      })
      await dialog
        .getByRole('button', { name: new RegExp(say('Add to {shown} contacts', { shown: '\\d+', count: 50 })) })
        .click()
      await expect(dialog.getByRole('alert')).toContainText('Soon gone')
      expect((await call<{ operations: unknown[] }>(page, 'GET', '/v1/operations')).operations).toEqual([])
    })
  })
}
