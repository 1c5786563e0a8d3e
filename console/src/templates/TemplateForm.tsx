// The gaps of a template as fields, and beside them the message as the customer will read it.
import { Button, FileButton, Input } from '@mantine/core'
import { IconPaperclip } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { fillIn, filledPlace, filledTarget, type Template } from '../../../server/templates/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { AttachmentPreview, FileImage } from '../conversations/AttachmentPreview.tsx'
import { acceptedAs, kindOf, sizeRefusalOf } from '../conversations/attachments.ts'
import { placeOf } from '../conversations/content.ts'
import messageClasses from '../conversations/Message.module.css'
import { TemplateContent } from '../conversations/TemplateContent.tsx'
import { ApiProblem } from '../lib/api.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { languageName } from './language-names.ts'
import { useSendTemplate } from './queries.ts'
import classes from './TemplateDialog.module.css'
import { TemplateField } from './TemplateField.tsx'

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
  const set = (typed: Record<string, string>) => {
    setValues((before) => ({ ...before, ...typed }))
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([key]) => typed[key] === undefined)))
    onTyped(true)
  }
  const location = filledPlace(template, values)
  const place = placeOf(location)
  const submit = () => {
    if (send.isPending) return
    setFailure(null)
    const gaps = variables.filter(({ key, optional }) => !optional && (values[key] ?? '').trim() === '')
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
          {variables.map((variable) => (
            <TemplateField
              key={variable.key}
              variable={variable}
              value={values[variable.key] ?? ''}
              error={errors[variable.key]}
              customer={customer}
              onType={set}
            />
          ))}
        </div>
        <section className={classes.preview} aria-label={m.template_preview()}>
          <h3 className={classes.previewTitle}>{m.template_preview()}</h3>
          <div className={messageClasses.row} data-direction="out">
            <div className={`${messageClasses.bubble} ${classes.bubble}`}>
              {header_file !== null && <FilePlace file={file} kind={header_file} />}
              {location !== null && place === null && (
                <span className={classes.filePlace}>{m.template_location()}</span>
              )}
              <TemplateContent
                text={fillIn('body', body, values)}
                shown={{
                  header: header === null ? null : fillIn('header', header, values),
                  header_file,
                  place,
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
