// An inbox of ten thousand open conversations: only what is in sight is in the page, and no row moves under a hand.
import { expect, test, type Page } from '@playwright/test'
import { fillCrowd } from '../../seeds/crowd.ts'
import { openDatabase } from '../../server/lib/db.ts'
import { startEarmark, type Earmark } from './earmark.ts'
import { setUp, SLUG } from './people.ts'

const CONVERSATIONS = 10_000
const RAIN = Array.from({ length: 5 }, (_, n) => `Rain ${n}`)

let earmark: Earmark
test.beforeEach(async ({ page }) => {
  earmark = await startEarmark()
  await setUp(page, earmark)
})
test.afterEach(() => earmark.stop())

const customerWrites = async (page: Page, name: string, text: string): Promise<void> => {
  const answer = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
    headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
    data: { from: `+1555010200${RAIN.indexOf(name)}`, name, text },
  })
  expect(answer.status(), await answer.text()).toBe(204)
}

/** As if that many customers had written to the test phone's number, one each five seconds, until ten minutes ago: before the others. */
async function fillInbox(): Promise<void> {
  const { db, pool } = openDatabase(await earmark.databaseUrl(), { max: 2 })
  try {
    const { id: orgId } = await db.selectFrom('organizations').select('id').executeTakeFirstOrThrow()
    await fillCrowd(db, orgId, CONVERSATIONS)
    const idAt = `(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid`
    await pool.query(
      `with told as (
        select *, ${idAt} as id, ${idAt} as message_id from (
          select c.id as contact_id, n.id as channel_id, now() - interval '10 minutes' - row_number() over (order by c.id) * interval '5 seconds' as at
          from contacts c join channels n on n.org_id = c.org_id where c.org_id = $1 and not c.test
        ) c
      ), opened as (
        insert into conversations (org_id, id, contact_id, channel_id, status, opened_at, last_message_at, window_ends_at, waiting_since)
        select $1, id, contact_id, channel_id, 'pending', at, at, at + interval '24 hours', at from told
      )
      insert into messages (org_id, id, conversation_id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at)
      select $1, message_id, id, contact_id, channel_id, 'wamid.' || id, 'in', 'live', 'text', 'Is it still there?', '{}', at, at from told`,
      [orgId],
    )
  } finally {
    await pool.end()
  }
}

test('ten thousand open conversations are walked through, and nothing moves under the pointer while customers write', async ({
  page,
}) => {
  for (const name of RAIN) await customerWrites(page, name, 'hello')
  await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
  await expect(page.getByRole('listitem').filter({ hasText: 'Rain' })).toHaveCount(RAIN.length)
  await fillInbox()
  await page.reload()

  const list = page.getByRole('region', { name: 'Inbox' }).getByRole('list', { name: 'Conversations' })
  const rows = page.getByRole('listitem').filter({ has: page.locator('a[data-id]') })
  await expect(rows.first()).toContainText('Rain')
  const box = (await list.locator('..').boundingBox())!
  const hand = { x: box.x + 120, y: box.y + box.height / 2 }
  await page.mouse.move(hand.x, hand.y)
  const rowAtHand = () =>
    page.evaluate(({ x, y }) => {
      const row = document.elementFromPoint(x, y)?.closest('[data-id]')
      return row && [row.getAttribute('data-id'), Math.round(row.getBoundingClientRect().top)]
    }, hand)

  // In the middle of the list, and at its top as long as the hand moves.
  await page.mouse.wheel(0, 4000)
  await expect.poll(async () => Number(await rows.last().getAttribute('aria-posinset'))).toBeGreaterThan(40)
  await page.waitForTimeout(500)
  const still = await rowAtHand()
  expect(still).not.toBeNull()
  for (const name of RAIN.toReversed()) {
    await customerWrites(page, name, `again from ${name}`)
    await page.waitForTimeout(300)
    expect(await rowAtHand()).toEqual(still)
  }
  await page.mouse.wheel(0, -20_000)
  await expect(page.locator('li[aria-posinset="1"]')).toContainText('again from Rain')
  // WhatsApp's times are whole seconds: this one is later than those.
  await page.waitForTimeout(1100)
  await page.mouse.move(hand.x + 1, hand.y)
  const atTop = await rowAtHand()
  await customerWrites(page, 'Rain 4', 'one more')
  for (let n = 0; n < 8; n++) {
    await page.mouse.move(hand.x + (n % 2), hand.y)
    await page.waitForTimeout(120)
    expect(await rowAtHand()).toEqual(atTop)
  }
  // The hand rests: what has come is at the top.
  await expect(page.locator('li[aria-posinset="1"]')).toContainText('one more')
  await expect(page.locator('li[aria-posinset="1"]')).toBeInViewport()

  // To the end; what is in the page stays a handful.
  let most = 0
  await expect
    .poll(
      async () => {
        await page.mouse.wheel(0, 30_000)
        const shown = await rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('aria-posinset'))))
        most = Math.max(most, shown.length)
        return Math.max(...shown)
      },
      { timeout: 120_000, intervals: [40] },
    )
    .toBe(CONVERSATIONS + RAIN.length)
  expect(most).toBeLessThan(60)
})
