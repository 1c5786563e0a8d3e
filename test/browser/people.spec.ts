// People come and go: invited, joined as an agent, given another role, removed; and two tabs show two organizations.
import { expect, test } from '@playwright/test'
import { startEarmark } from './earmark.ts'
import { callAs, checkAccessibility, PASSWORD, setUp, SLUG } from './people.ts'

test('an agent joins by a link, tags and sees no more than that, becomes an administrator, and is removed', async ({
  page,
  browser,
}) => {
  const earmark = await startEarmark()
  const context = await browser.newContext({ colorScheme: 'dark', locale: 'en-GB' })
  try {
    await setUp(page, earmark)
    await callAs(page, earmark.url, 'POST', '/v1/tags', { name: 'VIP' })
    earmark.receive('--from', '+8613800138000', '--name', 'Li Wei', 'hola')

    await page.getByRole('link', { name: 'People', exact: true }).click()
    await page.getByRole('button', { name: 'Invite' }).click()
    await page.getByLabel('E-mail (optional)').fill('nour@example.com')
    await page.getByRole('button', { name: 'Create link' }).click()
    const link = await page.locator('[data-link]').innerText()
    await checkAccessibility(page)
    await page.getByRole('button', { name: 'Done' }).click()
    await expect(page.getByRole('button', { name: 'Invite' })).toBeFocused()
    await expect(page.getByRole('list', { name: 'Open invitations' })).toContainText('nour@example.com')
    await checkAccessibility(page)

    const agent = await context.newPage()
    await agent.goto(link)
    await agent.getByLabel('Your name').fill('نور 🍋')
    await checkAccessibility(agent)
    await agent.getByRole('textbox', { name: 'Password' }).fill('lemon-tree-in-june')
    // Another tab is looked at and this one again, whatever the readings of that bring.
    await agent.route('**/auth/session', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500))
      await route.continue()
    })
    await agent.route('**/auth/invitation', (route) => route.abort())
    const read = agent.waitForResponse('**/auth/session')
    const failed = agent.waitForEvent('requestfailed')
    await agent.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))
    await expect(agent.getByLabel('Your name')).toHaveValue('نور 🍋', { timeout: 100 })
    await Promise.all([read, failed])
    await agent.unrouteAll({ behavior: 'wait' })
    await expect(agent.getByLabel('Your name')).toHaveValue('نور 🍋')
    await expect(agent.getByRole('textbox', { name: 'Password' })).toHaveValue('lemon-tree-in-june')
    await agent.getByRole('button', { name: 'Create account and join' }).click()
    await expect(agent).toHaveURL(/\/inbox$/)
    await expect(page.getByRole('list', { name: 'People' })).toContainText('نور')
    await expect(page.getByRole('list', { name: 'Open invitations' })).toBeHidden()

    // What an agent sees: contacts and the catalog to read, and nothing of what is the administrator's.
    await agent.getByRole('link', { name: 'Contacts', exact: true }).click()
    await expect(agent.getByRole('heading', { name: 'Contacts', exact: true })).toBeVisible()
    await expect(agent.getByRole('navigation').getByRole('link')).toHaveText([
      /^Inbox/,
      'Contacts',
      'Contact tags',
      'Suggestions',
    ])
    await expect(agent.getByRole('button', { name: 'Export CSV' })).toBeHidden()
    await expect(agent.getByRole('checkbox')).toHaveCount(0)
    await agent.getByRole('row').filter({ hasText: 'Li Wei' }).click()
    await agent.getByRole('button', { name: 'Add tag' }).click()
    await agent.getByRole('option', { name: 'VIP' }).click()
    await expect(agent.getByText(/Manual \(agent\) · /).first()).toBeVisible()
    await agent.getByRole('link', { name: 'Contact tags', exact: true }).click()
    await expect(agent.getByRole('row').filter({ hasText: 'VIP' })).toBeVisible()
    await expect(agent.getByRole('button', { name: 'New tag' })).toBeHidden()
    for (const screen of [
      'conversations',
      'conflicts',
      'operations',
      'settings/whatsapp',
      'settings/test-phone',
      'settings/organization',
      'settings/audit-log',
      'settings/privacy',
      'settings/people',
    ]) {
      await agent.goto(`${earmark.url}/o/${SLUG}/${screen}`)
      await expect(agent.getByRole('heading', { name: 'Only administrators open this page' })).toBeVisible()
    }
    await checkAccessibility(agent)

    const act = async (name: string) => {
      await page.getByRole('button', { name: /Actions for نور/ }).click()
      await page.getByRole('menuitem', { name, exact: true }).click()
      await checkAccessibility(page)
      await page.getByRole('dialog').getByRole('button', { name, exact: true }).click()
      await expect(page.getByRole('dialog')).toBeHidden()
    }
    await page.getByRole('button', { name: /Actions for نور/ }).click()
    await page.getByRole('menuitem', { name: 'Reset link' }).click()
    await page.getByRole('button', { name: 'Make link' }).click()
    await page.getByRole('button', { name: 'Done' }).click()
    await expect(page.getByRole('button', { name: /Actions for نور/ })).toBeFocused()
    await act('Make administrator')
    await expect(agent.getByText('You are an administrator now.')).toBeVisible()
    await expect(agent.getByRole('heading', { name: 'People' })).toBeVisible()
    // Whoever loses a role while typing is told, keeps what was typed, and then sees what the new role sees.
    await agent.getByRole('button', { name: 'Invite' }).click()
    await agent.getByLabel('E-mail (optional)').fill('sami@example.com')
    await act('Make agent')
    await expect(agent.getByText(/You are an agent now/)).toBeVisible()
    await agent.getByRole('button', { name: 'Create link' }).click()
    await expect(agent.getByRole('dialog').getByRole('alert')).toBeVisible()
    // Told once, however often the server says so: a heap of toasts would cover the buttons.
    await expect(agent.getByText(/You are an agent now/)).toHaveCount(1)
    await expect(agent.getByLabel('E-mail (optional)')).toHaveValue('sami@example.com')
    await agent.getByRole('button', { name: 'Cancel' }).click()
    await expect(agent.getByRole('heading', { name: 'Only administrators open this page' })).toBeVisible()
    await act('Remove')
    await expect(page.getByRole('list', { name: 'People' })).toBeFocused()
    await expect(agent.getByRole('heading', { name: 'You do not belong to this organization' })).toBeVisible()
    await checkAccessibility(agent)
    await agent.goto(link)
    await expect(agent.getByText(/This invitation has been used/)).toBeVisible()

    // Whoever signs out at an invitation is still at it.
    const again = await callAs<{ url: string }>(page, earmark.url, 'POST', '/v1/invitations', { role: 'agent' })
    await agent.goto(again.url)
    await agent.getByRole('button', { name: 'Sign out' }).click()
    await expect(agent.getByLabel('Your name')).toBeFocused()
    await expect(agent).toHaveURL(again.url)

    // By keyboard: the row that was acted on goes, and the focus stays among the others, or where they were.
    const invitations = page.getByRole('list', { name: 'Open invitations' })
    await callAs(page, earmark.url, 'POST', '/v1/invitations', { role: 'agent' })
    await expect(invitations.getByRole('listitem')).toHaveCount(2)
    for (const left of [1, 0]) {
      await invitations.getByRole('button', { name: 'Withdraw' }).first().press('Enter')
      await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).press('Enter')
      await expect(invitations.getByRole('listitem')).toHaveCount(left)
      const place =
        left > 0 ? invitations : page.locator(':focus').filter({ has: page.getByRole('list', { name: 'People' }) })
      await expect(place).toBeFocused()
    }
  } finally {
    await context.close()
    await earmark.stop()
  }
})

