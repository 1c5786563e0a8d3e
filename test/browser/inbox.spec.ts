// The inbox: customers who write wait there, one person takes each, answers, tags and closes; mostly by keyboard.
import { expect, test, type Browser, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, joins, PASSWORD, setUp, SLUG, type Look } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

const PHONE = '+15550101001'
const NAME = 'Li Wei'

/** How far an answer may have come, in the languages of the looks. */
const STATES = new RegExp(
  `^(${LOOKS.flatMap(({ locale }) => ['Waiting to be sent', 'Being sent', 'Sent', 'Delivered', 'Read'].map((state) => sayIn(locale)(state))).join('|')})$`,
)

/** A customer writes on the test phone. */
const customerWrites = (admin: Page, text: string, from = PHONE, name = NAME) =>
  fetch204(admin, '/v1/test-phone/messages', { from, name, text })

async function fetch204(page: Page, path: string, data: object): Promise<void> {
  const response = await page.request.post(`${earmark.url}${path}`, {
    headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
    data,
  })
  expect(response.status(), await response.text()).toBe(204)
}

const agentJoins = (browser: Browser, admin: Page, name: string, look: Look = {}) =>
  joins(browser, admin, earmark, name, look)

interface Recorded {
  notified: Notification[]
}

/** What the browser would show outside the page. */
const RECORD_NOTIFICATIONS = `
  window.notified = []
  window.Notification = class extends Notification {
    constructor(...given) {
      super(...given)
      window.notified.push(this)
    }
  }`

const told = (page: Page) =>
  page.evaluate(() => (window as unknown as Recorded).notified.map(({ title, body }) => ({ title, body })))

const openInbox = (page: Page) => page.goto(`${earmark.url}/o/${SLUG}/inbox`)
const rowOf = (page: Page, name = NAME) => page.getByRole('listitem').filter({ hasText: name })
const threadOf = (page: Page) => page.getByRole('log')

test.describe('in every look', () => {
  for (const { locale, browserLocale, colorScheme } of LOOKS) {
    test(`an agent takes, tags, answers and closes without a mouse, in ${locale}, ${colorScheme}`, async ({
      page,
      browser,
    }) => {
      const say = sayIn(locale)
      await setUp(page, earmark)
      await callAs(page, earmark.url, 'POST', '/v1/tags', { name: 'VIP' })
      const agent = await agentJoins(browser, page, 'Nour', { say, locale: browserLocale, colorScheme })
      try {
        await agent.getByRole('link', { name: say('Inbox'), exact: true }).focus()
        await agent.keyboard.press('Enter')
        await expect(agent.getByText(say('Nobody waits'))).toBeVisible()

        // Without reload, and with the number that waits in the navigation.
        await customerWrites(page, 'Is the red one still there? https://example.com/red')
        await expect(rowOf(agent)).toContainText('Is the red one still there?')
        await expect(
          agent.getByRole('navigation').getByText(say('{shown} waiting or unread', { count: 1, shown: 1 })),
        ).toBeAttached()

        await agent.keyboard.press('j')
        const composer = agent.getByRole('textbox', { name: say('Message to {name}', { name: NAME }) })
        await expect(threadOf(agent).getByRole('link', { name: 'https://example.com/red' })).toBeVisible()
        await expect(threadOf(agent).getByText(say('New messages'))).toBeVisible()
        await expect(composer).toBeHidden()
        await checkAccessibility(agent)
        await agent.keyboard.press('t')
        await expect(composer).toBeFocused()
        await expect(agent.locator('header [data-status="active"]')).toBeVisible()
        await expect(agent).toHaveURL(/list=mine/)
        // Opened and looked at by whoever has it: read.
        await expect(rowOf(agent).getByText(say('{shown} unread message', { count: 1, shown: 1 }))).toHaveCount(0)

        await agent.keyboard.type('Yes,')
        await agent.keyboard.press('Shift+Enter')
        await agent.keyboard.type('it is.')
        await agent.keyboard.press('Enter')
        await expect(composer).toHaveValue('')
        await expect(threadOf(agent).getByText('Yes,\nit is.')).toHaveCount(1)
        await expect(threadOf(agent).getByText(STATES)).toBeAttached()

        await agent.keyboard.press('Escape')
        await agent.keyboard.press('g')
        await agent.getByRole('combobox').pressSequentially('VIP')
        await agent.keyboard.press('Enter')
        await expect(agent.getByRole('region', { name: say('Active tags') })).toContainText(
          `${say('Manual (agent)')} · `,
        )
        await expect(rowOf(agent).getByText('VIP')).toBeVisible()

        // What comes while it is open is read at once.
        await customerWrites(page, 'Wonderful')
        await expect(threadOf(agent).getByText('Wonderful')).toBeVisible()
        await checkAccessibility(agent)

        await agent.keyboard.press('?')
        await expect(agent.getByRole('dialog', { name: say('Keyboard shortcuts') })).toBeVisible()
        await checkAccessibility(agent)
        await agent.keyboard.press('Escape')
        await expect(agent.getByRole('dialog', { name: say('Keyboard shortcuts') })).toBeHidden()

        await agent.keyboard.press('e')
        await expect(agent.getByRole('dialog').locator('[data-autofocus]')).toBeFocused()
        await agent.keyboard.press('Enter')
        await expect(agent.getByRole('region').getByText(say('Closed by agent')).first()).toBeVisible()
        await expect(agent.getByText(say('You have no conversation now'))).toBeVisible()
        await checkAccessibility(agent)
      } finally {
        await agent.context().close()
      }
    })
  }
})

