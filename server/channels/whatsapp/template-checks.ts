// Whether a template that is sent is one that the account has, and fits it: as Meta checks it, for its stand-in.
import { z } from 'zod'
import { SAMPLE_TEMPLATES } from './sample-templates.ts'
import { MetaTemplate, readTemplate, type Template } from './template.ts'

/** As far as a message's template is looked at. */
export const SentTemplate = z.object({
  name: z.string().min(1),
  language: z.object({ code: z.string().min(2) }),
  components: z
    .array(
      z.object({
        type: z.string(),
        sub_type: z.string().optional(),
        index: z.string().or(z.number()).optional(),
        parameters: z
          .array(
            z.looseObject({
              type: z.string(),
              parameter_name: z.string().optional(),
              text: z.string().optional(),
              coupon_code: z.string().optional(),
              location: z.unknown().optional(),
              action: z.looseObject({}).optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
})
export type SentTemplate = z.output<typeof SentTemplate>
type Component = NonNullable<SentTemplate['components']>[number]

/** Meta's number of an error, and what it says beside the words of that number. */
interface Refusal {
  code: number
  said: string | undefined
}
const refusal = (code: number, said?: string): Refusal => ({ code, said })

/** The refusal of a template that does not exist, is not approved, or does not fit; null takes it. */
export function refusalOfTemplate({ name, language, components = [] }: SentTemplate): Refusal | null {
  const known = SAMPLE_TEMPLATES.find((each) => each.name === name && each.language === language.code)
  if (!known || known.status === 'PENDING' || known.status === 'REJECTED')
    return refusal(132_001, `template name (${name}) does not exist in ${language.code}`)
  if (known.status === 'PAUSED') return refusal(132_015)
  if (known.status === 'DISABLED') return refusal(132_016)
  const template = readTemplate(MetaTemplate.parse(known))
  if (template.obstacle !== null)
    return refusal(132_012, `header: Format mismatch, expected ${template.obstacle}, received none`)
  return (
    refusePart(template, 'header', components) ??
    refusePart(template, 'body', components) ??
    refuseButtons(template, components)
  )
}

const is = (type: string) => (component: Component) => component.type?.toLowerCase() === type

function refusePart(
  { variables, header_file }: Template,
  part: 'header' | 'body',
  components: readonly Component[],
): Refusal | null {
  if (part === 'header' && header_file !== null) return refuseFile(header_file, components)
  if (part === 'header' && variables.some((each) => each.part === 'location')) return refuseLocation(components)
  const wanted = variables.filter((each) => each.part === part)
  const parameters = components.find(is(part))?.parameters ?? []
  if (parameters.length !== wanted.length)
    return refusal(
      132_000,
      `${part}: number of localizable_params (${parameters.length}) does not match the expected number of params (${wanted.length})`,
    )
  for (const [index, { name }] of wanted.entries()) {
    const isNamed = !/^\d+$/.test(name)
    const given = isNamed ? parameters.find((each) => each.parameter_name === name) : parameters[index]
    if (!given) return refusal(100, 'Parameter name is missing or empty')
    if (given.type !== 'text' || !given.text)
      return refusal(132_012, `${part}: Format mismatch, expected TEXT, received ${given.type ?? 'UNKNOWN'}`)
    if (/[\r\n\t]| {5}/.test(given.text))
      return refusal(132_018, 'Param text cannot have new-line/tab characters or more than 4 consecutive spaces')
  }
  return null
}

function refuseFile(kind: string, components: readonly Component[]): Refusal | null {
  const [given] = components.find(is('header'))?.parameters ?? []
  const file = given?.[kind] as { id?: string; link?: string } | undefined
  if (given?.type === kind && (file?.id || file?.link)) return null
  return refusal(
    132_012,
    `header: Format mismatch, expected ${kind.toUpperCase()}, received ${given?.type?.toUpperCase() ?? 'UNKNOWN'}`,
  )
}

const degrees = (farthest: number) =>
  z
    .string()
    .min(1)
    .or(z.number())
    .refine((value) => Math.abs(Number(value)) <= farthest)
/** In numbers or strings. */
const Location = z.object({
  latitude: degrees(90),
  longitude: degrees(180),
  name: z.string().optional(),
  address: z.string().optional(),
})

function refuseLocation(components: readonly Component[]): Refusal | null {
  const [given] = components.find(is('header'))?.parameters ?? []
  if (given?.type !== 'location')
    return refusal(
      132_012,
      `header: Format mismatch, expected LOCATION, received ${given?.type?.toUpperCase() ?? 'UNKNOWN'}`,
    )
  const { error } = Location.safeParse(given.location)
  return error ? refusal(131_009, `header: Param ${error.issues[0]!.path.join('.')} of location is not valid`) : null
}

/** As Meta calls the kinds of buttons in what it says of them. */
const BUTTON_NAMES: Record<string, string> = {
  url: 'Url',
  phone_number: 'Call',
  quick_reply: 'QuickReply',
  copy_code: 'CopyCode',
  flow: 'Flow',
  catalog: 'Catalog',
}

function refuseButtons({ buttons, variables }: Template, components: readonly Component[]): Refusal | null {
  const given = components.filter(is('button'))
  const at = (index: number) => given.find((each) => Number(each.index) === index)
  for (const [index, { type }] of buttons.entries()) {
    const button = at(index)
    const name = BUTTON_NAMES[type] ?? type
    if (button && button.sub_type?.toLowerCase() !== type)
      return refusal(132_018, `buttons: Button at index ${index} must be of type ${name}`)
    const wantsValue = variables.some(({ key, optional }) => key === `button.${index}` && !optional)
    const misfit = BUTTON_CHECKS[type]?.({ button, wantsValue, where: `Button at index ${index} of type ${name}` })
    if (misfit) return misfit
  }
  const beyond = given.filter(({ index }) => !(Number(index) < buttons.length)).length
  return beyond > 0
    ? refusal(
        132_000,
        `buttons: number of localizable_params (${given.length}) does not match the expected number of params (${given.length - beyond})`,
      )
    : null
}

interface GivenButton {
  button: Component | undefined
  wantsValue: boolean
  /** Which one, in words. */
  where: string
}

const MOST_OF_CODE = 20
const BUTTON_CHECKS: Record<string, (given: GivenButton) => Refusal | null> = {
  url({ button, wantsValue, where }) {
    if (wantsValue) return button?.parameters?.[0]?.text ? null : refusal(131_008, `${where} requires a parameter`)
    return button ? refusal(132_000, `${where} does not support parameters`) : null
  },
  phone_number: ({ button, where }) => (button ? refusal(100, `${where} does not support parameters`) : null),
  copy_code({ button, where }) {
    const parameter = button?.parameters?.[0]
    if (!parameter) return refusal(131_008, `${where} requires a parameter`)
    if (parameter.type !== 'coupon_code' || !parameter.coupon_code)
      return refusal(
        132_012,
        `${where}: Format mismatch, expected COUPON_CODE, received ${parameter.type.toUpperCase()}`,
      )
    return parameter.coupon_code.length > MOST_OF_CODE
      ? refusal(131_009, `${where}: a code has at most ${MOST_OF_CODE} characters`)
      : null
  },
  flow({ button, where }) {
    if (!button) return refusal(131_009, `${where} is missing`)
    return refuseAction(button, where)
  },
  catalog: ({ button, where }) => (button ? refuseAction(button, where) : null),
}

/** What a form or a catalog is opened with may be left out, and is nothing else. */
function refuseAction({ parameters }: Component, where: string): Refusal | null {
  if (parameters === undefined) return null
  const [given] = parameters
  return given?.type === 'action' && given.action
    ? null
    : refusal(132_012, `${where}: Format mismatch, expected ACTION, received ${given?.type.toUpperCase() ?? 'UNKNOWN'}`)
}
