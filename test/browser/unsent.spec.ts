// What an agent wrote and did not send, or could not: nothing of it is lost, sent twice, or sent by somebody else.
import { expect, test, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, joins, setUp, SLUG } from './people.ts'

let earmark: Earmark
test.beforeEach(async ({ page }) => {
  earmark = await startEarmark()
  await setUp(page, earmark)
})
test.afterEach(() => earmark.stop())

const NAME = 'Li Wei'
const PHONE = '+15550101001'

async function customerWrites(page: Page, text: string, from = PHONE, name = NAME): Promise<void> {
  const response = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
    headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
    data: { from, name, text },
  })
  expect(response.status(), await response.text()).toBe(204)
}
/** Every message to the customer fails at WhatsApp. */
async function refuses(page: Page, code: number): Promise<void> {
  type Played = { customers: { id: string; behaviour: object }[] }
  const { customers } = await callAs<Played>(page, earmark.url, 'GET', '/v1/test-phone')
  const { id, behaviour } = customers[0]!
  await callAs(page, earmark.url, 'PUT', `/v1/test-phone/customers/${id}/behaviour`, {
    ...behaviour,
    refuses_with: code,
  })
}
const composerOf = (page: Page) => page.getByRole('textbox', { name: `Message to ${NAME}` })
const threadOf = (page: Page) => page.getByRole('log')

async function takes(page: Page): Promise<void> {
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await page.getByRole('listitem').filter({ hasText: NAME }).getByRole('link').click()
  await page.getByRole('button', { name: 'Take', exact: true }).click()
  await expect(composerOf(page)).toBeFocused()
}