test('from the test phone to the close: the agent is told, takes, tags and answers, the administrator sees by whom', async ({
  page,
  browser,
}) => {
  await setUp(page, earmark)
  await callAs(page, earmark.url, 'POST', '/v1/tags', { name: 'VIP' })
  const agent = await agentJoins(browser, page, 'Nour')
  try {
    await agent.context().grantPermissions(['notifications'])
    await agent.addInitScript(RECORD_NOTIFICATIONS)
    await openInbox(agent)
    await agent.getByRole('button', { name: 'Turn notifications on' }).click()
    await expect(agent.getByRole('button', { name: 'Turn notifications off' })).toBeVisible()

    // On the screen of the test phone.
    await page.goto(`${earmark.url}/o/${SLUG}/settings/test-phone?customer=new`)
    await page.getByLabel('Phone number (optional)').fill(PHONE)
    await page.getByLabel('Name', { exact: true }).fill(NAME)
    await page.getByLabel('First message').fill('Is the red one still there?')
    await page.getByRole('button', { name: 'Send first message' }).click()
    const phone = page.getByRole('log')
    await expect(phone).toContainText('Is the red one still there?')

    await expect(agent.getByRole('navigation').getByText('1 waiting or unread')).toBeAttached()
    await rowOf(agent).getByRole('link').click()
    await agent.getByRole('button', { name: 'Take', exact: true }).click()
    const composer = agent.getByRole('textbox', { name: `Message to ${NAME}` })
    await composer.fill('Yes, it is.')
    await composer.press('Enter')
    await expect(phone).toContainText('Yes, it is.')
    await expect(threadOf(agent).getByText('Read', { exact: true })).toBeAttached()
    expect(await told(agent)).toEqual([])

    // Elsewhere in the console the agent is told of what comes, and led there.
    await agent.getByRole('link', { name: 'Contacts', exact: true }).click()
    await page.getByRole('textbox', { name: `Write as ${NAME}` }).fill('I take it')
    await page.keyboard.press('Enter')
    await expect.poll(() => told(agent)).toEqual([{ title: NAME, body: 'I take it' }])
    await agent.evaluate(() => (window as unknown as Recorded).notified[0]!.dispatchEvent(new Event('click')))
    await expect(threadOf(agent)).toContainText('I take it')
    await agent.getByRole('button', { name: 'Add tag' }).click()
    await agent.getByRole('combobox').pressSequentially('VIP')
    await agent.keyboard.press('Enter')
    await expect(rowOf(agent).getByText('VIP')).toBeVisible()
    await agent.getByRole('button', { name: 'Close', exact: true }).click()
    await expect(agent.getByRole('region').getByText('Closed by agent').first()).toBeVisible()

    await page.goto(`${earmark.url}/o/${SLUG}/conversations`)
    const row = page.getByRole('row').filter({ hasText: NAME })
    await expect(row).toContainText('Nour')
    await expect(row).toContainText('Closed by agent')
    await page.getByRole('link', { name: 'Contacts', exact: true }).click()
    await page.getByRole('row').filter({ hasText: NAME }).click()
    await expect(page.getByText('Manual (agent) · ').first()).toBeVisible()
    await expect(page.getByText(/^Manual \(agent\) · Nour · /)).toBeVisible()
  } finally {
    await agent.context().close()
  }
})

