// The gaps of a template as fields, and beside them the message as the customer will read it.
import { ActionIcon, Button, TextInput } from '@mantine/core'
import { IconUser } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { fillIn, filledTarget, type Template, type TemplateVariable } from '../../../server/templates/schema.ts'
import { useOrganization } from '../access/queries.ts'
import messageClasses from '../conversations/Message.module.css'
import { TemplateContent } from '../conversations/TemplateContent.tsx'
import { ApiProblem } from '../lib/api.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { languageName } from './language-names.ts'
import { useSendTemplate } from './queries.ts'
import classes from './TemplateDialog.module.css'

interface TemplateFormProps {
  template: Template
  conversation: Conversation
  onTyped: (typed: boolean) => void
  onBack: () => void
  onSent: (conversationId: string | null) => void
}

export function TemplateForm({ template, conversation, onTyped, onBack, onSent }: TemplateFormProps) {
  const { slug } = useOrganization()
  const send = useSendTemplate(slug, conversation)
  const [values, setValues] = useState<Record<string, string>>({})
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [failure, setFailure] = useState<unknown>(null)
  const form = useRef<HTMLFormElement>(null)
  const { name, language, header, body, footer, buttons, variables } = template
  const customer = conversation.contact.display_name

  useEffect(() => form.current?.querySelector<HTMLElement>('input, [type="submit"]')?.focus(), [])
  const fail = (wrong: Record<string, string>) => {
    setErrors(wrong)
    const [first] = variables.filter(({ key }) => wrong[key] !== undefined)
    if (first) form.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(first.key)}"]`)?.focus()
  }
  const set = (key: string, value: string) => {
    setValues((before) => ({ ...before, [key]: value }))
    setErrors(({ [key]: _fixed, ...others }) => others)
    onTyped(true)
  }
  const submit = () => {
    if (send.isPending) return
    setFailure(null)
    const gaps = variables.filter(({ key }) => (values[key] ?? '').trim() === '')
    if (gaps.length > 0)
      return fail(Object.fromEntries(gaps.map(({ key }) => [key, m.problem_template_value_missing()])))
    send.mutate(
      { name, language, values },
      {
        onSuccess: ({ conversation_id }) => onSent(conversation_id),
        onError: (error) => {
          const key = error instanceof ApiProblem ? error.field?.replace(/^values\./, '') : undefined
          if (variables.some((each) => each.key === key)) fail({ [key!]: (error as ApiProblem).detail })
          else setFailure(error)
        },
      },
    )
  }
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {failure !== null && <ErrorNotice error={failure} />}
      <div className={classes.columns}>
        <div className={classes.fields}>
          <p className={classes.name}>
            <bdi>{name}</bdi>
            <span className={classes.language}>{languageName(language)}</span>
          </p>
          {variables.map((variable) => {
            const { key, part, example } = variable
            const label = labelOf(variable)
            const putName = m.template_put_name()
            return (
              <TextInput
                key={key}
                data-path={key}
                label={label}
                placeholder={example === null ? '' : m.template_example({ example })}
                dir="auto"
                autoComplete="off"
                value={values[key] ?? ''}
                error={errors[key]}
                onChange={(event) => set(key, event.currentTarget.value)}
                rightSection={
                  part !== 'button' &&
                  customer !== null && (
                    <ActionIcon aria-label={`${putName} (${label})`} title={putName} onClick={() => set(key, customer)}>
                      <IconUser size={15} stroke={1.7} />
                    </ActionIcon>
                  )
                }
              />
            )
          })}
        </div>
        <section className={classes.preview} aria-label={m.template_preview()}>
          <h3 className={classes.previewTitle}>{m.template_preview()}</h3>
          <div className={messageClasses.row} data-direction="out">
            <div className={`${messageClasses.bubble} ${classes.bubble}`}>
              <TemplateContent
                text={fillIn('body', body, values)}
                shown={{
                  header: header === null ? null : fillIn('header', header, values),
                  footer,
                  buttons: buttons.map((button, index) => ({
                    ...button,
                    target: filledTarget(button, index, values),
                  })),
                }}
              />
            </div>
          </div>
        </section>
      </div>
      <div className={classes.foot}>
        <Button variant="default" onClick={onBack}>
          {m.template_choose_another()}
        </Button>
        <Button type="submit" loading={send.isPending}>
          {m.composer_send()}
        </Button>
      </div>
    </form>
  )
}

function labelOf({ part, name, button }: TemplateVariable): string {
  if (part === 'button') return m.template_value_button({ button: button ?? name })
  const words = /^\d+$/.test(name) ? m.template_value_numbered({ name }) : name.replaceAll('_', ' ')
  return part === 'header' ? m.template_value_header({ name: words }) : words
}
