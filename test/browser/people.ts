// The people of the journeys: the administrator, who sets the organization up and does things elsewhere at the same time, and agents.
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Browser, type Page } from '@playwright/test'
import type { Earmark } from './earmark.ts'
import { sayIn, type Say } from './words.ts'

/** What the organization of the journeys is called in addresses. */
export const SLUG = 'cafe-do-porto'
export const PASSWORD = 'correct horse battery'

/** The first set-up, up to the empty list of contacts. */
export async function setUp(page: Page, earmark: Earmark, say: Say = sayIn('en')): Promise<void> {
  await page.goto(earmark.setupUrl)
  await page.getByLabel(say('Organization name')).fill('Café do Porto')
  await page.getByLabel(say('Your name')).fill('Ana Sousa')
  await page.getByLabel(say('E-mail')).fill('ana@example.com')
  await page.getByRole('textbox', { name: say('Password') }).fill(PASSWORD)
  await page.getByRole('button', { name: say('Create organization') }).click()
  await expect(page.getByRole('heading', { name: say('Contacts'), exact: true })).toBeVisible()
}

/** What the same person does at the same time at another screen: a call of the API. */
export async function callAs<T>(page: Page, url: string, method: string, path: string, data?: object): Promise<T> {
  const response = await page.request.fetch(`${url}${path}`, {
    method,
    headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
    ...(data ? { data } : {}),
  })
  expect(response.ok(), await response.text()).toBe(true)
  return (await response.json()) as T
}

export interface Look {
  say?: Say
  locale?: string
  colorScheme?: 'light' | 'dark'
}

/** A new agent of the organization, at a screen of their own. */
export async function joins(
  browser: Browser,
  admin: Page,
  { url: at }: Earmark,
  name: string,
  { say = sayIn('en'), ...look }: Look = {},
): Promise<Page> {
  const { url } = await callAs<{ url: string }>(admin, at, 'POST', '/v1/invitations', {
    role: 'agent',
    email: `${name.toLowerCase()}@example.com`,
  })
  const page = await (await browser.newContext({ locale: 'en-GB', ...look })).newPage()
  await page.goto(url)
  await page.getByLabel(say('Your name')).fill(name)
  await page.getByRole('textbox', { name: say('Password') }).fill('lemon-tree-in-june')
  await page.getByRole('button', { name: say('Create account and join') }).click()
  await expect(page).toHaveURL(/\/inbox$/)
  return page
}

/** No accessibility violation on the screen as it is shown. */
export async function checkAccessibility(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await standStill(page)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`))).toEqual([])
}

/** A colour on its way to another has too little contrast. What turns for ever, as a sign of waiting, is not waited for. */
const standStill = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await frame()
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
    await Promise.allSettled(ending.map(({ finished }) => finished))
  })

/** The same in both color schemes; the page stays in the dark one. */
export async function checkAccessibilityInBoth(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await checkAccessibility(page)
  }
}