test('two take the same conversation at once: one has it, and the other is told who', async ({ page, browser }) => {
  await setUp(page, earmark)
  const first = await agentJoins(browser, page, 'Nour')
  const second = await agentJoins(browser, page, 'Sami')
  try {
    await customerWrites(page, 'hello')
    await Promise.all(
      [first, second].map(async (agent) => {
        await openInbox(agent)
        const waiting = 'Waiting 1 conversation, 1 with unread messages'
        await expect(agent.getByRole('link', { name: waiting, exact: true })).toBeVisible()
        await rowOf(agent).getByRole('link').click()
        await expect(agent.getByRole('button', { name: 'Take', exact: true })).toBeVisible()
      }),
    )
    // At the same instant: what one does is on the other's screen soon, and the button gone from there.
    await Promise.all(
      [first, second].map((agent) => agent.getByRole('button', { name: 'Take', exact: true }).dispatchEvent('click')),
    )
    const composer = (agent: Page) => agent.getByRole('textbox', { name: `Message to ${NAME}` })
    await expect.poll(async () => (await composer(first).count()) + (await composer(second).count())).toBe(1)
    const [winner, loser, name] =
      (await composer(first).count()) === 1 ? [first, second, 'Nour'] : [second, first, 'Sami']
    await expect(loser.getByText(`${name} has this conversation`)).toBeVisible()

    // What is searched for in one list and stands in another is found by one more click.
    await loser.getByLabel('Search in messages').fill('hello')
    await loser.getByRole('button', { name: 'Look in all open conversations' }).click()
    await expect(rowOf(loser)).toContainText(name)
    await loser.getByLabel('Search in messages').fill('')

    // It is handed over: the other has it without a reload.
    const actions = winner.getByRole('button', { name: 'More actions for the conversation' })
    await actions.press('Enter')
    await winner.getByRole('menuitem', { name: 'Hand over…' }).press('Enter')
    await expect(winner.getByRole('dialog')).toBeVisible()
    await winner.keyboard.press('Escape')
    await expect(actions).toBeFocused()
    await winner.keyboard.press('Enter')
    await winner.getByRole('menuitem', { name: 'Hand over…' }).press('Enter')
    // Whoever does not see the tab just then is told when they do.
    const look = (state: 'hidden' | 'visible') =>
      loser.evaluate((now) => {
        Object.defineProperty(document, 'visibilityState', { value: now, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, state)
    await look('hidden')
    await winner.getByRole('button', { name: name === 'Nour' ? /Sami/ : /Nour/ }).click()
    await expect(composer(loser)).toBeVisible()
    expect(await loser.getByText('over to you').count()).toBe(0)
    await look('visible')
    await expect(loser.getByText(`${name} handed the conversation with ${NAME} over to you.`)).toBeVisible()
    await expect(winner.getByText(/has this conversation$/)).toBeVisible()

    // The administrator takes it over and gives it back: it waits again.
    await openInbox(page)
    await page.getByRole('link', { name: /^All open/ }).click()
    await rowOf(page).getByRole('link').click()
    await page.getByRole('button', { name: 'Take over' }).click()
    await expect(composer(page)).toBeFocused()
    // Who takes it gave it to nobody else; what follows in the same stream has come by then. Not waited for: it would go by itself.
    await customerWrites(page, 'still there?')
    await expect(threadOf(page).getByText('still there?')).toBeVisible()
    expect(await page.getByText('over to you').count()).toBe(0)
    await page.getByRole('button', { name: 'More actions for the conversation' }).click()
    await page.getByRole('menuitem', { name: 'Give back' }).click()
    await expect(page.getByText('Nobody has this conversation yet')).toBeVisible()
    await first.getByRole('link', { name: /^Waiting/ }).click()
    await expect(rowOf(first)).toBeVisible()
  } finally {
    await first.context().close()
    await second.context().close()
  }
})

test('a draft outlives a reload, an answer that was lost is sent once, and nothing is closed unread', async ({
  page,
}) => {
  await setUp(page, earmark)
  await customerWrites(page, 'hello')
  await openInbox(page)
  await rowOf(page).getByRole('link').click()
  await page.getByRole('button', { name: 'Take', exact: true }).click()
  const composer = page.getByRole('textbox', { name: `Message to ${NAME}` })
  await composer.fill('half a senten')
  await page.waitForTimeout(400)
  await page.reload()
  await expect(composer).toHaveValue('half a senten')
  // Whoever goes on writes behind what is there.
  await threadOf(page).focus()
  await page.keyboard.press('r')
  await page.keyboard.type('ce')
  await expect(composer).toHaveValue('half a sentence')
  // Whoever left the box by Escape is not put back into it by a dialog: the next letter would be typed, and do nothing.
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(help).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(help).toBeHidden()
  await page.keyboard.press('?')
  await expect(help).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(help).toBeHidden()
  await expect(composer).toHaveValue('half a sentence')

  // The server has it, and its answer does not arrive.
  let lost = 0
  await page.route('**/v1/conversations/*/messages', async (route) => {
    if (route.request().method() !== 'POST' || lost++ > 0) return route.fallback()
    await route.fetch()
    return route.abort()
  })
  await composer.fill('only once')
  await composer.press('Enter')
  await expect(threadOf(page).getByText('only once')).toHaveCount(1)
  await expect.poll(() => lost).toBe(2)
  await expect(threadOf(page).getByText(STATES)).toBeAttached()
  await page.reload()
  await expect(threadOf(page).getByText('only once')).toHaveCount(1)
  await page.unrouteAll({ behavior: 'wait' })

  // An answer that never got through is kept, with another try.
  await page.route('**/v1/conversations/*/messages', (route) =>
    route.request().method() === 'POST' ? route.abort() : route.fallback(),
  )
  await composer.fill('through a wall')
  await composer.press('Enter')
  await expect(threadOf(page).getByRole('alert')).toContainText('Not sent.')
  await checkAccessibility(page)
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(threadOf(page).getByRole('alert')).toHaveCount(0)
  await expect(threadOf(page).getByText('through a wall')).toHaveCount(1)

  // The customer writes while nothing live gets through: closing is refused, and what was written is shown.
  await page.route('**/v1/live*', (route) => route.abort())
  await page.reload()
  await expect(threadOf(page).getByText('through a wall')).toBeVisible()
  await customerWrites(page, 'one thing more')
  // What is not taken in yet would begin the next conversation.
  await expect
    .poll(async () => JSON.stringify(await callAs(page, earmark.url, 'GET', '/v1/conversations')))
    .toContain('one thing more')
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(page.getByText(/It was not closed\./)).toBeVisible()
  await expect(threadOf(page).getByText('one thing more')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(page.getByText('Conversation closed.')).toBeVisible()

  // A new message of the customer opens a new conversation, and the way there.
  await customerWrites(page, 'and again')
  await page.getByRole('button', { name: 'Open the newer conversation' }).click()
  await expect(page.getByText('Nobody has this conversation yet')).toBeVisible()
  await expect(threadOf(page).getByText('one thing more')).toBeVisible()
})

test('an agent finds a closed conversation by its contact, and what can still be done with it', async ({
  page,
  browser,
}) => {
  await setUp(page, earmark)
  const agent = await agentJoins(browser, page, 'Nour')
  try {
    await customerWrites(page, 'is anybody there?')
    await rowOf(agent).getByRole('link').click()
    await agent.getByRole('button', { name: 'Take', exact: true }).click()
    await agent.getByRole('button', { name: 'Close', exact: true }).click()
    await expect(agent.getByText('Conversation closed.')).toBeVisible()

    await agent.getByRole('link', { name: 'Contacts', exact: true }).click()
    await agent.getByRole('row').filter({ hasText: NAME }).click()
    const conversations = agent.getByRole('region', { name: 'Conversations' })
    await expect(conversations.getByRole('listitem')).toContainText(['Closed by agent · Nour'])
    // What comes meanwhile stands there too.
    await customerWrites(page, 'hello again')
    await expect(conversations.getByRole('listitem')).toContainText(['hello again', 'is anybody there?'])
    await checkAccessibility(agent)
    await conversations.getByRole('link', { name: 'is anybody there?' }).click()
    await expect(threadOf(agent)).toContainText('is anybody there?')
    await expect(agent.getByRole('button', { name: 'Open the newer conversation' })).toBeVisible()
  } finally {
    await agent.context().close()
  }
})

test('an agent who signs in is at the inbox, an administrator at the contacts, and whoever follows a link where it leads', async ({
  page,
  browser,
}) => {
  await setUp(page, earmark)
  const agent = await agentJoins(browser, page, 'Rui')
  const signIn = async (at: string, email: string, password: string) => {
    await agent.context().clearCookies()
    await agent.goto(earmark.url + at)
    await agent.getByLabel('E-mail').fill(email)
    await agent.getByRole('textbox', { name: 'Password' }).fill(password)
    await agent.getByRole('button', { name: 'Sign in' }).click()
  }
  await signIn('/', 'rui@example.com', 'lemon-tree-in-june')
  await expect(agent).toHaveURL(`${earmark.url}/o/${SLUG}/inbox`)
  await signIn(`/o/${SLUG}/tags?search=vip`, 'rui@example.com', 'lemon-tree-in-june')
  await expect(agent).toHaveURL(`${earmark.url}/o/${SLUG}/tags?search=vip`)
  await signIn('/', 'ana@example.com', PASSWORD)
  await expect(agent).toHaveURL(`${earmark.url}/o/${SLUG}/contacts`)
  await agent.context().close()
})

test('an administrator tells customers without a phone number apart, as in the list of contacts', async ({ page }) => {
  await setUp(page, earmark)
  earmark.receive('--user-id', 'US.13491208655302741918', '--username', 'liwei', '--name', NAME, 'hello')
  earmark.receive('--user-id', 'ES.99991208655302748888', 'who am I?')
  await page.getByRole('link', { name: 'Conversations', exact: true }).click()
  await expect(page.getByRole('row').filter({ hasText: NAME })).toContainText('@liwei')
  await expect(page.getByRole('row').filter({ hasText: 'Unknown' })).toContainText('ES.9999…8888')
})

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test(`an administrator looks on and closes over an agent’s head, in ${locale}, ${colorScheme}`, async ({
    browser,
  }) => {
    const say = sayIn(locale)
    const context = await browser.newContext({ locale: browserLocale, colorScheme })
    try {
      const page = await context.newPage()
      await setUp(page, earmark, say)
      await customerWrites(page, 'where is my order?')
      await customerWrites(page, 'hello', '+15550101002', 'Zoë Müller')
      await page.getByRole('link', { name: say('Conversations'), exact: true }).click()
      const rows = page.getByRole('row')
      await expect(rows.filter({ hasText: NAME })).toContainText(say('Pending'))
      await checkAccessibility(page)

      await page.getByLabel(say('Search in messages')).fill('my order')
      await expect(rows.filter({ hasText: 'Zoë' })).toHaveCount(0)
      await rows.filter({ hasText: NAME }).getByRole('link').focus()
      await page.keyboard.press('Enter')
      await expect(threadOf(page)).toContainText('where is my order?')
      // What is written meanwhile is seen, and nobody answers from here.
      await customerWrites(page, 'still there?')
      await expect(threadOf(page)).toContainText('still there?')
      await expect(page.getByRole('textbox', { name: say('Message to {name}', { name: NAME }) })).toHaveCount(0)
      await checkAccessibility(page)
      await page.getByRole('button', { name: say('Force close') }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: say('Force close') })
        .click()
      await expect(rows.filter({ hasText: NAME })).toContainText(say('Closed by admin'))

      // What became of it stands in the agents' figures: nobody had the one that was closed, one still waits.
      await page.getByRole('link', { name: say('Agents'), exact: true }).click()
      const nobody = rows.filter({ hasText: say('Nobody') })
      await expect(nobody.getByRole('cell')).toHaveText(['1', '1', '0', '1', '0', '0', '—', '—', /\d/])
      await page.getByRole('button', { name: say('Open now') }).click()
      await expect(page.getByRole('columnheader', { name: say('Open now') })).toHaveAttribute('aria-sort', 'descending')
      await checkAccessibility(page)
      await nobody.getByRole('link').click()
      await expect(rows.filter({ hasText: 'Zoë' })).toContainText(say('Pending'))
      await expect(rows.filter({ hasText: NAME })).toHaveCount(0)
    } finally {
      await context.close()
    }
  })
}
