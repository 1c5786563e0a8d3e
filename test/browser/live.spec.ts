// Screens are live: what is changed at one of them shows at all others, whatever server they are connected to.
import { expect, test, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, setUp, SLUG } from './people.ts'

let earmark: Earmark
test.beforeEach(async ({ page }) => {
  earmark = await startEarmark()
  await setUp(page, earmark)
})
test.afterEach(() => earmark.stop())

interface Named {
  id: string
}

const openContacts = async (page: Page, url: string): Promise<Page> => {
  await page.goto(`${url}/o/${SLUG}/contacts`)
  await expect(rowOf(page)).toBeVisible()
  return page
}
const rowOf = (page: Page) => page.getByRole('row').filter({ hasText: 'Li Wei' })
const shows = (page: Page, tag: string) => expect(rowOf(page).getByText(tag, { exact: true })).toBeVisible()
const hides = (page: Page, tag: string) => expect(rowOf(page).getByText(tag, { exact: true })).toHaveCount(0)

test('a tag put on, renamed, deleted, restored and merged shows in ten tabs and on a second server without reload', async ({
  page,
  context,
}) => {
  const call = <T>(method: string, path: string, data?: object) => callAs<T>(page, earmark.url, method, path, data)
  earmark.receive('--from', '+8613800138000', '--name', 'Li Wei', 'hola')
  const second = await earmark.startBeside()
  const tag = await call<Named>('POST', '/v1/tags', { name: 'Prospect' })
  const other = await call<Named>('POST', '/v1/tags', { name: 'Customer' })
  const tabs = [await openContacts(page, earmark.url)]
  for (let n = 0; n < 9; n++) tabs.push(await openContacts(await context.newPage(), n < 8 ? earmark.url : second))
  const contact = (await call<{ contacts: Named[] }>('GET', '/v1/contacts')).contacts[0]!
  const everywhere = (check: (tab: Page) => Promise<void>) => Promise.all(tabs.map(check))

  await call('POST', `/v1/contacts/${contact.id}/tags`, { add: [tag.id] })
  await everywhere((tab) => shows(tab, 'Prospect'))
  await call('PATCH', `/v1/tags/${tag.id}`, { name: 'Lead' })
  await everywhere((tab) => shows(tab, 'Lead'))
  await call('POST', '/v1/tags/delete', { ids: [tag.id] })
  await everywhere((tab) => expect(rowOf(tab).locator('[data-deleted]')).toBeVisible())
  await call('POST', `/v1/tags/${tag.id}/restore`, {})
  await everywhere((tab) => expect(rowOf(tab).locator('[data-deleted]')).toHaveCount(0))
  await call('POST', `/v1/tags/${tag.id}/merge`, { into: other.id })
  await everywhere((tab) => shows(tab, 'Customer'))
  await everywhere((tab) => hides(tab, 'Lead'))

  // A customer who writes comes into every list that nobody is at work in.
  earmark.receive('--from', '+351910000001', '--name', 'Nova Cliente', 'olá')
  await expect(tabs.at(-1)!.getByText('Nova Cliente')).toBeVisible()
})

test('a killed server is noticed, and after its return nothing was missed', async ({ page, context }) => {
  earmark.receive('--from', '+8613800138000', '--name', 'Li Wei', 'hola')
  const second = await earmark.startBeside()
  const tag = await callAs<Named>(page, earmark.url, 'POST', '/v1/tags', { name: 'Prospect' })
  await openContacts(page, earmark.url)
  const there = await openContacts(await context.newPage(), second)
  const contact = (await callAs<{ contacts: Named[] }>(page, second, 'GET', '/v1/contacts')).contacts[0]!
  await callAs(page, second, 'POST', `/v1/contacts/${contact.id}/tags`, { add: [tag.id] })
  await shows(page, 'Prospect')

  await page.bringToFront()
  await earmark.kill()
  await expect(page.getByText('Not live')).toBeVisible()
  await callAs(page, second, 'PATCH', `/v1/tags/${tag.id}`, { name: 'Lead' })
  await shows(there, 'Lead')
  await earmark.startBeside(Number(new URL(earmark.url).port))
  await shows(page, 'Lead')
  await expect(page.getByText('Not live')).toHaveCount(0)
})
