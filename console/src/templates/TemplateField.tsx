// The field of one gap of a template.
import { ActionIcon, TextInput } from '@mantine/core'
import { IconUser } from '@tabler/icons-react'
import type { TemplateVariable } from '../../../server/templates/schema.ts'
import { m } from '../paraglide/messages.js'

interface TemplateFieldProps {
  variable: TemplateVariable
  value: string
  error: string | undefined
  /** What the customer is called, if it is known. */
  customer: string | null
  /** By the keys of the fields: what is pasted may fill two. */
  onType: (values: Record<string, string>) => void
}

export function TemplateField({ variable, value, error, customer, onType }: TemplateFieldProps) {
  const { key, part } = variable
  const label = labelOf(variable)
  const example = exampleOf(variable)
  const putName = m.template_put_name()
  const isText = part === 'header' || part === 'body'
  return (
    <TextInput
      data-path={key}
      label={label}
      description={hintOf(variable)}
      placeholder={example === null ? '' : m.template_example({ example })}
      dir="auto"
      autoComplete="off"
      value={value}
      error={error}
      onChange={(event) => onType({ [key]: event.currentTarget.value })}
      onPaste={(event) => {
        const both = part === 'location' ? degreesIn(event.clipboardData.getData('text')) : null
        if (both === null) return
        event.preventDefault()
        onType(both)
      }}
      rightSection={
        isText &&
        customer !== null && (
          <ActionIcon aria-label={`${putName} (${label})`} title={putName} onClick={() => onType({ [key]: customer })}>
            <IconUser size={15} stroke={1.7} />
          </ActionIcon>
        )
      }
    />
  )
}

/** Two numbers as maps copy them, such as `41.1579, -8.6291`; null when it is something else. */
function degreesIn(pasted: string): Record<string, string> | null {
  const [, latitude, longitude] = /^\s*\(?(-?\d+\.\d+)[,;\s]\s*(-?\d+\.\d+)\)?\s*$/.exec(pasted) ?? []
  if (latitude === undefined || longitude === undefined) return null
  return { 'location.latitude': latitude, 'location.longitude': longitude }
}

const PLACE_WORDS: Record<string, { label: () => string; hint?: () => string; example?: string }> = {
  latitude: { label: m.template_place_latitude, hint: m.template_place_hint, example: '41.1579' },
  longitude: { label: m.template_place_longitude, example: '-8.6291' },
  name: { label: m.template_place_name },
  address: { label: m.template_place_address },
}

function labelOf({ part, name, button }: TemplateVariable): string {
  if (part === 'location') return PLACE_WORDS[name]!.label()
  if (part === 'product') return m.template_value_product()
  if (part === 'code') return m.template_value_code({ button: button || m.template_copy_code() })
  if (part === 'button') return m.template_value_button({ button: button ?? name })
  const words = /^\d+$/.test(name) ? m.template_value_numbered({ name }) : name.replaceAll('_', ' ')
  return part === 'header' ? m.template_value_header({ name: words }) : words
}

const hintOf = ({ part, name }: TemplateVariable): string | undefined =>
  part === 'product' ? m.template_value_product_hint() : part === 'location' ? PLACE_WORDS[name]!.hint?.() : undefined

const exampleOf = ({ part, name, example }: TemplateVariable): string | null =>
  part === 'location' ? (PLACE_WORDS[name]!.example ?? null) : example
