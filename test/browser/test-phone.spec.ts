// The test phone: a played customer writes, sends a picture, answers, reacts, changes and deletes, and agents see each.
import { expect, test, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

/** One red pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqEAB0WgYBsyfFqQAAAABJRU5ErkJggg==',
  'base64',
)
const NAME = 'Ana Sousa'

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test(`a customer who is played does what a customer does, in ${locale}, ${colorScheme}`, async ({ browser }) => {
    const say = sayIn(locale)
    const context = await browser.newContext({ locale: browserLocale, colorScheme })
    try {
      const phone = await context.newPage()
      await setUp(phone, earmark, say)
      await phone.request.post(`${earmark.url}/v1/test-phone/messages`, {
        headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
        data: { from: '+15550101001', name: NAME, text: 'Do you have this one?' },
      })
      const agent = await context.newPage()
      await agent.goto(`${earmark.url}/o/${SLUG}/inbox`)
      await agent.getByRole('listitem').filter({ hasText: NAME }).getByRole('link').click()
      await agent.getByRole('button', { name: say('Take'), exact: true }).click()
      await phone.goto(`${earmark.url}/o/${SLUG}/settings/test-phone`)
      await phone.getByRole('link', { name: NAME }).click()

      const input = phone.getByRole('textbox', { name: say('Write as {name}', { name: NAME }) })
      const send = () => phone.getByRole('button', { name: say('Send'), exact: true }).click()
      const [chooser] = await Promise.all([
        phone.waitForEvent('filechooser'),
        phone.getByRole('button', { name: say('Attach a file') }).click(),
      ])
      await chooser.setFiles({ name: 'red.png', mimeType: 'image/png', buffer: PIXEL })
      await input.fill('In red')
      await checkAccessibility(phone)
      await send()
      // Fetched as from Meta: both sides show it.
      const isShown = (page: Page) =>
        expect.poll(() =>
          page.getByRole('img', { name: 'In red' }).evaluate((img: HTMLImageElement) => img.naturalWidth),
        )
      await isShown(phone).toBe(1)
      await isShown(agent).toBe(1)

      // The agent looks at it, which the customer's phone shows; and so that an answer is on its way.
      const composer = agent.getByRole('textbox', { name: say('Message to {name}', { name: NAME }) })
      await agent.bringToFront()
      const own = phone.getByRole('log').locator('[data-direction="in"]', { hasText: 'Do you have this one?' })
      await expect(own.getByText(say('Read'), { exact: true })).toBeAttached()
      await composer.fill('Yes, we do')
      await expect(phone.getByText(say('Your business is writing…'))).toBeVisible()
      await composer.press('Enter')
      const thread = agent.getByRole('log')
      const react = phone.getByRole('button', { name: say('React with {emoji}', { emoji: '👍' }) })
      await react.click()
      await expect(react).toHaveAttribute('aria-pressed', 'true')
      await expect(thread.getByRole('list', { name: say('Reactions') })).toHaveText('👍')
      await react.click()
      await expect(react).toHaveAttribute('aria-pressed', 'false')
      await expect(thread.getByRole('list', { name: say('Reactions') })).toHaveCount(0)

      const actOn = async (text: string, item: string) => {
        const row = phone.getByRole('log').locator('[data-direction]', { hasText: text })
        await row
          .getByRole('button', { name: say('Message actions') })
          .first()
          .click()
        await phone.getByRole('menuitem', { name: say(item) }).click()
      }
      await actOn('Yes, we do', 'Reply')
      await input.fill('I take it')
      await checkAccessibility(phone)
      await send()
      const answer = thread.locator('[data-direction="in"]', { hasText: 'I take it' })
      await expect(answer).toContainText('Yes, we do')

      await actOn('Do you have this one?', 'Edit')
      await expect(input).toHaveValue('Do you have this one?')
      await input.fill('Do you have these two?')
      await phone.getByRole('button', { name: say('Save'), exact: true }).click()
      await expect(thread.locator('[data-direction="in"]', { hasText: 'Do you have these two?' })).toContainText(
        say('edited'),
      )
      await actOn('I take it', 'Delete for everyone')
      await expect(thread.getByText(say('The customer deleted this message'))).toBeVisible()
      await expect(phone.getByRole('log').getByText(say('The customer deleted this message'))).toBeVisible()
      await checkAccessibility(phone)

      // Nor does the inbox tell what it was, and nothing of it keeps the agent from closing.
      const row = agent.getByRole('listitem').filter({ hasText: NAME })
      await expect(row).toContainText(say('The customer deleted this message'))
      await expect(row).not.toContainText('I take it')
      // Dialogs are closed by another word than conversations, in most languages but English.
      await agent.getByRole('button', { name: locale === 'en' ? 'Close' : 'Encerrar', exact: true }).click()
      await expect(agent.getByText(say('Conversation closed.'))).toBeVisible()

      // What does not get through is said, and the words are kept.
      await phone.route('**/v1/test-phone/messages', (route) => route.abort())
      await input.fill('lost?')
      await send()
      await expect(phone.getByRole('alert')).toBeVisible({ timeout: 10_000 })
      await expect(input).toHaveValue('lost?')
    } finally {
      await context.close()
    }
  })
}

test('a recording goes without its words, which follow; an empty file does not go', async ({ page }) => {
  await setUp(page, earmark)
  await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
    headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
    data: { from: '+15550101001', name: NAME, text: 'hello' },
  })
  await expect
    .poll(async () => (await callAs<{ customers: unknown[] }>(page, earmark.url, 'GET', '/v1/test-phone')).customers)
    .toHaveLength(1)
  await page.goto(`${earmark.url}/o/${SLUG}/settings/test-phone`)
  await page.getByRole('link', { name: NAME }).click()
  const choose = (name: string, mimeType: string, buffer: Buffer) =>
    page.locator('input[type="file"]').setInputFiles({ name, mimeType, buffer })
  await choose('nothing.txt', 'text/plain', Buffer.alloc(0))
  await expect(page.getByRole('alert')).toHaveText('The file is empty. Choose another one.')
  await choose('voice.ogg', 'audio/ogg', Buffer.from('OggS'))
  await page.getByRole('textbox', { name: `Write as ${NAME}` }).fill('listen')
  await expect(page.getByText('A recording has no caption: the text is sent as a message of its own.')).toBeVisible()
  await page.keyboard.press('Enter')
  const thread = page.getByRole('log')
  await expect(thread.getByText('listen')).toBeVisible()
  const { customers } = await callAs<{ customers: { id: string }[] }>(page, earmark.url, 'GET', '/v1/test-phone')
  const { messages } = await callAs<{ messages: { type: string; text: string | null }[] }>(
    page,
    earmark.url,
    'GET',
    `/v1/test-phone/customers/${customers[0]!.id}/messages`,
  )
  expect(messages.map(({ type, text }) => [type, text])).toEqual([
    ['text', 'hello'],
    ['audio', null],
    ['text', 'listen'],
  ])
})
