// The contact list as an administrator works in it, in two languages and both themes: the guide's G1 to G7.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

interface Named {
  id: string
}

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  const say = sayIn(locale)

  test.describe(`in ${locale}, ${colorScheme}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    let earmark: Earmark
    test.beforeEach(async ({ page }) => {
      earmark = await startEarmark()
      await setUp(page, earmark, say)
    })
    test.afterEach(() => earmark.stop())

    const call = <T>(page: Page, method: string, path: string, data?: object) =>
      callAs<T>(page, earmark.url, method, path, data)
    const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
    const open = async (page: Page, search = '') => {
      await page.goto(`${earmark.url}/o/${SLUG}/contacts${search}`)
      await expect(page.getByRole('grid')).toBeVisible()
    }
    test('G1 G2 G3 G5: who writes is listed with phone, name, times and six chips, and is opened by keyboard', async ({
      page,
    }) => {
      earmark.receive('--from', '+8613800138000', '--name', 'Li Wei', 'hola')
      earmark.receive('--user-id', 'US.1349120865', '--username', 'tea.drinker', 'hola')
      await expect(row(page, '+8613800138000')).toBeVisible()
      await expect(
        row(page, '@tea.drinker').getByRole('img', { name: say('No phone number from WhatsApp') }),
      ).toBeVisible()
      await expect(row(page, '@tea.drinker')).toContainText('—')
      const names = ['Phone', 'Display name', 'Tags', 'First seen', 'Last seen'].map((name) => say(name))
      for (const name of names) await expect(page.getByRole('columnheader', { name })).toBeVisible()

      const tags = await Promise.all(
        Array.from({ length: 8 }, (_, n) => call<Named>(page, 'POST', '/v1/tags', { name: `Tag ${n + 1}` })),
      )
      const { contacts } = await call<{ contacts: (Named & { phone: string })[] }>(
        page,
        'GET',
        '/v1/contacts?search=138000',
      )
      await call(page, 'POST', `/v1/contacts/${contacts[0]!.id}/tags`, { add: tags.map((tag) => tag.id) })
      await call(page, 'POST', '/v1/tags/delete', { ids: [tags[0]!.id] })
      await expect(row(page, 'Li Wei').getByText('Tag 7')).toBeVisible()
      await expect(row(page, 'Li Wei').getByText(/^Tag \d$/)).toHaveCount(6)
      // The deleted one follows the active ones.
      await row(page, 'Li Wei')
        .getByRole('button', { name: say('{count} more tags', { count: 2 }) })
        .click()
      const rest = page.getByRole('dialog', { name: say('{count} more tags', { count: 2 }) })
      await expect(rest.getByText(/^Tag \d$/)).toHaveText(['Tag 8', 'Tag 1'])
      await expect(rest.locator('[data-deleted]')).toHaveText('Tag 1')
      await page.keyboard.press('Escape')
      await checkAccessibility(page)

      await page.getByLabel(say('Search phone, name or username')).focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('End')
      await page.keyboard.press('Enter')
      const panel = page.locator('[aria-labelledby="contact-name"]')
      await expect(panel.getByRole('heading', { level: 2 })).toHaveText('Li Wei')
      await expect(page).toHaveURL(new RegExp(`contact=${contacts[0]!.id}`))
      await checkAccessibility(page)
      await page.keyboard.press('Escape')
      await expect(panel).toBeHidden()
      await expect(row(page, 'Li Wei')).toBeFocused()
    })

    test('G4: filters find exactly who is meant, and stand in the address with the order and the open contact', async ({
      page,
    }) => {
      for (const [n, name] of ['Ana', 'Bruno', 'Álvaro', '李伟'].entries())
        earmark.receive('--from', `+35191000000${n}`, '--name', name, 'olá')
      const [vip, old] = [
        await call<Named>(page, 'POST', '/v1/tags', { name: 'VIP' }),
        await call<Named>(page, 'POST', '/v1/tags', { name: 'Old' }),
      ]
      const find = async (text: string) =>
        (await call<{ contacts: Named[] }>(page, 'GET', `/v1/contacts?search=${encodeURIComponent(text)}`)).contacts[0]!
          .id
      await expect(row(page, '李伟')).toBeVisible()
      const ana = await find('ana')
      await call(page, 'POST', `/v1/contacts/${ana}/tags`, { add: [vip.id, old.id] })
      await call(page, 'POST', `/v1/contacts/${await find('alvaro')}/tags`, { add: [vip.id] })

      const shown = () =>
        page.locator('[role=row][data-index]').evaluateAll((rows) => rows.map((each) => each.textContent))
      const expectNames = async (...names: string[]) => {
        await expect(page.locator('[role=row][data-index]')).toHaveCount(names.length)
        // As many rows may have stood there before.
        await expect
          .poll(async () => (await shown()).map((text, index) => (text ?? '').includes(names[index] ?? '\0')))
          .toEqual(names.map(() => true))
        const count = names.length
        await expect(
          page.getByText(say('{shown} contacts match', { shown: count, count }), { exact: true }),
        ).toBeVisible()
      }
      await open(page)
      await page
        .getByRole('columnheader', { name: say('Display name') })
        .getByRole('button')
        .click()
      await page.getByRole('button', { name: say('Filter'), exact: true }).click()
      await page.getByRole('option', { name: /VIP/ }).click()
      await expectNames('Álvaro', 'Ana')
      await page.getByText(say('None of'), { exact: true }).click()
      await page.getByRole('option', { name: /Old/ }).click()
      await expectNames('Álvaro')
      await page.keyboard.press('Escape')
      await checkAccessibility(page)
      await page.getByRole('button', { name: say('Clear all') }).click()
      await expect(page.locator('[role=row][data-index]')).toHaveCount(4)

      await page.getByLabel(say('Search phone, name or username')).fill('alv')
      await expectNames('Álvaro')
      await page.getByLabel(say('Search phone, name or username')).fill('李')
      await expectNames('李伟')
      await open(page, '?untagged=true&sort=name&utm_source=letter')
      await expectNames('Bruno', '李伟')
      await open(page, '?sources=manual_admin&tagged_from=2026-01-01T00:00:00.000Z&sort=name&order=desc')
      await expectNames('Ana', 'Álvaro')
      await page.goto(`${earmark.url}/o/${SLUG}/contacts?sources=api`)
      await expect(page.getByText(say('No contacts match these filters.'))).toBeVisible()

      // A colleague opens the same link and sees the same.
      await open(page, `?any_tags=${vip.id}&sort=name&order=desc&contact=${ana}`)
      await expectNames('Ana', 'Álvaro')
      await expect(page.locator('#contact-name')).toHaveText('Ana')
      await page.goBack()
      await page.goForward()
      await expectNames('Ana', 'Álvaro')
      await expect(page.locator('#contact-name')).toHaveText('Ana')
    })

    test('G6 G7: the export holds whom the list shows, in its order, and says how many; or that nobody matches', async ({
      page,
    }) => {
      earmark.receive('--from', '+351910000001', '--name', '=Fórmula', 'olá')
      earmark.receive('--from', '+351910000002', '--name', 'Bruno', 'olá')
      await expect(row(page, 'Bruno')).toBeVisible()
      const tags = await Promise.all(['Café|Bar', 'VIP'].map((name) => call<Named>(page, 'POST', '/v1/tags', { name })))
      const { contacts } = await call<{ contacts: Named[] }>(page, 'GET', '/v1/contacts?search=bruno')
      await call(page, 'POST', `/v1/contacts/${contacts[0]!.id}/tags`, { add: tags.map((tag) => tag.id) })
      await open(page, '?sort=name&order=desc')
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: say('Export CSV') }).click()
      const file = await download
      expect(file.suggestedFilename()).toMatch(/^contacts-[\dTZ-]+\.csv$/)
      const lines = readFileSync(await file.path(), 'utf8').split('\r\n')
      expect(lines.map((line) => line.split(',').slice(0, 3).join(','))).toEqual([
        '\ufeffPhone,Display name,Tags',
        '+351910000002,Bruno,Café\\|Bar|VIP',
        "+351910000001,'=Fórmula,",
        '',
      ])
      await expect(page.getByText(say('Exported {shown} contacts.', { shown: 2, count: 2 }))).toBeVisible()

      await page.getByLabel(say('Search phone, name or username')).fill('nobody at all')
      await expect(page.getByText(say('No contacts match these filters.'))).toBeVisible()
      await page.getByRole('button', { name: say('Export CSV') }).click()
      await expect(page.getByRole('status').getByText(say('No contacts match these filters.'))).toBeVisible()

      // A stream that was cut off on the way is no file.
      await page.route('**/v1/contacts/export**', async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, body: (await response.text()).split('\r\n').slice(0, 2).join('\r\n') })
      })
      await page.getByLabel(say('Search phone, name or username')).fill('')
      await expect(row(page, 'Bruno')).toBeVisible()
      await page.getByRole('button', { name: say('Export CSV') }).click()
      await expect(page.getByRole('alert').filter({ hasText: '2' })).toBeVisible()
    })
  })
}

test.describe('before anything is done', () => {
  let earmark: Earmark
  test.beforeEach(async ({ page }) => {
    earmark = await startEarmark()
    await setUp(page, earmark, sayIn('en'))
  })
  test.afterEach(() => earmark.stop())

  test('the list takes at most 250 KB of JavaScript, compressed', async ({ page, browser }) => {
    earmark.receive('--from', '+8613800138000', '--name', 'Li Wei', 'hola')
    // Somebody else's browser, which has kept nothing of it.
    const fresh = await browser.newContext({ storageState: await page.context().storageState() })
    const first = await fresh.newPage()
    const scripts: Promise<number>[] = []
    first.on('response', (response) => {
      if (response.request().resourceType() === 'script')
        scripts.push(response.body().then((body) => gzipSync(body).length))
    })
    await first.goto(`${earmark.url}/o/${SLUG}/contacts`)
    await expect(first.getByRole('row').filter({ hasText: 'Li Wei' })).toBeVisible()
    await first.waitForTimeout(1000)
    const sizes = await Promise.all(scripts)
    await fresh.close()
    expect(sizes.length).toBeGreaterThan(10)
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(250_000)
  })
})
