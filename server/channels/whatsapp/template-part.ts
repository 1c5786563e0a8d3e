// A filled template as it is handed to Meta.
// https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
import { filledPlace, isNumber, type Template, type TemplateValues } from './template.ts'

interface SentPart {
  type: string
  parameters?: Record<string, unknown>[]
  [more: string]: unknown
}
/** A template as it is handed to Meta. */
export interface SentTemplatePart {
  name: string
  language: { code: string }
  components?: SentPart[]
}

/**
 * The template's part of a message to Meta. Every variable needs a value that is not optional. The file of one that has one
 * is known to Meta only when it is sent: see `withHeaderFile`.
 */
export function templatePart(template: Template, values: TemplateValues): SentTemplatePart {
  const { name, language, buttons } = template
  const components = [
    ...headerOf(template, values),
    ...textsOf(template, 'header', values),
    ...textsOf(template, 'body', values),
    ...buttons.flatMap((button, index) => partOfButton(template, button.type, index, values)),
  ]
  return { name, language: { code: language }, ...(components.length > 0 ? { components } : {}) }
}

/** What stands above the text and is none. */
function headerOf(template: Template, values: TemplateValues): SentPart[] {
  const location = filledPlace(template, values)
  if (location !== null) return [{ type: 'header', parameters: [{ type: 'location', location }] }]
  return template.header_file === null ? [] : [{ type: 'header', parameters: [{ type: template.header_file }] }]
}

function textsOf({ variables }: Template, type: 'header' | 'body', values: TemplateValues): SentPart[] {
  const parameters = variables
    .filter(({ part }) => part === type)
    .map(({ key, name }) => ({
      type: 'text',
      ...(isNumber(name) ? {} : { parameter_name: name }),
      text: values[key]!,
    }))
  return parameters.length > 0 ? [{ type, parameters }] : []
}

function partOfButton({ variables }: Template, type: string, at: number, values: TemplateValues): SentPart[] {
  const key = `button.${at}`
  const button = { type: 'button', index: String(at) }
  const given = values[key] ?? ''
  switch (type) {
    case 'url': {
      if (!variables.some((each) => each.key === key)) return []
      return [{ ...button, sub_type: 'url', parameters: [{ type: 'text', text: given }] }]
    }
    case 'copy_code':
      return [{ ...button, sub_type: 'copy_code', parameters: [{ type: 'coupon_code', coupon_code: given }] }]
    // Meta refuses a form that is not named, and takes one without a token: its answer names the message anyway.
    case 'flow':
      return [{ ...button, sub_type: 'flow' }]
    case 'catalog': {
      const action = { thumbnail_product_retailer_id: given }
      return [{ ...button, sub_type: 'CATALOG', ...(given === '' ? {} : { parameters: [{ type: 'action', action }] }) }]
    }
    default:
      return []
  }
}

/** The same with the file above its text, by Meta's id of it. */
export function withHeaderFile(
  template: SentTemplatePart,
  { id, file_name }: { id: string; file_name: string | null },
): SentTemplatePart {
  const named = (kind: unknown) => (kind === 'document' && file_name !== null ? { filename: file_name } : {})
  return {
    ...template,
    components: template.components?.map((part) =>
      part.type === 'header'
        ? {
            ...part,
            parameters: part.parameters?.map(({ type }) => ({ type, [String(type)]: { id, ...named(type) } })),
          }
        : part,
    ),
  } as SentTemplatePart
}