/** An emoji is found by its name and put where the cursor stands, by keys alone; what was used last comes first. */
test('an emoji is put into an answer by keyboard', async ({ page }) => {
  await customerWrites(page, 'hello')
  await takes(page)
  await page.keyboard.type('Thanks ! See you')
  for (let n = 0; n < '! See you'.length; n++) await page.keyboard.press('ArrowLeft')
  await page.getByRole('button', { name: 'Insert an emoji' }).focus()
  await page.keyboard.press('Enter')
  const search = page.getByRole('combobox', { name: 'Search emoji' })
  await expect(search).toBeFocused()
  await page.keyboard.type('thumbs')
  await expect(page.getByRole('option', { name: 'thumbs up' })).toHaveAttribute('aria-selected', 'true')
  await checkAccessibility(page)
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('option', { name: 'thumbs down' })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await expect(composerOf(page)).toBeFocused()
  await page.keyboard.type(' ')
  await expect(composerOf(page)).toHaveValue('Thanks 👍 ! See you')

  await page.getByRole('button', { name: 'Insert an emoji' }).click()
  await expect(page.getByRole('option').first()).toHaveAccessibleName('thumbs up')
  await checkAccessibility(page)
  await page.keyboard.press('Escape')
  await expect(composerOf(page)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(threadOf(page).getByText('Thanks 👍 ! See you')).toHaveCount(1)
})

test('a draft follows between two tabs: what one has sent the other holds no more', async ({ page }) => {
  await customerWrites(page, 'hello')
  await takes(page)
  const other = await page.context().newPage()
  await other.goto(page.url())
  await composerOf(page).fill('half a senten')
  await expect(composerOf(other)).toHaveValue('half a senten')
  await composerOf(page).fill('a whole sentence')
  await composerOf(page).press('Enter')
  await expect(composerOf(other)).toHaveValue('')
})

test('an answer half written when the conversation ends stays to be read, and goes on in the next one', async ({
  page,
  browser,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const admin = page
  const agent = await joins(browser, admin, earmark, 'Nour')
  try {
    await customerWrites(admin, 'Is the red one there?')
    await takes(agent)
    await composerOf(agent).fill('Yes, it is, and the blue')
    await agent.locator('input[type="file"]').setInputFiles({
      name: 'prices.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.4'),
    })
    await admin.goto(`${earmark.url}/o/${SLUG}/conversations`)
    await admin.getByRole('row').filter({ hasText: NAME }).getByRole('link').click()
    await admin.getByRole('button', { name: 'Force close' }).click()
    await admin.getByRole('dialog').getByRole('button', { name: 'Force close' }).click()

    const kept = agent.getByRole('region', { name: 'You had begun to write this. It was not sent.' })
    await expect(kept).toContainText('Yes, it is, and the blue')
    await expect(kept).toContainText('prices.pdf')
    await expect(kept.getByRole('button', { name: 'Copy what you had written' })).toBeVisible()
    await checkAccessibility(agent)

    // The customer writes so much that what was said before is not on screen any more.
    await customerWrites(admin, 'Hello?')
    for (let n = 0; n < 60; n++) await customerWrites(admin, `Are you there? ${n}`)
    await agent.getByRole('button', { name: 'Open the newer conversation' }).click()
    await expect(threadOf(agent).getByText('Are you there? 59', { exact: true })).toBeVisible()
    await expect(threadOf(agent).getByText('Is the red one there?')).toHaveCount(0)
    await agent.getByRole('button', { name: 'Take', exact: true }).click()
    await expect(composerOf(agent)).toHaveValue('')
    const earlier = agent.getByRole('region', { name: 'You had begun to write this in an earlier conversation.' })
    await checkAccessibility(agent)
    await earlier.getByRole('button', { name: 'Use it here' }).click()
    await expect(composerOf(agent)).toHaveValue('Yes, it is, and the blue')
    await expect(composerOf(agent)).toBeFocused()
    await expect(agent.getByText('prices.pdf')).toHaveCount(1)
    await expect(earlier).toHaveCount(0)
  } finally {
    await agent.context().close()
  }
})

test('closing waits for what is on its way, and asks about what did not get out', async ({ page }) => {
  await customerWrites(page, 'hello')
  await takes(page)
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route('**/v1/conversations/*/messages', async (route) => {
    if (route.request().method() === 'POST') await promise
    await route.fallback()
  })
  await page.keyboard.type('on its way')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(page.getByText('It closes as soon as what you wrote is sent.')).toBeVisible()
  await checkAccessibility(page)
  resolve()
  await expect(page.getByText('Conversation closed.')).toBeVisible()
  await expect(threadOf(page).getByText('on its way')).toHaveCount(1)
  await expect(threadOf(page).getByRole('alert')).toHaveCount(0)
  await page.unrouteAll({ behavior: 'wait' })

  await customerWrites(page, 'hello again')
  await takes(page)
  await page.route('**/v1/conversations/*/messages', (route) =>
    route.request().method() === 'POST' ? route.abort() : route.fallback(),
  )
  await composerOf(page).fill('through a wall')
  await composerOf(page).press('Enter')
  await expect(threadOf(page).getByRole('alert')).toContainText('Not sent.')
  await expect(page.getByRole('listitem').filter({ hasText: NAME })).toContainText('Not sent: through a wall')
  await checkAccessibility(page)
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(page.getByRole('dialog')).toContainText('1 of your messages was not sent.')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()

  // Nor does one sign out without being asked, wherever one is by then.
  await page.getByRole('link', { name: 'Contacts', exact: true }).click()
  await page.getByRole('button', { name: /Ana/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  const asks = page.getByRole('dialog', { name: 'Sign out and lose what you wrote?' })
  await checkAccessibility(page)
  await asks.getByRole('button', { name: 'Cancel' }).click()

  // Closed all the same, what was written is there for the next conversation.
  await page.getByRole('link', { name: 'Inbox', exact: true }).click()
  await page.getByRole('link', { name: /^Mine/ }).click()
  await page.getByRole('listitem').filter({ hasText: NAME }).getByRole('link').click()
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click()
  await expect(page.getByText('Conversation closed.')).toBeVisible()
  await threadOf(page).getByRole('button', { name: 'Keep as a draft' }).click()
  await expect(page.getByRole('region', { name: 'You had begun to write this. It was not sent.' })).toContainText(
    'through a wall',
  )
})

test('what failed in an earlier conversation is not tried again there, but can be written again here', async ({
  page,
}) => {
  await customerWrites(page, 'hello')
  await takes(page)
  await refuses(page, 131026)
  await page.keyboard.type('refused once')
  await page.keyboard.press('Enter')
  await expect(threadOf(page).getByRole('button', { name: 'Try again' })).toBeVisible()
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(page.getByText('Conversation closed.')).toBeVisible()
  await customerWrites(page, 'hello again')
  await takes(page)
  await expect(threadOf(page).getByRole('button', { name: 'Try again' })).toHaveCount(0)
  await threadOf(page).getByRole('button', { name: 'Write it again' }).click()
  await expect(composerOf(page)).toHaveValue('refused once')
  await expect(composerOf(page)).toBeFocused()
})

/** Another customer's conversation, as it turns out the same one's; answers how to make one of both, and how to take that back. */
async function writesAgainAs(page: Page, name: string) {
  await customerWrites(page, 'from my other phone', '+15550101002', name)
  type Listed = { conversations: { id: string; contact: { id: string; display_name: string } }[] }
  const all = async () => (await callAs<Listed>(page, earmark.url, 'GET', '/v1/conversations')).conversations
  await expect.poll(async () => (await all()).length).toBe(2)
  const conversations = await all()
  const of = (who: string) => conversations.find(({ contact }) => contact.display_name === who)!
  const [from, into] = [of(NAME), of(name)]
  const merge = async () => {
    const { merge_id } = await callAs<{ merge_id: string }>(
      page,
      earmark.url,
      'POST',
      `/v1/contacts/${into.contact.id}/merge`,
      { merged_id: from.contact.id },
    )
    return async () => {
      const response = await page.request.delete(`${earmark.url}/v1/contacts/merges/${merge_id}`, {
        headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
      })
      expect(response.status(), await response.text()).toBe(204)
    }
  }
  return { from: from.id, into: into.id, merge }
}

const OTHER = 'Wei from work'
const otherComposerOf = (page: Page) => page.getByRole('textbox', { name: `Message to ${OTHER}` })
const attaches = (page: Page, name: string) =>
  page
    .locator('input[type="file"]')
    .setInputFiles({ name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') })
const blockSending = (page: Page) =>
  page.route('**/v1/conversations/*/messages', (route) =>
    route.request().method() === 'POST' ? route.abort() : route.fallback(),
  )

test('whoever writes in a conversation that becomes one with another goes on there, with the draft and what was not sent', async ({
  page,
}) => {
  await customerWrites(page, 'hello')
  const { from, into, merge } = await writesAgainAs(page, OTHER)
  await takes(page)
  await blockSending(page)
  await page.keyboard.type('through a wall')
  await page.keyboard.press('Enter')
  await expect(threadOf(page).getByRole('alert')).toContainText('Not sent.')
  await page.unrouteAll({ behavior: 'wait' })
  // One is on its way when it happens.
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route(`**/v1/conversations/${from}/messages`, async (route) => {
    if (route.request().method() === 'POST') await promise
    await route.fallback()
  })
  await page.keyboard.type('on its way')
  await page.keyboard.press('Enter')
  await page.keyboard.type('half a senten')
  const undo = await merge()

  await expect(page.getByText('The customer’s two conversations are one now.')).toBeVisible()
  await expect(page).toHaveURL(new RegExp(`conversation=${into}`))
  await expect(otherComposerOf(page)).toHaveValue('half a senten')
  await expect(otherComposerOf(page)).toBeFocused()
  await page.keyboard.type('ce')
  await expect(otherComposerOf(page)).toHaveValue('half a sentence')
  await expect(threadOf(page).getByText('from my other phone')).toBeVisible()
  await expect(threadOf(page).getByText('hello')).toBeVisible()
  await checkAccessibility(page)

  resolve()
  await threadOf(page).getByRole('button', { name: 'Try again' }).click()
  await expect(threadOf(page).getByRole('alert')).toHaveCount(0)
  await expect(threadOf(page).getByText('Being sent')).toHaveCount(0)
  type Thread = { messages: { text: string; direction: string }[] }
  const sent = async () =>
    (await callAs<Thread>(page, earmark.url, 'GET', `/v1/conversations/${into}/messages`)).messages
      .filter(({ direction }) => direction === 'out')
      .map(({ text }) => text)
      .toSorted()
  await expect.poll(sent).toEqual(['on its way', 'through a wall'])
  for (const text of ['on its way', 'through a wall']) await expect(threadOf(page).getByText(text)).toHaveCount(1)
  await page.unrouteAll({ behavior: 'wait' })

  // An old link leads there, for who looks on as well; taken apart, it leads to its own again.
  for (const place of ['inbox', 'conversations']) {
    await page.goto(`${earmark.url}/o/${SLUG}/${place}?conversation=${from}`)
    await expect(page).toHaveURL(new RegExp(`conversation=${into}`))
    await expect(threadOf(page).getByText('from my other phone')).toBeVisible()
  }
  await undo()
  await page.goto(`${earmark.url}/o/${SLUG}/inbox?conversation=${from}`)
  await expect(threadOf(page).getByText('hello')).toBeVisible()
  await expect(page).toHaveURL(new RegExp(`conversation=${from}`))
  await expect(threadOf(page).getByText('from my other phone')).toHaveCount(0)
})

/** Types on without a pause, also at the very moment at which the address changes. */
const TYPES_ON = `(() => {
  window.typed = ''
  const type = () => {
    const next = String(window.typed.length % 10)
    window.typed += next
    document.execCommand('insertText', false, next)
  }
  window.typing = setInterval(type, 5)
  const replace = history.replaceState
  history.replaceState = function (...to) {
    type()
    replace.apply(this, to)
    type()
    history.replaceState = replace
  }
})()`
const STOPS_TYPING = `(() => {
  clearInterval(window.typing)
  return window.typed
})()`

test('letters typed while one is brought over are in the box; undone, all of it is back where it was written', async ({
  page,
}) => {
  await customerWrites(page, 'hello')
  const { from, into, merge } = await writesAgainAs(page, OTHER)
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await page.getByRole('listitem').filter({ hasText: OTHER }).getByRole('link').click()
  await page.getByRole('button', { name: 'Take', exact: true }).click()
  await expect(otherComposerOf(page)).toBeFocused()
  await takes(page)
  await blockSending(page)
  await page.keyboard.type('through a wall')
  await page.keyboard.press('Enter')
  await expect(threadOf(page).getByRole('alert')).toContainText('Not sent.')
  await attaches(page, 'prices.pdf')
  await composerOf(page).focus()
  await page.evaluate(TYPES_ON)
  const undo = await merge()
  await expect(page).toHaveURL(new RegExp(`conversation=${into}`))
  await expect(otherComposerOf(page)).toBeFocused()
  const typed = await page.evaluate<string>(STOPS_TYPING)
  expect(typed.length).toBeGreaterThan(10)
  await expect(otherComposerOf(page)).toHaveValue(typed)
  await expect(page.locator('form').getByText('prices.pdf')).toBeVisible()
  await expect(threadOf(page).getByText('through a wall')).toBeVisible()

  await undo()
  await expect(page.getByText('These conversations are apart again')).toBeVisible()
  await expect(otherComposerOf(page)).toHaveValue('')
  await expect(page.getByText('prices.pdf')).toHaveCount(0)
  await expect(page.getByText('through a wall')).toHaveCount(1)
  await expect(threadOf(page).getByText('through a wall')).toHaveCount(0)
  await checkAccessibility(page)
  await page.getByRole('link', { name: /^Mine/ }).click()
  await page.getByRole('listitem').filter({ hasText: NAME }).getByRole('link').click()
  await expect(page).toHaveURL(new RegExp(`conversation=${from}`))
  await expect(composerOf(page)).toHaveValue(typed)
  await expect(page.locator('form').getByText('prices.pdf')).toBeVisible()

  // Whoever was reading reads on there, by keyboard.
  await threadOf(page).focus()
  const undoAgain = await merge()
  await expect(page).toHaveURL(new RegExp(`conversation=${into}`))
  await expect(threadOf(page).getByText('from my other phone')).toBeVisible()
  await expect(threadOf(page)).toBeFocused()
  await expect(otherComposerOf(page)).toHaveValue(typed)
  await undoAgain()
  await expect(otherComposerOf(page)).toHaveValue('')

  await page.getByRole('listitem').filter({ hasText: NAME }).getByRole('link').click()
  await expect(composerOf(page)).toHaveValue(typed)
  await page.unrouteAll({ behavior: 'wait' })
  await threadOf(page).getByRole('button', { name: 'Try again' }).click()
  await expect(threadOf(page).getByText('Being sent')).toHaveCount(0)
  type Thread = { messages: { text: string }[] }
  const inFrom = async () =>
    (await callAs<Thread>(page, earmark.url, 'GET', `/v1/conversations/${from}/messages`)).messages.map(
      ({ text }) => text,
    )
  await expect.poll(inFrom).toEqual(['through a wall', 'hello'])
})

test('what was begun in a conversation that went into another while nobody looked is offered there', async ({
  page,
}) => {
  await customerWrites(page, 'hello')
  const { into, merge } = await writesAgainAs(page, OTHER)
  await takes(page)
  await composerOf(page).fill('Yes, it is, and the blue')
  await attaches(page, 'prices.pdf')
  await page.getByRole('link', { name: /^Waiting/ }).click()
  await page.getByRole('listitem').filter({ hasText: OTHER }).getByRole('link').click()
  await page.getByRole('button', { name: 'Take', exact: true }).click()
  await otherComposerOf(page).fill('Good morning')
  await attaches(page, 'map.pdf')
  await page.getByRole('link', { name: 'Contacts', exact: true }).click()
  await merge()
  await page.getByRole('link', { name: 'Inbox', exact: true }).click()
  await page.getByRole('link', { name: /^Mine/ }).click()
  await page.getByRole('listitem').filter({ hasText: OTHER }).getByRole('link').click()
  await expect(page).toHaveURL(new RegExp(`conversation=${into}`))
  await expect(otherComposerOf(page)).toHaveValue('Good morning')
  const earlier = page.getByRole('region', { name: 'You had begun to write this in an earlier conversation.' })
  await expect(earlier).toContainText('Yes, it is, and the blue')
  await earlier.getByRole('button', { name: 'Use it here' }).click()
  await expect(otherComposerOf(page)).toHaveValue('Good morning\nYes, it is, and the blue')
  // One message takes one file: the other waits for the next.
  await expect(page.locator('form').getByText('map.pdf')).toBeVisible()
  await expect(earlier).toContainText('prices.pdf')
  await expect(earlier.getByRole('button', { name: 'Use it here' })).toHaveCount(0)
  await checkAccessibility(page)
  await page.getByRole('button', { name: 'Remove the file' }).click()
  await earlier.getByRole('button', { name: 'Use it here' }).click()
  await expect(page.locator('form').getByText('prices.pdf')).toBeVisible()
  await expect(earlier).toHaveCount(0)
})
