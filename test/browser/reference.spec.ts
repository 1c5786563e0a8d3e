// The page of the API's reference: readable in light and dark and on a phone, by keyboard, and with nothing from elsewhere.
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'

let earmark: Earmark
test.beforeAll(async () => {
  earmark = await startEarmark()
})
test.afterAll(() => earmark.stop())

/** How swagger-ui itself is made: its head outside of main, locks within the buttons that open an operation, examples that scroll. */
const OF_THE_LIBRARY = ['region', 'nested-interactive', 'scrollable-region-focusable']

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test(`the reference is read by keyboard, in ${colorScheme}, ${width} wide, with all its files from here`, async ({
      browser,
    }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
      const page = await context.newPage()
      const asked: string[] = []
      const complaints: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      const answer = await page.goto(`${earmark.url}/docs/api`)
      expect(answer!.headers()['content-security-policy']).toContain("default-src 'none'; script-src 'self';")

      const operation = page.locator('#operations-contacts-changeContactTags')
      await operation.getByRole('button', { name: /Put tags on a contact/ }).press('Enter')
      await expect(operation.getByText('contacts:write')).toBeVisible()
      await expect(operation.getByText('"Prospect"').first()).toBeVisible()

      const { violations } = await new AxeBuilder({ page }).disableRules(OF_THE_LIBRARY).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html])).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
      expect(background === 'rgba(0, 0, 0, 0)').toBe(colorScheme === 'light')

      expect(complaints).toEqual([])
      expect(asked.length).toBeGreaterThan(4)
      expect(asked.filter((url) => !url.startsWith(`${earmark.url}/`) && !url.startsWith('data:'))).toEqual([])
      await context.close()
    })
  }
}
