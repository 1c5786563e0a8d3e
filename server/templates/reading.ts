// Reading templates: which ones an account has that are approved, as Meta says now.
import type { Actor } from '../access/actor.ts'
import { findSendingChannel } from '../channels/pausing.ts'
import { readTemplate, type Template } from '../channels/whatsapp/template.ts'
import { listTemplates as askForTemplates, type ListTrouble } from '../channels/whatsapp/template-client.ts'
import { graphOf, type SenderResources } from '../conversations/sender.ts'
import { Problem } from '../lib/errors.ts'

/**
 * The approved templates of the account that a number belongs to, by name and language; those that cannot be sent from here
 * too, with what prevents it. Refuses a number of another organization, and says what Meta says when it gives no list.
 */
export async function listTemplates(
  server: SenderResources,
  actor: Actor,
  channelId: string,
  { name }: { name?: string } = {},
): Promise<{ templates: Template[]; complete: boolean }> {
  const channel = await findSendingChannel(server.db, server.secretKey, actor.org_id, channelId)
  if (!channel)
    throw new Problem('not_found', 'There is no such number in this organization.', { reason: 'channel_missing' })
  if (!channel.test && channel.access_token === null)
    throw new Problem(
      'conflict',
      'The WhatsApp account of this number has no access token, so its templates cannot be read. Ask an administrator to enter one.',
      { reason: 'templates_token_missing' },
    )
  const list = await askForTemplates(graphOf(server, channel), channel.waba_id, name === undefined ? {} : { name })
  if (list.outcome !== 'listed') throw TROUBLES[list.outcome](list.said ?? '')
  return {
    templates: list.templates
      .filter(({ status }) => status === 'APPROVED')
      .map(readTemplate)
      .toSorted((a, b) => a.name.localeCompare(b.name) || a.language.localeCompare(b.language)),
    complete: list.complete,
  }
}

const TROUBLES: Record<ListTrouble, (said: string) => Problem> = {
  token_refused: () =>
    new Problem(
      'conflict',
      'WhatsApp refuses the account’s access token, so its templates cannot be read. Ask an administrator to enter a new one.',
      { reason: 'templates_token_refused' },
    ),
  not_permitted: (said) =>
    new Problem(
      'conflict',
      'The account’s access token may not read its templates: it needs the permission whatsapp_business_management, and the account’s id must be right. Ask an administrator.',
      { reason: 'templates_not_permitted', data: { said } },
    ),
  throttled: (said) =>
    new Problem('too_many', 'WhatsApp was asked too often. Try again in some minutes.', {
      reason: 'templates_throttled',
      data: { said },
    }),
  unreachable: (said) =>
    new Problem('unavailable', 'WhatsApp does not answer when asked for the templates. Try again in a moment.', {
      reason: 'templates_unreachable',
      data: { said },
    }),
  refused: (said) =>
    new Problem('conflict', `WhatsApp does not tell the templates: ${said}`, {
      reason: 'templates_refused',
      data: { said },
    }),
}

/** One of them. Refuses a name and language that no approved template has. */
export async function getTemplate(
  server: SenderResources,
  actor: Actor,
  channelId: string,
  { name, language }: { name: string; language: string },
): Promise<Template> {
  const { templates } = await listTemplates(server, actor, channelId, { name })
  const template = templates.find((each) => each.name === name && each.language === language)
  if (!template)
    throw new Problem(
      'not_found',
      'WhatsApp has no approved template of this name and language any more. Choose another one.',
      {
        reason: 'template_missing',
        field: 'name',
      },
    )
  return template
}
