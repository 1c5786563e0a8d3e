// Message templates as Meta lists them, read into what can be filled in; and a filled one as it is sent and as it is read.
// https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/components
import { z } from 'zod'

const Variable = z.object({
  key: z.string().describe('By which its value is given, such as `body.customer_name`, `header.1` or `button.0`.'),
  part: z.enum(['header', 'body', 'button']),
  name: z.string().describe('As the template writes it between braces: a name, or a number.'),
  button: z.string().nullable().describe('What the button says whose address it ends.'),
  example: z.string().nullable().describe('What Meta was shown when the template was approved.'),
})
export type TemplateVariable = z.output<typeof Variable>

/** What may stand above the text in place of a heading: a file that is chosen when it is sent. */
const HEADER_FILES = ['image', 'video', 'document'] as const

const OBSTACLES = ['header_location', 'authentication', 'button', 'unknown_part'] as const
type Obstacle = (typeof OBSTACLES)[number]

export const Template = z
  .object({
    name: z.string(),
    language: z.string().describe('Meta’s code, such as en_US.'),
    category: z.string(),
    header: z.string().nullable().describe('Null without one, and when it is no text.'),
    header_file: z.enum(HEADER_FILES).nullable().describe('The kind of file that it needs above its text.'),
    body: z.string(),
    footer: z.string().nullable(),
    buttons: z.array(
      z.object({
        type: z.string(),
        text: z.string(),
        target: z.string().nullable().describe('Where it leads: an address or a phone number.'),
      }),
    ),
    variables: z.array(Variable).describe('What needs a value before it is sent.'),
    obstacle: z.enum(OBSTACLES).nullable().describe('Why it cannot be sent from here.'),
  })
  .meta({ id: 'Template' })
export type Template = z.output<typeof Template>
type TemplateButton = Template['buttons'][number]

const text = z.string().catch('')
const Button = z.looseObject({
  type: z.string().toUpperCase(),
  text,
  url: z.string().nullish().catch(null),
  phone_number: z.string().nullish().catch(null),
  example: z.array(z.string()).or(z.string()).nullish().catch(null),
})
const NamedExamples = z
  .array(z.object({ param_name: z.string(), example: z.string() }))
  .nullish()
  .catch(null)
const Component = z.looseObject({
  type: z.string().toUpperCase(),
  format: z.string().toUpperCase().optional().catch(undefined),
  text,
  buttons: z.array(Button).optional().catch(undefined),
  example: z
    .looseObject({
      header_text: z.array(z.string()).nullish().catch(null),
      header_text_named_params: NamedExamples,
      body_text: z.array(z.array(z.string())).nullish().catch(null),
      body_text_named_params: NamedExamples,
    })
    .nullish()
    .catch(null),
})
/** As far as it is read. */
export const MetaTemplate = z.looseObject({
  name: z.string(),
  language: z.string(),
  status: z.string().toUpperCase(),
  category: text,
  components: z.array(Component).catch([]),
})
export type MetaTemplate = z.output<typeof MetaTemplate>
type MetaComponent = z.output<typeof Component>
type MetaButton = z.output<typeof Button>

const BRACED = /\{\{\s*(\w+)\s*\}\}/g

/** The names between braces, each once: numbers in their order, as Meta wants the values in it. */
function namesIn(written: string): string[] {
  const names = [...new Set([...written.matchAll(BRACED)].map(([, name]) => name!))]
  return names.every(isNumber) ? names.toSorted((a, b) => Number(a) - Number(b)) : names
}
const isNumber = (name: string) => /^\d+$/.test(name)

/** Buttons that say all that is needed by themselves; of an address the end may be a variable. */
const SIMPLE_BUTTONS = ['QUICK_REPLY', 'PHONE_NUMBER', 'URL']

export function readTemplate({ name, language, category, components }: MetaTemplate): Template {
  const part = (type: string) => components.find((each) => each.type === type)
  const [header, body, footer] = [part('HEADER'), part('BODY'), part('FOOTER')]
  const buttons = part('BUTTONS')?.buttons ?? []
  const format = header?.format?.toLowerCase()
  return {
    name,
    language,
    category: category.toLowerCase(),
    header: header && (format ?? 'text') === 'text' ? header.text : null,
    header_file: HEADER_FILES.find((kind) => kind === format) ?? null,
    body: body?.text ?? '',
    footer: footer?.text || null,
    buttons: buttons.map((button) => ({
      type: button.type.toLowerCase(),
      text: button.text,
      target: button.url ?? button.phone_number ?? null,
    })),
    variables: [
      ...(header ? variablesOf('header', header) : []),
      ...(body ? variablesOf('body', body) : []),
      ...buttons.flatMap(variablesOfButton),
    ],
    obstacle: obstacleIn(category, components, buttons),
  }
}

