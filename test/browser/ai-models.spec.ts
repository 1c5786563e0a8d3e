// A language model is added, tested and chosen, and tags what closes: over the protocols of OpenAI and of Anthropic.
import { expect, test, type Page } from '@playwright/test'
import { PROVIDER_KINDS } from '../../server/models/schema.ts'
import { openScriptedModel, type ModelRequest, type ScriptedModel } from '../help/models.ts'
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

/** The identifier that a tag has in this question, as a model reads it. */
function tagIn({ body }: ModelRequest, name: string): string {
  const { content } = body.messages.findLast(({ role }) => role === 'user')!
  const prompt =
    typeof content === 'string' ? content : (content as { text: string }[]).map(({ text }) => text).join('')
  const tags = JSON.parse(prompt.split('\n')[1]!) as { tag: string; name: string }[]
  return tags.find((tag) => tag.name === name)?.tag ?? 't_none'
}

const USED_UP = (say: ReturnType<typeof sayIn>) =>
  say(
    'This month’s tokens are used up. Nothing is sent to language models until {day}, or until you set more. The built-in classifier tags meanwhile.',
  )

/** Every second customer of the shop has another cause. */
const finds: ScriptedModel['answer'] = (request) => {
  const angry = request.text.includes('third time')
  const tags = angry
    ? [
        {
          tag: tagIn(request, 'Angry'),
          message: 1,
          quote: 'this is the third time',
          confidence: 0.93,
          reason: 'Has complained before and is losing patience.',
        },
        { tag: 't_invented', message: 1, quote: 'third time', confidence: 1, reason: 'It is made up.' },
      ]
    : [
        {
          tag: tagIn(request, 'No-show'),
          message: 1,
          quote: 'I forgot',
          confidence: 0.4,
          reason: 'Did not come to the appointment.',
        },
      ]
  return { object: { tags }, usage: { input: 600, output: 60 } }
}

