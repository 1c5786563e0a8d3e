// The gaps of a template as fields, and beside them the message as the customer will read it.
import { ActionIcon, Button, FileButton, Input, TextInput } from '@mantine/core'
import { IconPaperclip, IconUser } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { fillIn, filledTarget, type Template, type TemplateVariable } from '../../../server/templates/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { AttachmentPreview, FileImage } from '../conversations/AttachmentPreview.tsx'
import { acceptedAs, kindOf, sizeRefusalOf } from '../conversations/attachments.ts'
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
  const [file, setFile] = useState<File | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const form = useRef<HTMLFormElement>(null)
  const { name, language, header, header_file, body, footer, buttons, variables } = template
  const customer = conversation.contact.display_name

  useEffect(() => form.current?.querySelector<HTMLElement>('[data-path], [type="submit"]')?.focus(), [])
  const refusal =
    file === null ? null : kindOf(file) === header_file ? sizeRefusalOf(file) : m.problem_template_file_other_kind()
  const fail = (wrong: Record<string, string>) => {
    setErrors(wrong)
    const first = ['file', ...variables.map(({ key }) => key)].find((key) => wrong[key] !== undefined)
    if (first !== undefined) form.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(first)}"]`)?.focus()
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
    const wrong = Object.fromEntries(gaps.map(({ key }) => [key, m.problem_template_value_missing()]))
    if (header_file !== null && file === null) wrong['file'] = m.problem_template_file_missing()
    if (Object.keys(wrong).length > 0) return fail(wrong)
    if (refusal !== null) return
    send.mutate(
      { name, language, values, file },
      {
        onSuccess: ({ conversation_id }) => onSent(conversation_id),
        onError: (error) => {
          const key = error instanceof ApiProblem ? error.field?.replace(/^values\./, '') : undefined
          if (key === 'file' || variables.some((each) => each.key === key))
            fail({ [key!]: (error as ApiProblem).detail })
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
          {header_file !== null && (
            <Input.Wrapper
              label={FILES[header_file]()}
              labelElement="div"
              className={classes.fileField}
              {...(errors['file'] === undefined ? {} : { error: errors['file'] })}
            >
              {file !== null && (
                <AttachmentPreview file={file} refusal={refusal} hint={null} onRemove={() => setFile(null)} />
              )}
              <FileButton
                accept={acceptedAs(header_file)}
                onChange={(chosen) => {
                  if (chosen === null) return
                  setFile(chosen)
                  setErrors(({ file: _fixed, ...others }) => others)
                  onTyped(true)
                }}
              >
                {(props) => (
                  <Button
                    {...props}
                    data-path="file"
                    variant="default"
                    leftSection={<IconPaperclip size={16} stroke={1.8} />}
                  >
                    {m.template_choose_file()}
                  </Button>
                )}
              </FileButton>
            </Input.Wrapper>
          )}
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
              {header_file !== null && <FilePlace file={file} kind={header_file} />}
              <TemplateContent
                text={fillIn('body', body, values)}
                shown={{
                  header: header === null ? null : fillIn('header', header, values),
                  header_file,
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

const FILES: Record<NonNullable<Template['header_file']>, () => string> = {
  image: m.template_file_image,
  video: m.template_file_video,
  document: m.template_file_document,
}

/** The file in the preview, or where it will be. */
function FilePlace({ file, kind }: { file: File | null; kind: NonNullable<Template['header_file']> }) {
  if (file === null) return <span className={classes.filePlace}>{FILES[kind]()}</span>
  if (kind === 'image') return <FileImage file={file} className={classes.image} />
  return <AttachmentPreview file={file} refusal={null} hint={null} />
}

function labelOf({ part, name, button }: TemplateVariable): string {
  if (part === 'button') return m.template_value_button({ button: button ?? name })
  const words = /^\d+$/.test(name) ? m.template_value_numbered({ name }) : name.replaceAll('_', ' ')
  return part === 'header' ? m.template_value_header({ name: words }) : words
}
