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

function refuseButtons({ variables }: Template, components: readonly Component[]): Refusal | null {
  const filled = components.filter(is('button')).filter(({ sub_type }) => sub_type?.toLowerCase() === 'url')
  const wanted = variables.filter(({ part }) => part === 'button')
  for (const { key } of wanted) {
    const index = key.slice('button.'.length)
    if (!filled.find((each) => String(each.index) === index)?.parameters?.[0]?.text)
      return refusal(131_008, `Button at index ${index} of type Url requires a parameter`)
  }
  return filled.length > wanted.length
    ? refusal(
        132_000,
        `buttons: number of localizable_params (${filled.length}) does not match the expected number of params (${wanted.length})`,
      )
    : null
}
