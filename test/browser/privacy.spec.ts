// Privacy: everything about one contact taken out as a file, then the contact erased, in two looks.
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { startEarmark } from './earmark.ts'
import { checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test.describe(`${locale}, ${colorScheme}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    const say = sayIn(locale)

    test('a contact is exported and erased by keyboard, goes from an open tab, and its link says so', async ({
      page,
      context,
    }) => {
      const earmark = await startEarmark()
      try {
        await setUp(page, earmark, say)
        const play = async (from: string, name: string, text: string) => {
          const answer = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
            headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
            data: { from, name, text },
          })
          expect(answer.ok(), await answer.text()).toBe(true)
        }
        await play('+15550101111', 'Noor نور', 'please forget me')
        await play('+15550102222', 'Ben', 'hello')
        const list = `${earmark.url}/o/${SLUG}/contacts`
        await page.goto(list)
        await page.getByText('Noor نور').click()
        const panel = page.getByRole('region', { name: 'Noor نور' })
        await expect(panel).toBeVisible()
        const link = page.url()
        const other = await context.newPage()
        await other.goto(list)
        await expect(other.getByText('Noor نور')).toBeVisible()

        const menu = panel.getByRole('button', { name: say('More for this contact') })
        await menu.focus()
        await page.keyboard.press('Enter')
        await checkAccessibility(page)
        const downloading = page.waitForEvent('download')
        await page.getByRole('menuitem', { name: say('Export data (JSON)') }).press('Enter')
        const download = await downloading
        expect(download.suggestedFilename()).toMatch(/^contact-[0-9a-f]{12}-.*Z\.json$/)
        const file = JSON.parse(readFileSync(await download.path(), 'utf8')) as { messages: { text: string }[] }
        expect(file.messages.map(({ text }) => text)).toEqual(['please forget me'])

        await menu.focus()
        await page.keyboard.press('Enter')
        await page.getByRole('menuitem', { name: say('Erase contact…') }).press('Enter')
        const dialog = page.getByRole('dialog', { name: say('Erase “{name}”?', { name: 'Noor نور' }) })
        await expect(dialog).toBeVisible()
        await checkAccessibility(page)
        // Without the second step nothing happens.
        await dialog.getByRole('button', { name: say('Erase contact') }).press('Enter')
        await expect(dialog.getByText(say('Tick this first: erasing cannot be undone.'))).toBeVisible()
        const understood = dialog.getByRole('checkbox', { name: say('I understand that this cannot be undone.') })
        await expect(understood).toBeFocused()
        await page.keyboard.press('Space')
        await dialog.getByRole('button', { name: say('Erase contact') }).press('Enter')
        await expect(page.getByText(say('Contact erased.'))).toBeVisible()
        await expect(page.getByRole('grid').getByText('Noor نور')).toHaveCount(0)
        await expect(other.getByRole('grid').getByText('Noor نور')).toHaveCount(0)
        await expect(other.getByRole('grid').getByText('Ben')).toBeVisible()

        await other.goto(link)
        await expect(other.getByText(say('This contact was erased'))).toBeVisible()
        await checkAccessibility(other)

        await page.goto(`${earmark.url}/o/${SLUG}/settings/privacy`)
        await expect(page.getByRole('heading', { name: say('Erased contacts') })).toBeVisible()
        await expect(page.getByText(say('Gone from {shown} raw delivery', { count: 1, shown: 1 }))).toBeVisible({
          timeout: 15_000,
        })
        await checkAccessibility(page)

        // Kept for a shorter time, by keyboard: out of range, then what it would delete, then set.
        const save = page.getByRole('button', { name: say('Save'), exact: true })
        await page.getByRole('radio', { name: say('For ever') }).press('ArrowDown')
        const days = page.getByLabel(say('Days: {what}', { what: say('Messages') }))
        await days.fill('7')
        await days.press('Enter')
        await expect(
          page.getByText(say('Write a whole number from {min} to {max}.', { min: 30, max: 3650 })),
        ).toBeVisible()
        await checkAccessibility(page)
        await days.fill('90')
        // Another administrator sets limits, and this tab is looked at again: what is typed stays.
        const set = await page.request.put(`${earmark.url}/v1/retention`, {
          headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
          data: { message_days: 1000, delivery_days: 29 },
        })
        expect(set.ok(), await set.text()).toBe(true)
        let looked = false
        page.on('response', (response) => {
          if (response.url().endsWith('/v1/retention')) looked = true
        })
        await expect(async () => {
          await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))
          expect(looked).toBe(true)
        }).toPass({ timeout: 30_000 })
        await expect(days).toHaveValue('90')
        await expect(
          page.getByText(
            say(
              'Somebody has set this meanwhile: messages {messages} days, raw deliveries {deliveries} days. Saving puts yours in its place.',
              { messages: 1000, deliveries: 29 },
            ),
          ),
        ).toBeVisible()
        await save.press('Enter')
        const shorter = page.getByRole('dialog', { name: say('Keep for a shorter time?') })
        await expect(shorter.getByText(/./).last()).toBeVisible()
        await checkAccessibility(page)
        await shorter.getByRole('button', { name: say('Save and delete') }).press('Enter')
        await expect(page.getByText(say('Settings saved.'))).toBeVisible()
        await expect(page.locator('form :focus')).toHaveCount(1)
        await page.reload()
        await expect(days).toHaveValue('90')
        await expect(save).toBeDisabled()
      } finally {
        await earmark.stop()
      }
    })
  })
}
