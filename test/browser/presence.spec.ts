// Presence: colleagues see who is online, who else has a conversation open and who writes; the customer sees it too.
import { expect, test, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, joins, PASSWORD, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
test.beforeEach(async () => {
  earmark = await startEarmark()
})
test.afterEach(() => earmark.stop())

const [PHONE, NAME] = ['+15550101001', 'Li Wei']

/** The customer's conversation at this person's screen: in the inbox, or under Conversations. */
async function open(page: Page, name = NAME): Promise<{ id: string; contactId: string }> {
  const { conversations } = await callAs<{
    conversations: { id: string; contact: { id: string; display_name: string } }[]
  }>(page, earmark.url, 'GET', '/v1/conversations')
  const { id, contact } = conversations.find((each) => each.contact.display_name === name)!
  await page.goto(`${earmark.url}/o/${SLUG}/inbox?list=open&conversation=${id}`)
  await expect(page.getByRole('log')).toBeVisible()
  return { id, contactId: contact.id }
}

/** What stands above the box to answer. */
const strip = (page: Page, text: string) =>
  page.getByRole('region', { name: NAME }).getByRole('status').getByText(text, { exact: true })

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test(`two people at one conversation see each other, and the customer sees who writes, in ${locale}, ${colorScheme}`, async ({
    page,
    browser,
  }) => {
    const say = sayIn(locale)
    const anaIsHere = say('Also here: {names}', { names: 'Ana Sousa' })
    await setUp(page, earmark)
    earmark.receive('--from', PHONE, '--name', NAME, 'Is the red one still there?')
    const bob = await joins(browser, page, earmark, 'Bob', { say, locale: browserLocale, colorScheme })
    const phone = await page.context().newPage()
    try {
      const { id, contactId } = await open(bob)
      await bob.keyboard.press('t')
      const composer = bob.getByRole('textbox', { name: say('Message to {name}', { name: NAME }) })
      await expect(composer).toBeFocused()
      await expect(bob.getByText('Ana Sousa')).toBeHidden()

      // The administrator reads along, and both know.
      await page.goto(`${earmark.url}/o/${SLUG}/conversations?conversation=${id}`)
      await expect(strip(page, 'Also here: Bob')).toBeVisible()
      await expect(strip(bob, anaIsHere)).toBeVisible()
      await checkAccessibility(bob)

      // On the test phone, in another tab of the administrator's.
      await phone.goto(`${earmark.url}/o/${SLUG}/settings/test-phone?customer=${contactId}`)
      await expect(phone.getByRole('log').getByText('Is the red one still there?')).toBeVisible()
      await composer.pressSequentially('Yes, it ')
      await expect(strip(page, 'Bob is writing…')).toBeVisible()
      const typing = phone.getByText('Your business is writing…')
      await expect(typing).toBeVisible()
      await checkAccessibility(page)

      await composer.pressSequentially('is.')
      await bob.keyboard.press('Enter')
      await expect(phone.getByRole('log').getByText('Yes, it is.')).toBeVisible()
      await expect(typing).toBeHidden()
      await expect(strip(page, 'Also here: Bob')).toBeVisible()

      // Whoever goes elsewhere, or closes the tab, is seen no more.
      await page.goto(`${earmark.url}/o/${SLUG}/contacts`)
      await expect(strip(bob, anaIsHere)).toBeHidden()
      await open(page)
      await expect(strip(bob, anaIsHere)).toBeVisible()
      await page.getByRole('button', { name: 'More actions for the conversation' }).click()
      await page.getByRole('menuitem', { name: 'Hand over…' }).click()
      // Bob has it: of the others the administrator is the only one, and online.
      await expect(page.getByRole('dialog').getByRole('button', { name: 'Ana Sousa' })).toContainText('Online')
      await page.keyboard.press('Escape')
      await page.goto(`${earmark.url}/o/${SLUG}/settings/people`)
      const row = page.getByRole('listitem').filter({ hasText: 'bob@example.com' })
      await expect(row.getByText('Online')).toBeVisible()
      await bob.close()
      await expect(row.getByText('Online')).toBeHidden()
    } finally {
      await bob.context().close()
    }
  })
}

test('a tab that shares the stream of another sees who is there as well', async ({ page, browser }) => {
  await setUp(page, earmark)
  earmark.receive('--from', PHONE, '--name', NAME, 'Hello?')
  const bob = await joins(browser, page, earmark, 'Bob')
  try {
    await open(bob)
    // The first tab of the administrator listens for both.
    const other = await page.context().newPage()
    await open(other)
    await expect(strip(other, 'Also here: Bob')).toBeVisible()
    await expect(strip(bob, 'Also here: Ana Sousa')).toBeVisible()
    await other.close()
    await expect(strip(bob, 'Also here: Ana Sousa')).toBeHidden()
  } finally {
    await bob.context().close()
  }
})

test('a chosen file stays with its draft while one answers somebody else, and goes when one signs out', async ({
  page,
}) => {
  await setUp(page, earmark)
  earmark.receive('--from', PHONE, '--name', NAME, 'Hello?')
  earmark.receive('--from', '+15550101002', '--name', 'Rosa', 'Good morning')
  for (const name of [NAME, 'Rosa'])
    await callAs(page, earmark.url, 'POST', `/v1/conversations/${(await open(page, name)).id}/take`)
  const rowOf = (name: string) => page.getByRole('listitem').filter({ hasText: name })
  const composer = (name: string) => page.getByRole('textbox', { name: `Message to ${name}` })
  const file = page.getByRole('region', { name: NAME }).locator('form').getByText('price list.pdf')
  const choose = async () => {
    await rowOf(NAME).getByRole('link').click()
    await page.locator('input[type=file]').setInputFiles({
      name: 'price list.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.4'),
    })
    await expect(file).toBeVisible()
  }

  await choose()
  await rowOf('Rosa').getByRole('link').click()
  await expect(composer('Rosa')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Remove the file' })).toBeHidden()
  await expect(rowOf(NAME)).toContainText('Draft: price list.pdf')
  await rowOf(NAME).getByRole('link').click()
  await expect(file).toBeVisible()
  await composer(NAME).fill('Our prices')
  await rowOf('Rosa').getByRole('link').click()
  await expect(rowOf(NAME)).toContainText('Draft: Our prices')
  await rowOf(NAME).getByRole('link').click()
  await expect(composer(NAME)).toHaveValue('Our prices')
  await composer(NAME).press('Enter')
  await expect(page.getByRole('log').getByText('Our prices')).toBeVisible()
  await expect(page.getByRole('log').getByText('price list.pdf')).toBeVisible()
  await expect(file).toBeHidden()

  // It does not outlive a reload, so the browser asks.
  await choose()
  const asked = page.waitForEvent('dialog')
  const reloaded = page.reload()
  const question = await asked
  expect(question.type()).toBe('beforeunload')
  await question.accept()
  await reloaded
  await expect(composer(NAME)).toBeVisible()
  await expect(file).toBeHidden()

  await choose()
  await page.getByRole('button', { name: 'Ana Sousa' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  // Nor does it outlive a sign-out.
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('E-mail').fill('ana@example.com')
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Inbox' }).first().click()
  await page.getByRole('link', { name: /^All open/ }).click()
  await rowOf(NAME).getByRole('link').click()
  await expect(composer(NAME)).toBeVisible()
  await expect(file).toBeHidden()
})
