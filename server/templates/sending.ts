// Sending a template: its values are checked, and what the customer will read is kept with the message.
import type { Actor } from '../access/actor.ts'
import {
  fillIn,
  filledPlace,
  filledTarget,
  type Template,
  type TemplateVariable,
} from '../channels/whatsapp/template.ts'
import { templatePart } from '../channels/whatsapp/template-part.ts'
import { checkFile } from '../conversations/sending-media.ts'
import { sendTemplate as sendFilled } from '../conversations/sending-templates.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { SentFile } from '../lib/route.ts'

/** Characters that WhatsApp takes of each text with its values in it. */
const MOST_FILLED = { header: 60, body: 1024, button: 2000 }
/** Characters of what stands alone. Of a place Meta tells no limit: that one is ours. */
const MOST_ALONE = { location: 1000, code: 20, product: 100 }
/** How many degrees there are to either side, and how they are written. */
const DEGREES: Partial<Record<string, { most: number; example: string }>> = {
  latitude: { most: 90, example: '41.1579' },
  longitude: { most: 180, example: '-8.6291' },
}

interface Wanted {
  values: Readonly<Record<string, string>>
  file?: (SentFile & { file_name?: string | undefined }) | undefined
  client_key?: string | undefined
}

/**
 * Sends a template as Meta has it now, with a value for each variable and the file that it begins with, if it does; answers
 * the message's id. Refuses one that cannot be sent from here, values that are missing, too long, not wanted or not in one
 * line, a file of another kind, and whatever `sendTemplate` of conversations refuses.
 */
export async function sendTemplate(
  tx: Tx,
  actor: Actor,
  conversationId: string,
  template: Template,
  { values, file, client_key }: Wanted,
): Promise<string> {
  const { body, header, header_file, footer, buttons, obstacle } = template
  if (obstacle !== null)
    throw new Problem('conflict', 'This template needs something that cannot be sent from here. Choose another one.', {
      reason: 'template_not_sendable',
      field: 'name',
      data: { obstacle },
    })
  checkValues(template, values)
  checkHeaderFile(template, file)
  return sendFilled(tx, actor, conversationId, {
    part: templatePart(template, values),
    text: fillIn('body', body, values),
    shown: {
      header: header === null ? null : fillIn('header', header, values),
      header_file,
      place: filledPlace(template, values),
      footer,
      buttons: buttons.map((button, index) => ({ ...button, target: filledTarget(button, index, values) })),
    },
    file,
    client_key,
  })
}

function checkHeaderFile({ header_file }: Template, file: Wanted['file']): void {
  if (header_file === null) {
    if (file === undefined) return
    throw new Problem('invalid', 'The template has no place for a file. Send it without one.', {
      reason: 'template_file_unwanted',
    })
  }
  if (file === undefined)
    throw new Problem('invalid', 'This template begins with a file. Choose one.', {
      reason: 'template_file_missing',
      field: 'file',
    })
  if (checkFile(file).type !== header_file)
    throw new Problem('invalid', 'The template begins with a file of another kind. Choose such a one.', {
      reason: 'template_file_other_kind',
      field: 'file',
    })
}

function checkValues(template: Template, values: Wanted['values']): void {
  const unknown = Object.keys(values).find((key) => !template.variables.some((each) => each.key === key))
  if (unknown !== undefined)
    throw new Problem('invalid', 'The template has changed meanwhile. Choose it again.', {
      reason: 'template_value_unknown',
      field: `values.${unknown}`,
    })
  for (const variable of template.variables) checkValue(template, variable, values)
}

function checkValue(template: Template, variable: TemplateVariable, values: Wanted['values']): void {
  const { key, part, optional } = variable
  const value = values[key] ?? ''
  const field = `values.${key}`
  if (value === '') {
    if (optional) return
    throw new Problem('invalid', 'Fill this in: WhatsApp sends no template with a gap.', {
      reason: 'template_value_missing',
      field,
    })
  }
  if (part === 'button' && /\s/.test(value))
    throw new Problem('invalid', 'The end of a link contains no spaces.', { reason: 'template_value_spaces', field })
  if (/[\r\n\t]| {5}/.test(value))
    throw new Problem(
      'invalid',
      'WhatsApp takes neither line breaks nor tabs here, and at most four spaces in a row.',
      {
        reason: 'template_value_lines',
        field,
      },
    )
  if (part === 'location') checkDegrees(variable, value)
  if (part === 'header' || part === 'body' || part === 'button') checkFilledLength(template, part, key, values)
  else if (value.length > MOST_ALONE[part])
    throw new Problem('invalid', `Use at most ${MOST_ALONE[part]} characters.`, {
      reason: 'too_long',
      field,
      data: { max: MOST_ALONE[part] },
    })
}

function checkDegrees({ key, name }: TemplateVariable, value: string): void {
  const degrees = DEGREES[name]
  if (degrees === undefined) return
  const { most, example } = degrees
  if (/^-?\d{1,3}(\.\d+)?$/.test(value) && Math.abs(Number(value)) <= most) return
  throw new Problem('invalid', `Write degrees from -${most} to ${most} with a decimal point, such as ${example}.`, {
    reason: 'template_degrees_invalid',
    field: `values.${key}`,
    data: { most, example },
  })
}

/** Of the text that a variable stands in. */
function checkFilledLength(
  { header, body, buttons }: Template,
  part: keyof typeof MOST_FILLED,
  key: string,
  values: Wanted['values'],
): void {
  const index = Number(key.slice('button.'.length))
  const filled =
    part === 'button'
      ? filledTarget(buttons[index]!, index, values)
      : fillIn(part, (part === 'header' ? header : body) ?? '', values)
  const max = MOST_FILLED[part]
  if ((filled ?? '').length > max)
    throw new Problem('invalid', `With this the template is too long: at most ${max} characters in this part.`, {
      reason: 'template_too_long',
      field: `values.${key}`,
      data: { max },
    })
}
