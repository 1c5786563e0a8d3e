// The approved templates, searched by any part of them; those that cannot be sent from here say why.
import { TextInput, UnstyledButton } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useMemo, useRef } from 'react'
import type { Template } from '../../../server/templates/schema.ts'
import { fold } from '../lib/fold.ts'
import { m } from '../paraglide/messages.js'
import { moveFocus } from '../ui/arrow-keys.ts'
import { languageName } from './language-names.ts'
import classes from './TemplateDialog.module.css'

const OBSTACLES: Record<NonNullable<Template['obstacle']>, () => string> = {
  authentication: m.template_obstacle_authentication,
  products: m.template_obstacle_products,
  carousel: m.template_obstacle_carousel,
  limited_time_offer: m.template_obstacle_limited_time_offer,
  button: m.template_obstacle_button,
  unknown_part: m.template_obstacle_unknown_part,
}

interface TemplateListProps {
  templates: readonly Template[]
  search: string
  onSearch: (search: string) => void
  onChoose: (template: Template) => void
}

export function TemplateList({ templates, search, onSearch, onChoose }: TemplateListProps) {
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLUListElement>(null)
  // The dialog looked for a field while the templates were loading.
  useEffect(() => field.current?.focus({ preventScroll: true }), [])
  const found = useMemo(() => {
    const wanted = fold(search)
    const saysIt = (template: Template) => fold(textOf(template)).includes(wanted)
    // What can be sent stands first.
    return templates.filter(saysIt).toSorted((a, b) => Number(a.obstacle !== null) - Number(b.obstacle !== null))
  }, [templates, search])
  const choose = (template: Template | undefined) => {
    if (template?.obstacle === null) onChoose(template)
  }
  return (
    <>
      <TextInput
        ref={field}
        aria-label={m.template_search()}
        placeholder={m.template_search()}
        autoComplete="off"
        leftSection={<IconSearch size={15} stroke={1.7} />}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter') {
            // Else the form that comes is sent by the same key.
            event.preventDefault()
            if (search.trim() !== '') choose(found[0])
          }
          if (event.key === 'ArrowDown') {
            event.preventDefault()
            list.current?.querySelector('button')?.focus()
          }
        }}
      />
      <ul ref={list} className={classes.list} aria-label={m.template_list()}>
        {found.map((template) => (
          <li key={`${template.name} ${template.language}`}>
            <UnstyledButton
              className={classes.option}
              aria-disabled={template.obstacle !== null}
              onClick={() => choose(template)}
              onKeyDown={(event) => moveFocus(event, list.current)}
            >
              <span className={classes.name}>
                <bdi>{template.name}</bdi>
                <span className={classes.language}>{languageName(template.language)}</span>
              </span>
              <span className={classes.text} dir="auto">
                {template.body}
              </span>
              {template.obstacle !== null && <span className={classes.obstacle}>{OBSTACLES[template.obstacle]()}</span>}
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p className={classes.note} role="status">
          {m.template_no_match()}
        </p>
      )}
    </>
  )
}

const textOf = ({ name, language, header, body, footer }: Template) =>
  [name, name.replaceAll('_', ' '), language, languageName(language), header, body, footer].join('\n')
