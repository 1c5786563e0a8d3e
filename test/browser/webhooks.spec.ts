// An administrator makes a webhook and tries it; what fails is seen with its answer and sent again; the secret is replaced; one that is gone is told of.
import { expect, test } from '@playwright/test'
import { Webhook as Official } from 'standardwebhooks'
import { openReceiver, type Receiver } from '../help/receiver.ts'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
let receiver: Receiver
test.beforeEach(async () => {
  receiver = await openReceiver()
  earmark = await startEarmark({ allowPrivateAddresses: true })
})
test.afterEach(async () => {
  await earmark.stop()
  await receiver.close()
})

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test.describe(`in ${locale}, ${colorScheme}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    const say = sayIn(locale)

    test('a webhook is made, tried, fails and is sent again, gets another secret, and is told of when it is gone', async ({
      page,
    }) => {
      const tag = (name: string) => callAs(page, earmark.url, 'POST', '/v1/tags', { name })
      const dialog = page.getByRole('dialog')
      await setUp(page, earmark, say)
      await page.goto(`${earmark.url}/o/${SLUG}/settings/webhooks`)
      await expect(page.getByRole('heading', { name: say('No webhooks yet') })).toBeVisible()
      await checkAccessibility(page)
      await page.getByRole('button', { name: say('New webhook') }).press('Enter')
      const url = dialog.getByRole('textbox', { name: say('Address'), exact: true })
      await expect(url).toBeFocused()
      await page.keyboard.press('Enter')
      await expect(dialog.getByText(say('Write a whole address, such as https://example.com/earmark.'))).toBeVisible()
      await url.fill('http://10.0.0.1/hook')
      await url.press('Enter')
      await expect(
        dialog.getByText(
          say('{host} is not a public address. Whoever runs Earmark can allow it by ALLOW_PRIVATE_ADDRESSES.', {
            host: '10.0.0.1',
          }),
        ),
      ).toBeVisible()
      await checkAccessibility(page)
      await url.fill(receiver.url)
      await dialog.getByLabel(say('Description (optional)')).fill('CRM')
      await url.press('Enter')
      await expect(page.getByRole('dialog', { name: say('Webhook created') })).toBeVisible()
      const secret = await dialog.locator('code[data-link]').innerText()
      await checkAccessibility(page)
      await dialog.locator('[data-autofocus]').press('Enter')

      // A test.
      const row = page.getByRole('listitem').filter({ hasText: 'CRM' })
      receiver.answer = () => ({ status: 200, body: 'thank you' })
      await row.getByRole('button').press('Enter')
      await page.getByRole('menuitem', { name: say('Send test') }).press('Enter')
      await expect(dialog.getByText(say('Answered {status}', { status: 200 }))).toBeVisible()
      await expect(dialog.getByText('thank you')).toBeVisible()
      await expect(dialog.getByText('"type": "test"')).toBeVisible()
      await checkAccessibility(page)
      await dialog.locator('[data-autofocus]').press('Enter')

      // One that fails is tried again when a person wants it.
      receiver.answer = () => ({ status: 500, body: 'no room left' })
      await tag('VIP')
      await row.getByRole('link').press('Enter')
      await expect(page.getByRole('heading', { name: say('Webhook log') })).toBeVisible()
      const event = page.getByRole('listitem').filter({ hasText: say('Tag created in the catalog') })
      await expect(event).toContainText(say('Answered {status}', { status: 500 }))
      await checkAccessibility(page)
      await event.getByRole('button').press('Enter')
      await expect(dialog.getByText('no room left')).toBeVisible()
      await expect(dialog.getByText('"name": "VIP"')).toBeVisible()
      await checkAccessibility(page)
      receiver.answer = () => null
      await dialog.getByRole('button', { name: say('Try now') }).press('Enter')
      await expect(dialog.getByText(say('Accepted'))).toBeVisible()
      await page.keyboard.press('Escape')
      await expect(event).toContainText(say('Accepted'))

      // Another secret.
      await page.goto(`${earmark.url}/o/${SLUG}/settings/webhooks`)
      await row.getByRole('button').press('Enter')
      await page.getByRole('menuitem', { name: say('Replace secret') }).press('Enter')
      await checkAccessibility(page)
      await dialog.getByRole('button', { name: say('Replace secret') }).press('Enter')
      await expect(page.getByRole('dialog', { name: say('Secret replaced') })).toBeVisible()
      const next = await dialog.locator('code[data-link]').innerText()
      await dialog.locator('[data-autofocus]').press('Enter')
      await expect(row).toContainText(say('The old secret signs until'))
      receiver.received.length = 0
      await tag('Prospect')
      await expect.poll(() => receiver.accepted().length).toBe(1)
      for (const each of [secret, next])
        new Official(each).verify(receiver.received[0]!.text, receiver.received[0]!.headers)

      // One that is gone.
      receiver.answer = () => ({ status: 410 })
      await tag('Regular')
      const banner = page.getByText(
        say(
          'A webhook was switched off, because nothing came through. Another system is not told of what happens here.',
        ),
      )
      await page.goto(`${earmark.url}/o/${SLUG}/contacts`)
      await expect(banner).toBeVisible({ timeout: 20_000 })
      await checkAccessibility(page)
      await page.getByRole('link', { name: say('Look at it'), exact: true }).press('Enter')
      await expect(row).toContainText(say('Switched off: the address answered 410, that it wants no more'))
      await row.getByRole('link').press('Enter')
      receiver.answer = () => null
      await page.getByRole('button', { name: say('Switch on') }).press('Enter')
      await dialog.getByLabel(say('From now')).check()
      await checkAccessibility(page)
      await dialog.getByRole('button', { name: say('Switch on') }).press('Enter')
      await expect(page.getByText(say('Webhook switched on.'))).toBeVisible()
      await expect(banner).toHaveCount(0)
      await page.getByRole('link', { name: say('Given up'), exact: true }).press('Enter')
      await expect(event).toContainText(say('Passed over when it was switched on'))
      receiver.received.length = 0
      await page.getByRole('button', { name: say('Send again…') }).press('Enter')
      await checkAccessibility(page)
      await dialog.getByRole('button', { name: say('Send again') }).press('Enter')
      await expect(page.getByText(say('{shown} event is sent again.', { count: 1, shown: 1 }))).toBeVisible()
      await expect.poll(() => receiver.accepted().map(({ after }) => after?.['name'])).toEqual(['Regular'])

      await page.goto(`${earmark.url}/o/${SLUG}/settings/audit-log`)
      await expect(page.getByText('127.0.0.1').first()).toBeVisible()
      await page.goto(`${earmark.url}/o/${SLUG}/settings/webhooks`)
      await row.getByRole('button').press('Enter')
      await page.getByRole('menuitem', { name: say('Delete webhook') }).press('Enter')
      await dialog.getByRole('button', { name: say('Delete webhook') }).press('Enter')
      await expect(page.getByRole('heading', { name: say('No webhooks yet') })).toBeVisible()
    })
  })
}
