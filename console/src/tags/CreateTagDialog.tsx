// Create tag: its name, what it is for, its colour, and how it will look.
import { Textarea, TextInput } from '@mantine/core'
import { schemaResolver, useForm } from '@mantine/form'
import { CreateTag, TAG_DESCRIPTION_MAX, TAG_NAME_MAX, type TagColor } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { m } from '../paraglide/messages.js'
import { CharacterCount } from '../ui/CharacterCount.tsx'
import { FormDialog } from '../ui/FormDialog.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { tell } from '../ui/toasts.ts'
import { ColorChoice } from './ColorChoice.tsx'
import classes from './CreateTagDialog.module.css'
import { useCreateTag } from './queries.ts'

interface CreateTagDialogProps {
  onClose: () => void
  onCreated: () => void
}

export function CreateTagDialog({ onClose, onCreated }: CreateTagDialogProps) {
  const organization = useOrganization()
  const create = useCreateTag(organization.slug)
  const form = useForm({
    initialValues: { name: '', description: '', color: null as TagColor | null },
    validate: schemaResolver(CreateTag, { sync: true }),
  })
  const failure = useFormFailure(form, ['name', 'description', 'color'])
  const typed = form.values.name !== '' || form.values.description !== ''
  const shownName = form.values.name.trim()
  return (
    <FormDialog
      title={m.tag_create_title()}
      size={460}
      typed={typed}
      failure={failure.failure}
      submitLabel={m.create()}
      submitting={create.isPending}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        create.mutate(values, {
          onSuccess: () => {
            tell(m.tag_created())
            onCreated()
            onClose()
          },
          onError: failure.sort,
        })
      })}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        label={m.tag_name()}
        required
        withAsterisk
        autoComplete="off"
        dir="auto"
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        description={<CharacterCount text={form.values.name} max={TAG_NAME_MAX} />}
        {...form.getInputProps('name')}
      />
      <Textarea
        label={m.tag_description()}
        autosize
        minRows={2}
        maxRows={8}
        dir="auto"
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        description={
          <span className={classes.hint}>
            {m.tag_description_hint()} <CharacterCount text={form.values.description} max={TAG_DESCRIPTION_MAX} />
          </span>
        }
        {...form.getInputProps('description')}
      />
      <div className={classes.look}>
        <ColorChoice value={form.values.color} onChange={(color) => form.setFieldValue('color', color)} />
        <div className={classes.preview}>
          <span className={classes.previewLabel}>{m.tag_preview()}</span>
          <div className={classes.previewBox}>
            <TagChip name={shownName === '' ? m.tag_name() : shownName} color={form.values.color} />
          </div>
        </div>
      </div>
    </FormDialog>
  )
}
