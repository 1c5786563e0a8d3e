// A thread of hundreds of messages: it is read from where one left off, stays where one reads, and is live up to its oldest.
import { crc32, deflateSync } from 'node:zlib'
import { expect, test, type Locator, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, setUp, SLUG } from './people.ts'

let earmark: Earmark
test.beforeEach(async ({ page }) => {
  earmark = await startEarmark()
  await setUp(page, earmark)
})
test.afterEach(() => earmark.stop())

const NAME = 'Li Wei'
const MESSAGES = 260

async function posts(page: Page, path: string, data: object | Buffer, type = 'application/json'): Promise<void> {
  const response = await page.request.post(`${earmark.url}/v1/test-phone/${path}`, {
    headers: { 'earmark-request': 'test', 'earmark-organization': SLUG, 'content-type': type },
    data,
  })
  expect(response.status(), await response.text()).toBe(204)
}
const customerWrites = (page: Page, text: string) => posts(page, 'messages', { from: '+15550101001', name: NAME, text })

async function customerId(page: Page): Promise<string> {
  type Played = { customers: { id: string }[] }
  const read = () => callAs<Played>(page, earmark.url, 'GET', '/v1/test-phone')
  await expect.poll(async () => (await read()).customers.length).toBe(1)
  return (await read()).customers[0]!.id
}

const threadOf = (page: Page) => page.getByRole('log')
const topOf = async (message: Locator) => Math.round((await message.boundingBox())!.y)
const toEnd = (thread: Locator) =>
  thread.evaluate((each) => Math.round(each.scrollHeight - each.scrollTop - each.clientHeight))

test('a long thread opens at its end, leads to the first new message, keeps its place and is live all the way up', async ({
  page,
}) => {
  for (let n = 1; n <= MESSAGES; n++) {
    // oxlint-disable-next-line no-await-in-loop -- in their order
    await customerWrites(page, `message ${n} of many`)
  }
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await page.getByRole('listitem').filter({ hasText: NAME }).getByRole('link').click()
  const thread = threadOf(page)
  const message = (n: number) => thread.locator('[data-direction]').filter({ hasText: `message ${n} of many` })
  await expect(message(MESSAGES)).toBeInViewport()
  await expect(message(1)).toHaveCount(0)

  await page.getByRole('button', { name: 'To the first new message' }).click()
  await expect(message(1)).toBeInViewport()
  await expect(thread.getByText('New messages')).toBeInViewport()
  await expect(thread.locator('[data-direction]')).toHaveCount(MESSAGES)

  // What comes meanwhile moves nothing.
  const before = await topOf(message(1))
  await customerWrites(page, 'one more')
  await expect(thread.getByText('one more')).toHaveCount(1)
  expect(await topOf(message(1))).toBe(before)
  await expect(thread.locator('[data-direction]')).toHaveCount(MESSAGES + 1)

  // The oldest is not among the newest two hundred.
  const id = await message(1).getAttribute('data-key')
  await posts(page, `customers/${await customerId(page)}/edits`, { message_id: id, text: 'message 1 of many, I mean' })
  await expect(message(1)).toContainText('I mean')
  await expect(message(1)).toContainText('edited')
  await expect(thread.locator('[data-direction]')).toHaveCount(MESSAGES + 1)

  // Nor is any of it gone after a break of the stream.
  await page.route('**/v1/live*', (route) => route.abort())
  await page.evaluate(() => window.dispatchEvent(new Event('pagehide')))
  await customerWrites(page, 'while nothing was live')
  await page.unrouteAll({ behavior: 'wait' })
  await page.evaluate(() => window.dispatchEvent(new Event('pageshow')))
  await expect(thread.getByText('while nothing was live')).toHaveCount(1, { timeout: 60_000 })
  await expect(thread.locator('[data-direction]')).toHaveCount(MESSAGES + 2)
  expect(await topOf(message(1))).toBe(before)
})

test('a thread that ends in an image stands at its end once the image is there', async ({ page }) => {
  await customerWrites(page, Array.from({ length: 20 }, (_, n) => `line ${n}`).join('\n'))
  await posts(page, `customers/${await customerId(page)}/files`, imageOf(500, 900), 'image/png')
  // It comes late.
  await page.route('**/v1/media/**', async (route) => {
    await page.waitForTimeout(1000)
    await route.fallback()
  })
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await page.getByRole('listitem').filter({ hasText: NAME }).getByRole('link').click()
  const image = threadOf(page).getByRole('img').last()
  await expect
    .poll(() => image.evaluate((each) => (each as unknown as { naturalWidth: number }).naturalWidth))
    .toBe(500)
  await expect.poll(() => toEnd(threadOf(page))).toBeLessThan(2)
  await expect(page.getByRole('button', { name: 'To the newest message' })).toHaveCount(0)
  expect(await threadOf(page).evaluate((each) => each.scrollHeight > each.clientHeight)).toBe(true)
})

/** A grey image as PNG. */
function imageOf(width: number, height: number): Buffer {
  const chunk = (name: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(name), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(named))
    return Buffer.concat([length, named, sum])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 0], 8)
  const rows = Buffer.alloc((width + 1) * height, 128)
  for (let row = 0; row < height; row++) rows[row * (width + 1)] = 0
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
