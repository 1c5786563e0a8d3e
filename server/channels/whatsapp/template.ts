// Message templates as Meta lists them, read into what can be filled in, and what the customer reads of a filled one.
// https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/components
import { z } from 'zod'

const Variable = z.object({
  key: z
    .string()
    .describe(
      'By which its value is given, such as `body.customer_name`, `header.1`, `button.0` or `location.latitude`.',
    ),
  part: z
    .enum(['header', 'body', 'button', 'location', 'code', 'product'])
    .describe(
      'Where it goes: a text, the end of an address, the place above, what a button copies, the product above.',
    ),
  name: z.string().describe('As the template writes it between braces: a name, or a number. Else what it is.'),
  button: z.string().nullable().describe('What the button says that it belongs to.'),
  example: z.string().nullable().describe('What Meta was shown when the template was approved.'),
  optional: z.boolean().describe('Whether the template is sent without it, too.'),
})
export type TemplateVariable = z.output<typeof Variable>

/** What may stand above the text in place of a heading: a file that is chosen when it is sent. */
const HEADER_FILES = ['image', 'video', 'document'] as const

const OBSTACLES = ['authentication', 'products', 'carousel', 'limited_time_offer', 'button', 'unknown_part'] as const
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
        target: z
          .string()
          .nullable()
          .describe(
            'Where it leads: an address or a phone number. Of a sent one also the code that it copies, or the product.',
          ),
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
export const isNumber = (name: string) => /^\d+$/.test(name)

/**
 * Buttons that say all that is needed by themselves, or by one value: the end of an address, a code, a product. A form opens
 * as it was published.
 */
const SENDABLE_BUTTONS = [
  'QUICK_REPLY',
  'PHONE_NUMBER',
  'URL',
  'COPY_CODE',
  'FLOW',
  'CATALOG',
  'VOICE_CALL',
  'REQUEST_CONTACT_INFO',
]
/** Those under which products stand that are chosen one by one. */
const PRODUCT_BUTTONS = ['MPM', 'SPM']

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
      ...(format === 'location' ? LOCATION : []),
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
    optional: false,
  }))
}

/** What a place above the text needs. Meta is shown none when the template is approved. */
const LOCATION = ['latitude', 'longitude', 'name', 'address'].map((name): TemplateVariable => ({
  key: `location.${name}`,
  part: 'location',
  name,
  button: null,
  example: null,
  optional: name === 'name' || name === 'address',
}))

function variablesOfButton({ type, text: label, url, example }: MetaButton, index: number): TemplateVariable[] {
  const shown = (Array.isArray(example) ? example[0] : example) ?? null
  const of = { key: `button.${index}`, button: label }
  if (type === 'COPY_CODE') return [{ ...of, part: 'code', name: 'code', example: shown, optional: false }]
  // Meta puts the first product of the catalog above when none is named.
  if (type === 'CATALOG') return [{ ...of, part: 'product', name: 'product', example: shown, optional: true }]
  const [name] = type === 'URL' ? namesIn(url ?? '') : []
  if (name === undefined) return []
  // Some write the whole address as the example, some its end alone.
  const before = url!.slice(0, url!.search(BRACED))
  const end = shown?.startsWith(before) ? shown.slice(before.length) : shown
  return [{ ...of, part: 'button', name, example: end, optional: false }]
}

function obstacleIn(
  category: string,
  components: readonly MetaComponent[],
  buttons: readonly MetaButton[],
): Obstacle | null {
  if (category.toUpperCase() === 'AUTHENTICATION') return 'authentication'
  const has = (type: string) => components.some((each) => each.type === type)
  const format = components.find(({ type }) => type === 'HEADER')?.format ?? 'TEXT'
  if (has('CAROUSEL')) return 'carousel'
  if (has('LIMITED_TIME_OFFER')) return 'limited_time_offer'
  if (format === 'PRODUCT' || buttons.some(({ type }) => PRODUCT_BUTTONS.includes(type))) return 'products'
  if (buttons.some(({ type }) => !SENDABLE_BUTTONS.includes(type))) return 'button'
  const known = components.every(({ type }) => ['HEADER', 'BODY', 'FOOTER', 'BUTTONS'].includes(type))
  return known && ['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION'].includes(format) ? null : 'unknown_part'
}

export type TemplateValues = Readonly<Record<string, string>>

/** A text of the template with the values in their places; what has none stays in braces. */
export const fillIn = (part: TemplateVariable['part'], written: string, values: TemplateValues): string =>
  written.replaceAll(BRACED, (braces, name: string) => values[`${part}.${name}`] || braces)

/** Where a button leads to with its value in its place; of one that copies a code or shows a product, that. */
export function filledTarget({ type, target }: TemplateButton, index: number, values: TemplateValues): string | null {
  const value = values[`button.${index}`] || null
  if (type === 'copy_code' || type === 'catalog') return value
  return target?.replaceAll(BRACED, (braces) => value ?? braces) ?? null
}

/** A place above the text. */
export interface TemplatePlace {
  /** In decimal degrees. */
  latitude: string
  longitude: string
  name?: string
  address?: string
}

/** The place that a template begins with, if it does, as far as it is filled in. */
export function filledPlace({ variables }: Pick<Template, 'variables'>, values: TemplateValues): TemplatePlace | null {
  if (!variables.some(({ part }) => part === 'location')) return null
  const given = (name: keyof TemplatePlace) => {
    const value = values[`location.${name}`]?.trim() ?? ''
    return value === '' ? {} : { [name]: value }
  }
  return {
    latitude: '',
    longitude: '',
    ...given('latitude'),
    ...given('longitude'),
    ...given('name'),
    ...given('address'),
  }
}
