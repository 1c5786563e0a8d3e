// Files in conversations: what a customer sends is seen in the thread, and what an agent attaches reaches WhatsApp.
import { expect, test } from '@playwright/test'
import { openGraph, type Graph } from '../help/graph.ts'
import { startEarmark, type Earmark } from './earmark.ts'
import { connectNumber } from './number.ts'
import { setUp, SLUG } from './people.ts'

let graph: Graph
let earmark: Earmark
test.beforeEach(async ({ page }) => {
  graph = await openGraph()
  earmark = await startEarmark({ graphApiUrl: graph.url })
  await setUp(page, earmark)
})
test.afterEach(async () => {
  await earmark.stop()
  await graph.close()
})

/** One red pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqEAB0WgYBsyfFqQAAAABJRU5ErkJggg==',
  'base64',
)

/** A file is let fall there; a browser opens it in place of the page when nobody takes it. */
const DROP_ON_THREAD = `(() => {
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File(['%PDF-1.4'], 'list.pdf', { type: 'application/pdf' }))
  const at = document.querySelector('[role=log]')
  const event = (name) => new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true })
  if (at.dispatchEvent(event('dragover')) || at.dispatchEvent(event('drop'))) throw new Error('The page is left.')
})()`

/** The picture of a message is drawn about and let fall there; browsers make a file of it. */
const DROP_OWN_PICTURE = `(() => {
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File(['GIF89a'], 'own.gif', { type: 'image/gif' }))
  const at = document.querySelector('[role=log] img')
  const event = (name) => new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true })
  at.dispatchEvent(event('dragstart'))
  if (at.dispatchEvent(event('dragover')) || at.dispatchEvent(event('drop'))) throw new Error('The page is left.')
  at.dispatchEvent(event('dragend'))
})()`

test('a customer’s image shows in the thread, and an attached one goes to the customer', async ({ page }) => {
  const deliver = await connectNumber(page, earmark.url, { access_token: graph.token })
  await deliver({ type: 'image', image: { id: '4711', mime_type: 'image/png', caption: 'This one' } })
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await page.getByText('Sheena').first().click()
  // WhatsApp does not find it at first.
  await expect(page.getByText('WhatsApp does not have this file any more.')).toBeVisible()
  graph.media.push({ id: '4711', mime_type: 'image/png', file_name: '', bytes: PIXEL })
  await page.getByRole('button', { name: 'Try again' }).click()
  const image = page.getByRole('img', { name: 'This one' })
  await expect(image).toBeVisible()
  await expect.poll(() => image.evaluate((each) => (each as unknown as { naturalWidth: number }).naturalWidth)).toBe(1)

  await page.getByRole('button', { name: 'Take', exact: true }).first().click()
  await expect(page.getByRole('textbox', { name: /Message to/ })).toBeVisible()
  // Dropped on the thread, where there is most room: it is attached, and the page stays.
  await page.evaluate(DROP_ON_THREAD)
  await expect(page.locator('form').getByText('list.pdf')).toBeVisible()
  await page.evaluate(DROP_OWN_PICTURE)
  await expect(page.locator('form').getByText('list.pdf')).toBeVisible()
  await expect(page.getByText('own.gif')).toHaveCount(0)
  // Beside something in front, nothing is attached behind it.
  await page.getByRole('button', { name: 'Remove the file' }).click()
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.evaluate(DROP_ON_THREAD)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByText('list.pdf')).toHaveCount(0)
  await page.evaluate(DROP_ON_THREAD)
  await expect(page.locator('form').getByText('list.pdf')).toBeVisible()
  await page.getByRole('button', { name: 'Remove the file' }).click()
  await page.locator('input[type=file]').setInputFiles({ name: 'answer.png', mimeType: 'image/png', buffer: PIXEL })
  await page.getByRole('textbox', { name: /Message to/ }).fill('And this?')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByRole('img', { name: 'And this?' })).toBeVisible()
  await expect
    .poll(() => graph.messages.map((message) => message.body['image']))
    .toMatchObject([{ caption: 'And this?' }])
})
