// The tag catalog and the tags of a contact, as an administrator looks after them, in two languages and both themes: the
// guide's G8 to G19.
import { expect, test, type Page } from '@playwright/test'
import { startEarmark, type Earmark } from './earmark.ts'
import { callAs, checkAccessibility, setUp, SLUG } from './people.ts'
import { LOOKS, sayIn } from './words.ts'

interface Tag {
  id: string
  name: string
}

for (const { locale, browserLocale, colorScheme } of LOOKS) {
  const say = sayIn(locale)
  const taken = (name: string) =>
    say('There is already a tag named “{name}”. Choose another name, or use that one.', { name })

  test.describe(`in ${locale}, ${colorScheme}`, () => {
    test.use({ locale: browserLocale, colorScheme })
    let earmark: Earmark
    test.beforeEach(async ({ page }) => {
      earmark = await startEarmark()
      await setUp(page, earmark, say)
    })
    test.afterEach(() => earmark.stop())

    const elsewhere = <T>(page: Page, method: string, path: string, data?: object): Promise<T> =>
      callAs<T>(page, earmark.url, method, path, data)

    const createTags = (page: Page, ...names: string[]) =>
      Promise.all(names.map((name) => elsewhere<Tag>(page, 'POST', '/v1/tags', { name })))

    /** Lets customers write, and puts tags on all of them. */
    async function customers(page: Page, count: number, tagIds: string[]): Promise<string[]> {
      for (let n = 0; n < count; n++) earmark.receive('--from', `+35191000000${n}`, '--name', `Customer ${n}`, 'olá')
      const read = () => elsewhere<{ contacts: { id: string }[] }>(page, 'GET', '/v1/contacts')
      await expect(async () => expect((await read()).contacts).toHaveLength(count)).toPass()
      const { contacts } = await read()
      for (const { id } of tagIds.length > 0 ? contacts : [])
        await elsewhere(page, 'POST', `/v1/contacts/${id}/tags`, { add: tagIds })
      return contacts.map(({ id }) => id)
    }

    const openCatalog = async (page: Page, search = '') => {
      await page.goto(`${earmark.url}/o/${SLUG}/tags${search}`)
      await expect(page.getByRole('heading', { name: say('Contact tags') })).toBeVisible()
    }
    const row = (page: Page, name: string) =>
      page.getByRole('row').filter({ has: page.getByRole('rowheader').getByText(name, { exact: true }) })

    async function act(page: Page, name: string, action: string): Promise<void> {
      await page.getByRole('button', { name: say('Actions for {name}', { name }), exact: true }).click()
      await page.getByRole('menuitem', { name: action }).click()
    }

    test('G9 G10 G11: tags are created and edited; a name that is taken, was deleted, or looks like another is told of', async ({
      page,
    }) => {
      await openCatalog(page)
      await page
        .getByRole('button', { name: say('New tag') })
        .first()
        .click()
      const create = page.getByRole('dialog', { name: say('Create tag') })
      await create.getByLabel(say('Name')).fill('Refund')
      await create.getByLabel(say('Description')).fill('Wants money back.')
      await create.getByRole('radio', { name: say('Amber') }).check()
      await checkAccessibility(page)
      await create.getByRole('button', { name: say('Create'), exact: true }).click()
      await expect(page.getByText(say('Tag created'))).toBeVisible()
      await expect(row(page, 'Refund')).toContainText('Wants money back.')

      await page.getByRole('button', { name: say('New tag') }).click()
      await create.getByLabel(say('Name')).fill('refunds')
      await expect(create.getByRole('status')).toContainText(say('There is a similar tag already:'))
      await create.getByLabel(say('Name')).fill(' REFUND ')
      await create.getByRole('button', { name: say('Create'), exact: true }).click()
      await expect(create.getByText(taken('Refund'))).toBeVisible()
      await expect(create.getByLabel(say('Name'))).toBeFocused()

      // Fifty characters as people see them, and not one more.
      await create.getByLabel(say('Name')).fill('👨‍👩‍👧'.repeat(51))
      await expect(create.getByText('51/50')).toBeVisible()
      await create.getByRole('button', { name: say('Create'), exact: true }).click()
      await expect(create.getByText(say('Use at most {max} characters.', { max: 50 }))).toBeVisible()
      await create.getByLabel(say('Name')).fill('👨‍👩‍👧'.repeat(50))
      await create.getByRole('button', { name: say('Create'), exact: true }).click()
      await expect(create).toBeHidden()

      await act(page, 'Refund', say('Edit'))
      const edit = page.getByRole('dialog', { name: say('Edit tag') })
      await expect(edit.getByLabel(say('Name'))).toHaveValue('Refund')
      await expect(edit.getByRole('radio', { name: say('Amber') })).toBeChecked()
      await edit.getByLabel(say('Name')).fill('Refund wanted')
      await edit.getByRole('button', { name: say('Save') }).click()
      await expect(page.getByText(say('Tag updated'))).toBeVisible()
      await expect(
        page.getByRole('button', { name: say('Actions for {name}', { name: 'Refund wanted' }) }),
      ).toBeVisible()

      // The same name again, after it was deleted: that one, or a new one.
      const { tags } = await elsewhere<{ tags: Tag[] }>(page, 'GET', '/v1/tags')
      const old = tags.find((tag) => tag.name === 'Refund wanted')!
      await elsewhere(page, 'POST', '/v1/tags/delete', { ids: [old.id] })
      await page.getByRole('button', { name: say('New tag') }).click()
      await create.getByLabel(say('Name')).fill('refund wanted')
      await create.getByLabel(say('Description')).fill('Another text.')
      await create.getByRole('button', { name: say('Create'), exact: true }).click()
      await expect(create.getByText(say('A deleted tag has this name'))).toBeVisible()
      await expect(create.getByRole('button', { name: say('Restore it') })).toBeFocused()
      await page.keyboard.press('Enter')
      await expect(page.getByText(say('Tag restored'))).toBeVisible()
      // What was typed is not lost: it is the edit that may be saved.
      await expect(edit.getByLabel(say('Description'))).toHaveValue('Another text.')
      await edit.getByRole('button', { name: say('Cancel') }).click()
      await expect(row(page, 'Refund wanted')).toContainText('Wants money back.')
    })

    test('G11: of two people who edit a tag at once nobody’s change is lost, also when it is deleted meanwhile', async ({
      page,
    }) => {
      const [tag] = await createTags(page, 'VIP')
      const change = (data: object) => elsewhere(page, 'PATCH', `/v1/tags/${tag!.id}`, data)
      const now = async () => (await elsewhere<{ tags: Tag[] }>(page, 'GET', '/v1/tags')).tags
      await openCatalog(page)
      await act(page, 'VIP', say('Edit'))
      const edit = page.getByRole('dialog', { name: say('Edit tag') })
      await edit.getByLabel(say('Name')).fill('VIPs')
      await change({ name: 'V.I.P.', description: 'From elsewhere.' })
      await edit.getByRole('button', { name: say('Save') }).click()
      await expect(
        edit.getByText(
          say('{by} changed the name to “{name}” meanwhile. Save again to put yours in its place.', {
            by: 'Ana Sousa',
            name: 'V.I.P.',
          }),
        ),
      ).toBeVisible()
      await expect(edit.getByLabel(say('Name'))).toHaveValue('VIPs')
      await expect(edit.getByLabel(say('Description'))).toHaveValue('From elsewhere.')
      expect(await now()).toMatchObject([{ name: 'V.I.P.' }])
      await edit.getByRole('button', { name: say('Save') }).click()
      await expect(page.getByText(say('Tag updated'))).toBeVisible()
      expect(await now()).toMatchObject([{ name: 'VIPs', description: 'From elsewhere.' }])

      await act(page, 'VIPs', say('Edit'))
      await edit.getByLabel(say('Description')).fill('Typed for a while.')
      await elsewhere(page, 'POST', '/v1/tags/delete', { ids: [tag!.id] })
      await edit.getByRole('button', { name: say('Save') }).click()
      await expect(
        edit.getByText(say('This tag was deleted meanwhile. Nothing was saved; what you typed is still here.')),
      ).toBeVisible()
      await edit.getByRole('button', { name: say('Restore and save') }).click()
      await expect(edit).toBeHidden()
      expect(await now()).toMatchObject([{ name: 'VIPs', description: 'Typed for a while.' }])
    })

    test('G12 G13 G14 G19: tags are deleted one by one and together, stay as history, and come back under their name, another, or merged', async ({
      page,
    }) => {
      const [refund, vip] = await createTags(page, 'Refund', 'VIP', 'Later', 'Never used')
      const [contactId] = await customers(page, 2, [refund!.id, vip!.id])
      await openCatalog(page)
      await expect(
        page.getByRole('link', { name: say('{shown} contacts with {name}', { shown: 2, count: 2, name: 'Refund' }) }),
      ).toBeVisible()

      await act(page, 'Refund', say('Delete'))
      const dialog = page.getByRole('dialog')
      await expect(dialog).toContainText(say('{shown} contacts carry it', { shown: 2, count: 2 }))
      await expect(dialog).toContainText(
        say(
          'History assignments remain readable: contacts keep showing what was deleted, struck through, with source and date.',
        ),
      )
      await checkAccessibility(page)
      await dialog.getByRole('button', { name: say('Delete tag') }).click()
      await expect(page.getByText(say('Tag deleted'))).toBeVisible()
      await expect(row(page, 'Refund')).toBeHidden()
      await page.getByRole('button', { name: say('Undo') }).click()
      await expect(row(page, 'Refund')).toBeVisible()

      // Several: a range, and one that the search hides is told of.
      await page.getByLabel(say('Select {name}', { name: 'Later' })).click()
      await page.getByLabel(say('Select {name}', { name: 'Refund' })).click({ modifiers: ['Shift'] })
      await page.getByLabel(say('Search tags')).fill('ref')
      const chosen = page.getByRole('region', { name: say('Selected tags') })
      await expect(chosen).toContainText(/^3 /)
      await expect(chosen).toContainText(say('{shown} of them not shown here', { shown: 2, count: 2 }))
      await chosen.getByRole('button', { name: say('Delete selected') }).click()
      for (const name of ['Later', 'Never used', 'Refund'])
        await expect(dialog.getByText(name, { exact: true })).toBeVisible()
      await dialog.getByRole('button', { name: say('Delete {shown} tags', { shown: 3, count: 3 }) }).click()
      await expect(page.getByText(say('{shown} tags deleted', { shown: 3, count: 3 }))).toBeVisible()

      // The contact is unaffected: struck through in the list, historical in the panel, and in no filter.
      await page.goto(`${earmark.url}/o/${SLUG}/contacts?contact=${contactId}`)
      const panel = page.locator('[aria-labelledby="contact-name"]')
      const historical = panel.getByRole('region', { name: say('Historical') })
      await expect(historical).toContainText(say('Read-only'))
      await expect(historical.locator('s')).toHaveText('Refund')
      await expect(historical.getByRole('button')).toHaveCount(0)
      await expect(page.getByRole('row').filter({ hasText: 'Customer 0' }).locator('s')).toHaveText('Refund')
      await panel.getByRole('button', { name: say('Add tag') }).click()
      await expect(page.getByRole('option')).toHaveCount(0)

      // Meanwhile another has taken the name.
      const [young] = await createTags(page, 'refund')
      await elsewhere(page, 'POST', `/v1/contacts/${contactId}/tags`, { add: [young!.id] })
      await openCatalog(page)
      await page.getByRole('link', { name: say('Deleted only') }).click()
      await expect(page).toHaveURL(/status=deleted/)
      await expect(row(page, 'Refund').locator('s')).toBeVisible()
      await expect(row(page, 'Refund')).toContainText('2')
      await expect(row(page, 'Refund').getByRole('link')).toHaveCount(0)
      await act(page, 'Later', say('Restore'))
      await expect(page.getByText(say('Tag restored')).last()).toBeVisible()
      await expect(row(page, 'Later')).toBeHidden()
      await act(page, 'Refund', say('Restore'))
      await expect(dialog).toContainText(say('Another tag has its name now:'))
      await expect(dialog.getByRole('textbox')).toHaveValue('Refund 2')
      await dialog.getByRole('textbox').fill('later')
      await dialog.getByRole('button', { name: say('Restore'), exact: true }).click()
      await expect(dialog.getByText(taken('Later'))).toBeVisible()
      await dialog.getByLabel(say('Merge it into “{name}”', { name: 'refund' })).check()
      await expect(dialog).toContainText(
        `${say('{shown} contacts carry “{from}”.', { shown: 2, count: 2, from: 'Refund' })} ${say('{shown} of them carry “{into}” as well.', { shown: 1, count: 1, into: 'refund' })}`,
      )
      await checkAccessibility(page)
      await dialog.getByRole('button', { name: say('Merge into “{name}”', { name: 'refund' }) }).click()
      await expect(dialog).toContainText(say('{shown} contacts changed', { shown: 2, count: 2 }))
      await dialog
        .getByRole('button', { name: say('Close') })
        .last()
        .click()
      await page.getByRole('link', { name: say('Include deleted') }).click()
      await expect(row(page, 'Refund').first()).toContainText(`${say('Merged into')} refund`)
      await expect(
        page.getByRole('link', { name: say('{shown} contacts with {name}', { shown: 2, count: 2, name: 'refund' }) }),
      ).toBeVisible()

      // A link with the old id leads to the survivor, and names it.
      await page.goto(`${earmark.url}/o/${SLUG}/contacts?any_tags=${refund!.id}`)
      await expect(page.getByText(say('{shown} contacts match', { shown: 2, count: 2 }))).toBeVisible()
      await expect(page.getByRole('button', { name: /refund/ }).first()).toBeVisible()
    })

    test('G15 G16 G17 G18: a tag is put on a contact and taken off by keyboard, and its history says who, how, when and why', async ({
      page,
    }) => {
      const [gone] = await createTags(page, 'Gone', 'Café', 'Cup')
      const [contactId] = await customers(page, 1, [])
      // The catalog comes after the picker was opened, and after a word and Enter.
      let catalog = Promise.withResolvers<void>()
      await page.route(/\/v1\/tags(\?|$)/, async (route) => {
        const response = await route.fetch()
        await catalog.promise
        await route.fulfill({ response })
      })
      await page.goto(`${earmark.url}/o/${SLUG}/contacts?contact=${contactId}`)
      const panel = page.locator('[aria-labelledby="contact-name"]')
      const adder = panel.getByRole('button', { name: say('Add tag') })
      await adder.focus()
      await page.keyboard.press('Enter')
      const search = page.getByRole('combobox', { name: say('Search tags') })
      const none = panel.getByText(say('No tags yet.'))
      await expect(search).toBeFocused()
      // What was closed, or written over, is not taken.
      await page.keyboard.type('Cup')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Escape')
      catalog.resolve()
      await expect(adder).toBeFocused()
      await page.keyboard.press('Enter')
      await expect(page.getByRole('option')).toHaveCount(3)
      await expect(none).toBeVisible()
      for (const [first, then] of [
        ['Cup', ' of'],
        ['', ''],
        ['CAFE', null],
      ] as const) {
        catalog = Promise.withResolvers<void>()
        await page.reload()
        await adder.focus()
        await page.keyboard.press('Enter')
        await expect(search).toBeFocused()
        await page.keyboard.type(first)
        await page.keyboard.press('Enter')
        if (then !== null) await page.keyboard.type(then)
        catalog.resolve()
        if (then === null) break
        await expect(page.getByRole('listbox')).toHaveAttribute('aria-busy', 'false')
        await expect(none).toBeVisible()
      }
      await expect(page.getByText(say('Tag added'))).toBeVisible()
      await expect(adder).toBeFocused()
      const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Lisbon' }).format(new Date())
      const active = panel.getByRole('region', { name: say('Active tags') })
      await expect(active).toContainText(`${say('Manual (admin)')} · ${today}`)

      // Deleted while the picker is open: a sentence, and the picker no longer has it.
      await page.keyboard.press('Enter')
      await expect(page.getByRole('option')).toHaveText(['Cup', 'Gone'])
      await elsewhere(page, 'POST', '/v1/tags/delete', { ids: [gone!.id] })
      await page
        .getByRole('option', { name: 'Gone' })
        .click({ timeout: 2000 })
        .catch(() => page.keyboard.press('Escape'))
      await adder.click()
      await expect(page.getByRole('option')).toHaveText(['Cup'])
      // So soon that its button has the focus yet: it is the picker that closes.
      await adder.focus()
      await page.keyboard.press('Escape')
      await expect(page.getByRole('option')).toHaveCount(0)
      await expect(panel).toBeVisible()

      await active.getByRole('button', { name: say('Remove {name}', { name: 'Café' }) }).click()
      await expect(page.getByText(say('Removed "{name}"', { name: 'Café' }))).toBeVisible()
      await expect(active).toContainText(say('No tags yet.'))
      const history = panel.getByRole('region', { name: say('History') })
      await expect(history.getByRole('listitem')).toHaveCount(2)
      await expect(history.getByRole('listitem').first()).toContainText(
        `${say('Manual (admin)')} · Ana Sousa · ${today}`,
      )

      // A long history is read to its end.
      const [cup] = (await elsewhere<{ tags: Tag[] }>(page, 'GET', '/v1/tags')).tags.filter((tag) => tag.name === 'Cup')
      for (let n = 0; n < 15; n++)
        for (const change of ['add', 'remove'])
          await elsewhere(page, 'POST', `/v1/contacts/${contactId}/tags`, { [change]: [cup!.id] })
      await page.reload()
      await expect(history.getByRole('listitem')).toHaveCount(20)
      await history.getByRole('button', { name: say('Show older changes') }).click()
      await expect(history.getByRole('listitem')).toHaveCount(32)
      await checkAccessibility(page)
    })
  })
}
