import { chromium, type Page } from 'playwright-core'
import { startEarmark } from '/tmp/wt/agents/test/browser/earmark.ts'
import { openScriptedModel } from '/tmp/wt/agents/test/help/models.ts'
import { withTags, numberOf } from '/tmp/wt/agents/test/help/ai-agents.ts'
const out = '/tmp/agents-work/shots'
const earmark = await startEarmark({ allowPrivateAddresses: true })
const model = await openScriptedModel('openai_compatible')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
try {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  await page.goto(earmark.setupUrl)
  await page.getByLabel('Organization name').fill('Café do Porto')
  await page.getByLabel('Your name').fill('Ana Sousa')
  await page.getByLabel('E-mail').fill('ana@example.com')
  await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Create organization' }).click()
  await page.getByRole('heading', { name: 'Contacts', exact: true }).waitFor()
  const headers = { 'earmark-request': 'test', 'earmark-organization': 'cafe-do-porto' }
  const call = async (method: string, path: string, data?: object) => {
    const r = await page.request.fetch(earmark.url + path, { method, headers, ...(data ? { data } : {}) })
    if (!r.ok()) throw new Error(`${path} ${r.status()} ${await r.text()}`)
    return r.status() === 204 ? null : await r.json()
  }
  const plays = (from: string, name: string, text: string) =>
    call('POST', '/v1/test-phone/messages', { from, name, text })
  const at = (path: string) => `${earmark.url}/o/cafe-do-porto/${path}`
  const shot = async (name: string, path: string | null, act?: (p: Page) => Promise<void>) => {
    for (const [w, h] of [
      [1440, 900],
      [390, 844],
    ] as const)
      for (const scheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width: w, height: h })
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
        if (path) {
          await page.goto(at(path))
          await page.waitForLoadState('networkidle').catch(() => {})
        }
        await page.waitForTimeout(700)
        if (act) await act(page)
        await page.screenshot({ path: `${out}/${name}-${w}-${scheme}.png` })
      }
  }
  await plays('+15550101009', 'Old', 'hello')

  const p = await call('POST', '/v1/models/providers', {
    kind: 'openai_compatible',
    name: 'Scripted',
    base_url: model.url,
    model: 'scripted-1',
    api_key: 'sk-scripted-0123456789',
  })
  await call('POST', '/v1/tags', { name: 'Table booking', description: 'Customer wants to book a table' })
  const { channels } = await call('GET', '/v1/channels')
  const body = (name: string, more: object) => ({
    name,
    active: true,
    user_facing: true,
    instructions: 'Be kind',
    provider_id: p.id,
    channel_ids: [channels[0].id],
    hand_over_words: ['person', 'complaint'],
    most_answers: 20,
    close_after_minutes: 60,
    ...more,
  })
  model.answer = withTags(
    (tags, r) => [
      {
        name: 'add_tag',
        input: {
          tag_id: tags.get('Table booking'),
          message: numberOf(r, 'book a table'),
          quote: 'book a table',
          reason: 'Asks for a table.',
          confidence: 0.9,
        },
      },
    ],
    'For which evening? We have room on Tuesday and Friday.',
  )
  const luna = await call('POST', '/v1/ai-agents', body('Luna', {}))
  await call(
    'POST',
    '/v1/ai-agents',
    body('لونا، موظفة الاستقبال في المطعم', { active: false, provider_id: null, channel_ids: [] }),
  )
  await call(
    'POST',
    '/v1/ai-agents',
    body('Averyverylongnamewithoutanyspaceatallthatgoesonandonandonuntil64', { user_facing: false }),
  )
  await plays('+15550101001', 'Li Wei', 'I would like to book a table for two')
  await page.waitForTimeout(7000)
  model.answer = () => ({
    calls: [
      {
        name: 'hand_over',
        input: {
          summary:
            'Wants the terrace for a birthday of twelve on 14 December, with a cake. I do not know whether the terrace is open in winter.',
        },
      },
    ],
    text: 'A colleague will answer you.',
  })
  await plays('+15550101001', 'Li Wei', 'Do you have a terrace?')
  await page.waitForTimeout(6000)
  model.answer = () => ({ raw: '<html>' })
  await plays('+15550101002', 'مريم عبد الله الطويلة الاسم جدا', 'مرحبا هل لديكم طاولة؟')
  await page.waitForTimeout(6000)
  model.answer = () => ({ text: 'Good evening! How can I help?' })
  await plays('+15550101003', 'Bartholomew Featherstonehaugh-Cholmondeley the Third of Wherever', 'Good evening')
  await page.waitForTimeout(6000)

  await shot('dialog', 'settings/ai-agents', async (q) => {
    await q.getByRole('button', { name: 'Actions for Luna' }).click()
    await q.getByRole('menuitem', { name: 'Edit the agent' }).click()
    await q.waitForTimeout(500)
  })
  await page.goto(at('settings/ai-agents'))
  await shot('refused', 'settings/ai-agents', async (q) => {
    await q.getByRole('button', { name: /Actions for لونا/ }).click()
    await q.getByRole('menuitem', { name: 'Edit the agent' }).click()
    await q.waitForTimeout(400)
    await q.getByRole('dialog').getByRole('checkbox').first().check()
    await q.getByRole('dialog').getByRole('switch', { name: 'Active' }).check({ force: true })
    await q.getByRole('dialog').getByLabel('Answers in one conversation').fill('900')
    await q.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await q.waitForTimeout(800)
  })
  await shot('page', `settings/ai-agents/${luna.id}`)
  await shot('failures', `settings/ai-agents/${luna.id}?show=failures`)
  await page.setViewportSize({ width: 1440, height: 900 })
  await shot('inbox-note', 'inbox', async (q) => {
    await q.getByRole('listitem').filter({ hasText: 'Li Wei' }).getByRole('link').click()
    await q.waitForTimeout(1200)
  })
  await shot('inbox-ai', 'inbox?list=open', async (q) => {
    await q.getByRole('listitem').filter({ hasText: 'Bartholomew' }).getByRole('link').click()
    await q.waitForTimeout(1200)
  })
  await shot('conversations', 'conversations')
  await shot('figures', 'conversations?figures=last_7_days')
  await shot('audit', 'settings/audit-log')
} finally {
  await browser.close()
  await model.close()
  await earmark.stop()
}
