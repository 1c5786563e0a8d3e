// A file of contacts is imported: chosen, its columns seen, counted, an unknown tag taken for another, written, its refused row saved, and undone.
import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

const FILE = [
  'Telefone;Nome;Etiquetas',
  '+34600000001;José 李;VIP|Wholesales',
  '+34600000002;مريم الحسن;Wholesaler',
  '8.6138E+12;Spoilt;VIP',
  '+34600000001;José 李;VIP',
  'ES.13491208655302741918;Ana;',
  '',
].join('\r\n')

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test.describe(`in ${locale}, ${colorScheme}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    const say = sayIn(locale)
    const contacts = (page: Page) =>
      callAs<{ contacts: { display_name: string; active_tags: { name: string }[] }[] }>(
        page,
        earmark.url,
        'GET',
        '/v1/contacts',
      )

    test('from the list to contacts and back', async ({ page }) => {
      await setUp(page, earmark, say)
      for (const name of ['VIP', 'Wholesale']) await callAs(page, earmark.url, 'POST', '/v1/tags', { name })
      for (const portfolio_id of ['101', '102'])
        await callAs(page, earmark.url, 'POST', '/v1/whatsapp-accounts', {
          name: `Shop ${portfolio_id}`,
          portfolio_id,
          waba_id: `9${portfolio_id}`,
          app_secret: 'a secret of Meta',
        })
      await page.goto(`${earmark.url}/o/${SLUG}/contacts`)
      await page.getByRole('link', { name: say('Import CSV') }).click()
      await expect(page.getByRole('heading', { name: say('Import contacts') })).toBeVisible()
      await checkAccessibility(page)

      await page
        .getByTestId('import-file')
        .setInputFiles({ name: 'lista.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
      const columns = page.getByRole('region', { name: say('Columns') })
      await expect(columns.getByLabel(say('Separator'))).toHaveValue(';')
      await expect(columns.getByRole('cell', { name: 'José 李' }).first()).toBeVisible()
      await checkAccessibility(page)
      await columns.getByLabel(say('Business portfolio of the WhatsApp ids')).selectOption({ label: 'Shop 102 (102)' })
      await columns.getByRole('button', { name: say('Check') }).click()

      const unknown = page.getByRole('region', { name: say('Tags that the catalog does not have') })
      await expect(unknown).toContainText('Wholesales')
      await expect(unknown).toContainText(say('Nearly the same in this file: {names}', { names: 'Wholesaler' }))
      await expect(page.getByRole('region', { name: say('Refused rows') })).toContainText('Spoilt')
      await expect(page.getByRole('region', { name: say('Repeated rows') })).toBeVisible()
      await checkAccessibility(page)
      const start = page.getByRole('button', { name: say('Import {shown} contacts', { shown: 3, count: 3 }) })
      await expect(start).toBeDisabled()
      for (const choice of await unknown.getByRole('combobox').all()) await choice.selectOption({ label: 'Wholesale' })
      await unknown.getByRole('button', { name: say('Count again') }).click()
      await expect(start).toBeEnabled()
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: say('Save refused rows') }).click(),
      ])
      expect(readFileSync(await file.path(), 'utf8')).toContain('8.6138E+12,Spoilt,VIP,4,')
      expect((await contacts(page)).contacts).toEqual([])

      await start.click()
      const report = page.getByRole('region', { name: say('Import contacts') })
      await expect(report).toContainText(say('{shown} new contacts', { shown: 3, count: 3 }))
      await checkAccessibility(page)
      const { contacts: there } = await contacts(page)
      expect(there.map((contact) => contact.display_name)).toEqual(expect.arrayContaining(['José 李', 'مريم الحسن']))

      await expect(report).toContainText(say('Undo leaves tags that this import created in the catalog.'))
      await report.getByRole('button', { name: say('Undo') }).click()
      await expect.poll(async () => (await contacts(page)).contacts.length).toBe(0)
      await page.goto(`${earmark.url}/o/${SLUG}/operations`)
      await expect(page.getByText('lista.csv').first()).toBeVisible()
      await checkAccessibility(page)
    })
  })
}