test('an organization made in the switcher is shown in one tab while another tab shows the first', async ({ page }) => {
  const earmark = await startEarmark()
  try {
    await setUp(page, earmark)
    const other = await page.context().newPage()
    await other.goto(`${earmark.url}/o/${SLUG}/tags`)
    // By keyboard alone, though the list is loaded only now.
    await page.getByRole('button', { name: 'Café do Porto, switch organization' }).focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('link', { name: 'Café do Porto' })).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByLabel('Organization name').fill('Loja')
    // It is made, though reading where one belongs fails just then.
    await page.route('**/auth/session', (route) => route.abort())
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await expect(page).toHaveURL(/\/o\/loja\/contacts/)
    await expect(page.getByRole('alert')).toBeVisible()
    await page.unrouteAll({ behavior: 'wait' })
    await page.getByRole('button', { name: 'Retry' }).click()
    await expect(page.getByRole('heading', { name: 'Contacts', exact: true })).toBeVisible()

    await callAs(other, earmark.url, 'POST', '/v1/tags', { name: 'Of the first' })
    await expect(other.getByText('Of the first')).toBeVisible()
    await page.getByRole('link', { name: 'Contact tags', exact: true }).click()
    await expect(page.getByText('Of the first')).toBeHidden()

    // By keyboard to the same kind of screen in the other organization.
    await page.getByRole('button', { name: 'Loja, switch organization' }).focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('link', { name: 'Café do Porto' })).toBeVisible()
    await checkAccessibility(page)
    await expect(page.getByRole('link', { name: 'Café do Porto' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(new RegExp(`/o/${SLUG}/tags`))
    await expect(page.getByText('Of the first')).toBeVisible()
  } finally {
    await earmark.stop()
  }
})

test('who has an account signs in first and comes back to the invitation, and its secret stands in no address that a server sees', async ({
  page,
  browser,
}) => {
  const earmark = await startEarmark()
  const context = await browser.newContext({ locale: 'en-GB' })
  try {
    await setUp(page, earmark)
    const { url } = await callAs<{ url: string }>(page, earmark.url, 'POST', '/v1/invitations', { role: 'agent' })
    const secret = new URL(url).hash.slice(1)
    expect(secret).not.toBe('')
    const invited = await context.newPage()
    const seen: string[] = []
    invited.on('request', (request) => {
      const { pathname, search } = new URL(request.url())
      seen.push(pathname + search, request.headers()['referer'] ?? '')
    })
    await invited.goto(url)
    await invited.getByRole('link', { name: 'I have an account' }).click()
    await expect(invited.getByRole('heading', { name: 'Sign in to Earmark' })).toBeVisible()
    await invited.reload()
    await invited.getByLabel('E-mail').fill('ana@example.com')
    await invited.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await invited.getByRole('button', { name: 'Sign in' }).click()
    await expect(invited.getByText('You belong to this organization already.')).toBeVisible()
    expect(seen.length).toBeGreaterThan(4)
    expect(seen.filter((text) => text.includes(secret))).toEqual([])
  } finally {
    await context.close()
    await earmark.stop()
  }
})