function variablesOf(part: 'header' | 'body', { text: written, example }: MetaComponent): TemplateVariable[] {
  const inOrder = part === 'header' ? example?.header_text : example?.body_text?.[0]
  const named = part === 'header' ? example?.header_text_named_params : example?.body_text_named_params
  return namesIn(written).map((name, index) => ({
    key: `${part}.${name}`,
    part,
    name,
    button: null,
    example: named?.find(({ param_name }) => param_name === name)?.example ?? inOrder?.[index] ?? null,
  }))
}

function variablesOfButton({ type, text: label, url, example }: MetaButton, index: number): TemplateVariable[] {
  const [name] = type === 'URL' ? namesIn(url ?? '') : []
  if (name === undefined) return []
  const whole = (Array.isArray(example) ? example[0] : example) ?? null
  // Some write the whole address as the example, some its end alone.
  const before = url!.slice(0, url!.search(BRACED))
  const end = whole?.startsWith(before) ? whole.slice(before.length) : whole
  return [{ key: `button.${index}`, part: 'button', name, button: label, example: end }]
}

function obstacleIn(
  category: string,
  components: readonly MetaComponent[],
  buttons: readonly MetaButton[],
): Obstacle | null {
  if (category.toUpperCase() === 'AUTHENTICATION') return 'authentication'
  const format = components.find(({ type }) => type === 'HEADER')?.format ?? 'TEXT'
  if (format === 'LOCATION') return 'header_location'
  if (buttons.some(({ type }) => !SIMPLE_BUTTONS.includes(type))) return 'button'
  const known = components.every(({ type }) => ['HEADER', 'BODY', 'FOOTER', 'BUTTONS'].includes(type))
  return known && ['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT'].includes(format) ? null : 'unknown_part'
}

export type TemplateValues = Readonly<Record<string, string>>

/** A text of the template with the values in their places; what has none stays in braces. */
export const fillIn = (part: TemplateVariable['part'], written: string, values: TemplateValues): string =>
  written.replaceAll(BRACED, (braces, name: string) => values[`${part}.${name}`] || braces)

/** Where a button leads to with its value in its place. */
export const filledTarget = ({ target }: TemplateButton, index: number, values: TemplateValues): string | null =>
  target?.replaceAll(BRACED, (braces) => values[`button.${index}`] || braces) ?? null

interface SentPart {
  type: string
  parameters: Record<string, unknown>[]
  [more: string]: unknown
}
/** A template as it is handed to Meta. */
export interface SentTemplatePart {
  name: string
  language: { code: string }
  components?: SentPart[]
}

/**
 * The template's part of a message to Meta. Every variable needs a value. The file of one that has one is known to Meta
 * only when it is sent: see `withHeaderFile`.
 */
export function templatePart(
  { name, language, variables, header_file }: Template,
  values: TemplateValues,
): SentTemplatePart {
  const parametersOf = (part: TemplateVariable['part']) =>
    variables
      .filter((each) => each.part === part)
      .map(({ key, name: variable }) => ({
        type: 'text',
        ...(isNumber(variable) ? {} : { parameter_name: variable }),
        text: values[key]!,
      }))
  const filled = (['header', 'body'] as const).flatMap((type) => {
    const parameters = parametersOf(type)
    return parameters.length > 0 ? [{ type, parameters }] : []
  })
  const buttons = variables
    .filter(({ part }) => part === 'button')
    .map(({ key }) => ({
      type: 'button',
      sub_type: 'url',
      index: key.slice('button.'.length),
      parameters: [{ type: 'text', text: values[key]! }],
    }))
  const file = header_file === null ? [] : [{ type: 'header', parameters: [{ type: header_file }] }]
  const components = [...file, ...filled, ...buttons]
  return { name, language: { code: language }, ...(components.length > 0 ? { components } : {}) }
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
            parameters: part.parameters.map(({ type }) => ({ type, [String(type)]: { id, ...named(type) } })),
          }
        : part,
    ),
  } as SentTemplatePart
}
