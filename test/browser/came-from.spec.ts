// What made a customer write stands with the message: an advertisement, a product of the catalog; and that it was only passed on.
import { expect, test } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { connectNumber } from './number.ts'
import { checkAccessibility, setUp, SLUG } from './people.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

test('an agent sees the advertisement, the product and the forwarding, and no name at a quote of a message that is not kept', async ({
  page,
}) => {
  await setUp(page, earmark)
  const deliver = await connectNumber(page, earmark.url)
  const said = (body: string, around: object) => ({ type: 'text', text: { body }, ...around })
  const messages = [
    said('Can I get more info about this?', {
      referral: {
        source_type: 'ad',
        source_url: 'https://fb.me/3cr4',
        headline: 'Summer succulents',
        body: 'Half off',
      },
    }),
    said('Is this still available?', {
      context: { from: '15550783881', id: 'wamid.gone', referred_product: { product_retailer_id: 'di9ozbzfi4' } },
    }),
    said('Yes, that one', { context: { from: '15550783881', id: 'wamid.gone' } }),
    said('Good luck to all', { context: { frequently_forwarded: true } }),
  ]
  for (const message of messages) await deliver(message)
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await page.getByText('Sheena').first().click()
  const bubble = (text: string) => page.getByRole('log').locator('[data-key]').filter({ hasText: text })
  await expect(bubble('Can I get more')).toContainText('From an advertisementSummer succulentsHalf off')
  await expect(bubble('Can I get more').getByRole('link', { name: 'Open it' })).toHaveAttribute(
    'href',
    'https://fb.me/3cr4',
  )
  await expect(bubble('Is this still')).toContainText('About the product di9ozbzfi4')
  await expect(bubble('Yes, that one')).toContainText('A message that is not kept here')
  // Once, for those who hear it read out: the quote is not said to be hers.
  await expect(bubble('Yes, that one').getByText('Sheena')).toHaveCount(1)
  await expect(bubble('Good luck to all')).toContainText('forwarded')
  await checkAccessibility(page)
})