for (const [i, kind] of PROVIDER_KINDS.entries()) {
  const { locale, browserLocale, colorScheme } = LOOKS[i % LOOKS.length]!
  test.describe(`${kind}, in ${locale}, ${colorScheme}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    const say = sayIn(locale)
    const closing = locale === 'en' ? /^Close$/ : /^Encerrar$/
    const tryAgain = locale === 'en' ? /^Try again$/ : /^Experimentar de novo$/
    const name = 'Our model'
    const modelName = kind === 'anthropic' ? 'claude-scripted' : 'gpt-scripted'

    /** A username stands for a customer of whom WhatsApp gives neither name nor phone. */
    const writes = async (page: Page, from: string, who: string, text: string) => {
      const played = await page.request.post(`${earmark.url}/v1/test-phone/messages`, {
        headers: { 'earmark-request': 'test', 'earmark-organization': SLUG },
        data: who.startsWith('@') ? { user_id: from, username: who, text } : { from, name: who, text },
      })
      expect(played.status()).toBe(204)
    }
    const takeAndClose = async (page: Page, who: string) => {
      await page.goto(`${earmark.url}/o/${SLUG}/inbox`)
      await page.getByRole('listitem').filter({ hasText: who }).getByRole('link').click()
      await page
        .getByRole('button', { name: say('Take'), exact: true })
        .first()
        .click()
      await page.getByRole('button', { name: closing }).click()
      await expect(page.getByRole('button', { name: closing })).toHaveCount(0)
    }
    const talk = async (page: Page, from: string, who: string, text: string) => {
      await writes(page, from, who, text)
      await takeAndClose(page, who)
    }
    const openContact = async (page: Page, who: string) => {
      await page.goto(`${earmark.url}/o/${SLUG}/contacts`)
      await page.getByRole('row').filter({ hasText: who }).click()
    }

    test('added, tested and chosen by the page; its tags have reason and quote, a removed one stays away, a used-up budget shows', async ({
      page,
    }) => {
      test.setTimeout(300_000)
      model = await openScriptedModel(kind)
      model.key = 'sk-journey-0123456789-QRST'
      await setUp(page, earmark, say)
      const call = (method: string, path: string, data?: object) => callAs(page, earmark.url, method, path, data)
      await call('POST', '/v1/tags', { name: 'Angry', description: 'The customer is upset' })
      await call('POST', '/v1/tags', { name: 'No-show', description: 'Did not come to an appointment' })

      await page.goto(`${earmark.url}/o/${SLUG}/settings/ai`)
      await expect(page.getByText(say('Add a language model below to let it tag instead.'))).toBeVisible()
      await checkAccessibility(page)
      const openNew = () => page.getByRole('button', { name: say('Add a language model') }).click()
      await openNew()
      const dialog = page.getByRole('dialog')
      if (kind === 'anthropic') await dialog.getByText(say('Anthropic'), { exact: true }).click()
      await dialog.getByLabel(say('Name'), { exact: true }).fill(name)
      await dialog.getByLabel(say('Address'), { exact: true }).fill('http://192.168.7.7/v1')
      await dialog.getByLabel(say('Model'), { exact: true }).fill(modelName)
      await dialog.getByLabel(say('API key'), { exact: true }).fill('sk-wrong-0123456789-WRNG')
      await dialog.getByRole('button', { name: say('Add a language model') }).click()
      await expect(dialog.getByText(/ALLOW_PRIVATE_ADDRESSES/).last()).toBeVisible()
      await checkAccessibility(page)
      await dialog.getByLabel(say('Address'), { exact: true }).fill(model.url)
      await dialog.getByRole('button', { name: say('Add a language model') }).click()
      await expect(dialog).toHaveCount(0)
      const row = page.getByRole('listitem').filter({ hasText: name })
      await expect(row).toContainText('••••WRNG')
      await checkAccessibility(page)

      await row.getByRole('button', { name: say('Test {name}', { name }) }).click()
      await expect(dialog).toContainText('401')
      await expect(dialog).toContainText('Incorrect API key provided: •••')
      await checkAccessibility(page)
      await page.keyboard.press('Escape')
      await expect(dialog).toHaveCount(0)
      await row.getByRole('button', { name: say('Actions for {name}', { name }) }).click()
      await page.getByRole('menuitem', { name: say('Edit'), exact: true }).click()
      await dialog.getByLabel(say('API key'), { exact: true }).fill(model.key)
      await dialog.getByRole('button', { name: say('Save') }).click()
      await expect(row).toContainText('••••QRST')
      model.answer = () => ({ text: 'Good day to you!' })
      await row.getByRole('button', { name: say('Test {name}', { name }) }).click()
      await expect(dialog).toContainText('Good day to you!')
      await page.keyboard.press('Escape')
      await expect(dialog).toHaveCount(0)
      expect(model.requests).toHaveLength(2)

      model.answer = finds
      await page.getByRole('radio', { name: `${name} · ${modelName}` }).click()
      await expect(dialog).toContainText(new URL(model.url).host)
      await expect(dialog).toContainText(
        say(
          'Not sent: names and phone numbers of customers, unless they stand in the messages; files; other conversations.',
        ),
      )
      await checkAccessibility(page)
      await dialog.getByRole('button', { name: say('Send, and let it tag') }).click()
      await expect(row).toContainText(say('Tags closed conversations'))

      const words = 'Really? this is the third time I write to you'
      await talk(page, '+15550101001', 'Li Wei', words)
      await expect(page.locator('[data-analysis=done]')).toContainText(modelName, { timeout: 30_000 })
      await expect(page.locator('[data-analysis=done]')).toContainText(say('refused: {shown}', { shown: '1' }))
      await openContact(page, 'Li Wei')
      const tags = page.getByRole('region', { name: say('Active tags') })
      await expect(tags).toContainText('Angry')
      await expect(tags).toContainText(say('AI auto-close'))
      await expect(tags).toContainText('Has complained before and is losing patience.')
      await expect(tags).toContainText(modelName)
      await expect(tags.getByRole('link', { name: words })).toBeVisible()
      await checkAccessibility(page)

      // The message is there when the person takes the tag off, and found once more when the conversation closes.
      await writes(page, '+15550101001', 'Li Wei', 'As I said: this is the third time')
      await tags.getByRole('button', { name: say('Remove {name}', { name: 'Angry' }) }).click()
      await expect(tags).not.toContainText('Angry')
      await takeAndClose(page, 'Li Wei')
      await expect(page.locator('[data-analysis=done]')).toContainText(
        say('left as people have it: {shown}', { shown: '1' }),
        { timeout: 30_000 },
      )
      await openContact(page, 'Li Wei')
      await expect(page.getByRole('heading', { name: say('Active tags') })).toBeVisible()
      await expect(tags).not.toContainText('Angry')
      const asked = model.requests.length
      await talk(page, '+15550101002', 'مريم', 'I forgot my appointment yesterday, sorry')
      await page.goto(`${earmark.url}/o/${SLUG}/suggestions`)
      const suggestions = page.getByRole('list', { name: say('Suggestions') }).getByRole('listitem')
      await expect(suggestions).toHaveCount(1, { timeout: 30_000 })
      await expect(suggestions.first()).toContainText('Did not come to the appointment.')
      await expect(suggestions.first()).toContainText(modelName)
      await checkAccessibility(page)
      await suggestions
        .first()
        .getByRole('button', { name: say('Accept {name}', { name: 'No-show' }) })
        .click()
      await openContact(page, 'مريم')
      await expect(tags).toContainText('No-show')
      await expect(tags).toContainText(say('Manual (admin)'))
      expect(model.requests).toHaveLength(asked + 1)

      await page.goto(`${earmark.url}/o/${SLUG}/settings/ai`)
      await page.getByLabel(say('Tokens a month, all models together')).fill('500')
      await page.getByRole('button', { name: say('Save'), exact: true }).click()
      const usedUp = page.getByText(USED_UP(say).slice(0, 30))
      await expect(usedUp.first()).toBeVisible()
      await checkAccessibility(page)
      await talk(page, 'US.1349120865', '@oluwaseun', 'this is the third time I ask')
      await expect(page.locator('[data-analysis=done]')).toContainText(say('Built-in classifier'), { timeout: 30_000 })
      await expect(page.locator('[data-analysis=done]')).toContainText(say('this month’s tokens are used up'))
      expect(model.requests).toHaveLength(asked + 1)

      await page.goto(`${earmark.url}/o/${SLUG}/settings/ai`)
      await page.getByRole('link', { name: say('Open the log of model calls') }).click()
      const calls = page.getByRole('table').getByRole('row')
      await expect(calls).toHaveCount(6)
      await page.getByLabel(say('Outcome')).selectOption('failed')
      await expect(calls).toHaveCount(2)
      await page.getByLabel(say('Outcome')).selectOption('')
      await expect(calls).toHaveCount(6)
      await checkAccessibility(page)
      await calls.nth(1).getByRole('button').click()
      await expect(dialog).toContainText('I forgot my appointment yesterday')
      await expect(dialog).not.toContainText('sk-journey')
      await checkAccessibility(page)

      await page.goto(`${earmark.url}/o/${SLUG}/tags`)
      await page.getByRole('button', { name: say('Actions for {name}', { name: 'Angry' }) }).click()
      await page.getByRole('menuitem', { name: say('Edit') }).click()
      await dialog.getByRole('button', { name: say('Try it') }).click()
      const stopped = dialog.getByRole('alert')
      await expect(stopped).toContainText(modelName)
      await expect(stopped).toContainText(say('this month’s tokens are used up'))
      await checkAccessibility(page)
      await stopped.getByRole('button', { name: say('Try with the built-in classifier') }).click()
      const builtIn = say('Judged by: {names}', { names: say('Built-in classifier') })
      await expect(dialog.getByText(builtIn)).toBeVisible({ timeout: 30_000 })
      await expect(dialog.getByRole('status')).toContainText(say('Conversations read: {read}', { read: 4 }))
      await expect(stopped).toHaveCount(0)
      expect(model.requests).toHaveLength(asked + 1)
      await call('PATCH', '/v1/models/settings', { monthly_tokens: null })
      await test.step('when it fails once in the middle, Go on reads what is left, and keeps what was read', async () => {
        let fails = true
        model.answer = (request, n) => {
          if (!fails || !request.text.includes('I forgot')) return finds(request, n)
          fails = false
          return { status: 401, error: 'no such key' }
        }
        const goOn = dialog.getByRole('button', { name: say('Go on'), exact: true })
        const judges = dialog.getByText(say('Judged by: {names}', { names: `${modelName} (${name})` }), { exact: true })
        const gains = dialog.getByRole('list', { name: say('Would get it: {count}', { count: 1 }) })
        await expect(goOn).toHaveCount(0)
        await dialog.getByRole('button', { name: tryAgain }).press('Enter')
        await expect(stopped).toContainText(modelName, { timeout: 30_000 })
        await expect(dialog.getByRole('status')).toContainText(say('Conversations read: {read}', { read: 1 }))
        await expect(goOn).toBeFocused()
        await expect(dialog.getByRole('button', { name: say('Start over') })).toBeVisible()
        await expect(gains).toContainText('@oluwaseun')
        await checkAccessibility(page)
        const description = dialog.getByLabel(say('Description'))
        const written = await description.inputValue()
        await description.fill('Somebody else')
        await expect(goOn).toHaveCount(0)
        await description.fill(written)
        await goOn.press('Enter')
        await expect(dialog.getByRole('status')).toContainText(say('Conversations read: {read}', { read: 4 }), {
          timeout: 30_000,
        })
        await expect(stopped).toHaveCount(0)
        await expect(goOn).toHaveCount(0)
        await expect(dialog.getByRole('button', { name: tryAgain })).toBeFocused()
        await expect(judges).toBeVisible()
        await expect(gains.getByRole('listitem')).toHaveCount(1)
        await expect(gains).toContainText('@oluwaseun')
        await expect(
          dialog.getByText(say('Left alone, because a person took it off or rejected it: {count}', { count: 1 })),
        ).toBeVisible()
      })
      expect(model.requests).toHaveLength(asked + 8)
      await checkAccessibility(page)
    })
  })
}
