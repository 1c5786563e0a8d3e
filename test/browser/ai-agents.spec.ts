// An AI agent on the test phone: it is set up, answers, tags with evidence and hands over; and it is silent once a person has the conversation.
import { expect, test, type Page } from '@playwright/test'
import { numberOf, withTags } from '../help/ai-agents.ts'
import { openScriptedModel, type ScriptedModel } from '../help/models.ts'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

let earmark: Earmark
let model: ScriptedModel
test.beforeEach(async () => {
  earmark = await startEarmark({ allowPrivateAddresses: true })
})
test.afterEach(async () => {
  await earmark.stop()
  await model.close()
})

const KINDS = { en: 'openai_compatible', 'pt-BR': 'anthropic' } as const
const SAID = 'I would like to book a table for two'

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  test.describe(`in ${locale}, ${colorScheme}, by a model that speaks ${KINDS[locale]}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    const say = sayIn(locale)

    test('an agent answers, tags and hands over; a person takes a conversation and it is silent', async ({ page }) => {
      test.slow()
      model = await openScriptedModel(KINDS[locale])
      await setUp(page, earmark, say)
      const call = (method: string, path: string, data?: object) => callAs(page, earmark.url, method, path, data)
      const plays = async (from: string, name: string, text: string) => {
        const played = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
          headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
          data: { from, name, text },
        })
        expect(played.status()).toBe(204)
      }
      await call('POST', '/v1/tags', { name: 'Table booking', description: 'Customer wants to book a table' })
      await plays('+15550101001', 'Li Wei', SAID)

      await page.goto(`${earmark.url}/o/${SLUG}/settings/ai-agents`)
      await expect(page.getByRole('heading', { name: say('There is no AI agent yet') })).toBeVisible()
      await expect(page.getByRole('link', { name: say('Choose a language model in Settings → AI') })).toBeVisible()
      await checkAccessibility(page)
      await call('POST', '/v1/models/providers', {
        kind: KINDS[locale],
        name: 'Scripted',
        base_url: model.url,
        model: 'scripted-1',
        api_key: 'sk-scripted-0123456789',
      })
      await page.reload()

      await page.getByRole('button', { name: say('Add an agent') }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: say('Save') }).click()
      await expect(dialog.getByText(say('Give the agent a name: customers are answered in it.'))).toBeVisible()
      await dialog.getByRole('textbox', { name: say('Display name') }).fill('Luna')
      await dialog.getByRole('textbox', { name: say('Instructions') }).fill('You answer for the restaurant Aurora.')
      await dialog
        .getByRole('combobox', { name: say('Language model') })
        .selectOption({ label: 'Scripted (scripted-1)' })
      await dialog.getByRole('checkbox').first().check()
      await checkAccessibility(page)
      model.answer = withTags(
        (tags, request) => [
          {
            name: 'add_tag',
            input: {
              tag_id: tags.get('Table booking'),
              message: numberOf(request, 'book a table'),
              quote: 'book a table for two',
              reason: 'Asks for a table.',
              confidence: 0.9,
            },
          },
        ],
        'For which evening?',
      )
      await dialog.getByRole('button', { name: say('Save') }).click()
      await expect(page.getByRole('list', { name: say('AI agents') })).toContainText('Luna')
      await checkAccessibility(page)
      const menu = page.getByRole('button', { name: say('Actions for {name}', { name: 'Luna' }) })
      const isActive = async () =>
        ((await call('GET', '/v1/ai-agents')) as { agents: { active: boolean }[] }).agents[0]!.active
      for (const active of [false, true]) {
        await menu.press('Enter')
        await page.getByRole('menuitem').nth(2).press('Enter')
        await expect.poll(isActive).toBe(active)
        await expect(menu).toBeFocused()
      }

      // On the test phone.
      await openPhone(page, 'Li Wei')
      await expect(page.getByRole('log')).toContainText('For which evening?', { timeout: 30_000 })
      // In the console.
      await page.goto(`${earmark.url}/o/${SLUG}/contacts`)
      await page.getByRole('row').filter({ hasText: 'Li Wei' }).click()
      const tags = page.getByRole('region', { name: say('Active tags') })
      await expect(tags).toContainText('Table booking')
      await expect(tags).toContainText(say('AI tool'))
      await expect(tags).toContainText('Asks for a table.')
      await expect(tags.getByRole('link', { name: SAID })).toBeVisible()

      // It hands over: colleagues read why, the customer does not.
      let handed = false
      model.answer = () => {
        if (handed) return { text: 'A colleague will answer you.' }
        handed = true
        return { calls: [{ name: 'hand_over', input: { summary: 'Wants the terrace, which I know nothing of.' } }] }
      }
      await plays('+15550101001', 'Li Wei', 'Do you have a terrace?')
      await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
      await page.getByRole('listitem').filter({ hasText: 'Li Wei' }).getByRole('link').click()
      const note = page.getByRole('log').getByRole('note')
      await expect(note).toContainText('Wants the terrace, which I know nothing of.', { timeout: 30_000 })
      await expect(note).toContainText(say('Only colleagues see this.'))
      await checkAccessibility(page)
      await openPhone(page, 'Li Wei')
      await expect(page.getByRole('log')).toContainText('A colleague will answer you.')
      await expect(page.getByRole('log')).not.toContainText('which I know nothing of')

      // A person takes a conversation that it has.
      model.answer = () => ({ text: 'Good evening!' })
      await plays('+15550101002', 'مريم', 'مساء الخير')
      await page.goto(`${earmark.url}/o/${SLUG}/inbox?list=open`)
      await page.getByRole('listitem').filter({ hasText: 'مريم' }).getByRole('link').click()
      const log = page.getByRole('log')
      await expect(log).toContainText('Good evening!', { timeout: 30_000 })
      await expect(page.getByText(say('{name}, an AI agent, has this conversation.', { name: 'Luna' }))).toBeVisible()
      await checkAccessibility(page)
      await page.keyboard.press('t')
      await expect(page.getByRole('textbox', { name: say('Message to {name}', { name: 'مريم' }) })).toBeFocused()
      const asked = model.requests.length
      await plays('+15550101002', 'مريم', 'هل من أحد؟')
      await expect(log).toContainText('هل من أحد؟')
      await page.waitForTimeout(6000)
      expect(model.requests).toHaveLength(asked)
      await expect(log.getByText('Good evening!')).toHaveCount(1)

      // What it did.
      await page.goto(`${earmark.url}/o/${SLUG}/settings/ai-agents`)
      await page.getByRole('link', { name: 'Luna' }).click()
      const acts = page.getByRole('list', { name: say('What it did') })
      await expect(acts).toContainText('Wants the terrace, which I know nothing of.')
      await expect(acts).toContainText(say('{name} took over', { name: 'Ana' }).slice(0, 3))
      await checkAccessibility(page)
      await page
        .getByRole('link', { name: say('Tags'), exact: true })
        .last()
        .click()
      await expect(acts.getByRole('listitem')).toHaveCount(1)
      await expect(acts).toContainText('Table booking')
    })
  })
}

async function openPhone(page: Page, name: string): Promise<void> {
  await page.goto(`${earmark.url}/o/${SLUG}/settings/test-phone`)
  await page.getByRole('link', { name }).click()
}
