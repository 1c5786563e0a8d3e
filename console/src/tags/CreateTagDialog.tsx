// Create tag. A name that a deleted tag bears is a question: that one again, or a new one.
import { Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { CreateTag, type Tag } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { isProblem } from '../lib/api.ts'
import { useFormFailure } from '../lib/forms.ts'
import { formatCount } from '../lib/numbers.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { tell } from '../ui/toasts.ts'
import { lookAlikeOf } from './look-alikes.ts'
import { tagsQuery, useCreateTag, useRestoreTag } from './queries.ts'
import { TagFields, type TagValues } from './TagFields.tsx'
import { TryTag } from './TryTag.tsx'
import classes from './TagFields.module.css'

interface CreateTagDialogProps {
  /** The deleted tag is there again; what was typed besides the name is still to be decided on. */
  onRestored: (tag: Tag, typed: Partial<TagValues>) => void
  onClose: () => void
}

export function CreateTagDialog({ onRestored, onClose }: CreateTagDialogProps) {
  const { slug } = useOrganization()
  const create = useCreateTag(slug)
  const restore = useRestoreTag(slug)
  const { data: tags = [] } = useQuery(tagsQuery(slug))
  const [namesake, setNamesake] = useState<Tag | null>(null)
  const form = useForm<TagValues>({
    initialValues: { name: '', description: '', color: null },
    validate: rulesOf(CreateTag),
    onValuesChange: (now, before) => {
      if (now.name !== before.name) setNamesake(null)
    },
  })
  const failure = useFormFailure(form, ['name', 'description', 'color'])
  const { name, description, color } = form.values
  const alike = lookAlikeOf(name, tags)

  const save = (values: TagValues, ifDeleted: 'refuse' | 'create') => {
    failure.clear()
    create.mutate(
      { ...values, if_deleted: ifDeleted },
      {
        onSuccess: () => {
          tell(m.tag_created())
          onClose()
        },
        onError: (error) => {
          if (isProblem(error, 409) && error.reason === 'name_deleted') setNamesake(error.data['tag'] as Tag)
          else failure.sort(error)
        },
      },
    )
  }
  const restoreNamesake = (tag: Tag) => {
    failure.clear()
    restore.mutate(
      { id: tag.id },
      {
        onSuccess: (restored) => {
          tell(m.tag_restored())
          if (description.trim() === '' && color === null) onClose()
          else
            onRestored(restored, { ...(description.trim() === '' ? {} : { description }), ...(color ? { color } : {}) })
        },
        onError: failure.sort,
      },
    )
  }
  return (
    <FormDialog
      title={m.tag_create_title()}
      size={460}
      typed={name !== '' || description !== ''}
      failure={failure.failure}
      submitLabel={m.create()}
      submitting={create.isPending || restore.isPending}
      onSubmit={form.onSubmit((values) => save(values, 'refuse'))}
      onClose={onClose}
    >
      <TagFields form={form}>
        {namesake ? (
          <Namesake
            tag={namesake}
            busy={create.isPending || restore.isPending}
            onRestore={() => restoreNamesake(namesake)}
            onCreate={() => save(form.getValues(), 'create')}
          />
        ) : (
          alike &&
          form.errors['name'] === undefined && (
            <p className={classes.alike} role="status">
              {m.tag_looks_like()} <TagChip name={alike.name} color={alike.color} />
            </p>
          )
        )}
      </TagFields>
      <TryTag tagId={null} name={name} description={description} threshold={undefined} onItsOwn />
    </FormDialog>
  )
}

interface NamesakeProps {
  tag: Tag
  busy: boolean
  onRestore: () => void
  onCreate: () => void
}

/** The deleted tag that bears the name, and the two ways on. */
function Namesake({ tag, busy, onRestore, onCreate }: NamesakeProps) {
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => root.current?.querySelector('button')?.focus(), [])
  const count = tag.contact_count
  return (
    <div ref={root} className={classes.namesake} role="group" aria-label={m.tag_namesake()}>
      <p role="alert">
        {tag.merged_into ? (
          <>
            {m.tag_namesake_merged()} <TagChip {...tag.merged_into} />
          </>
        ) : (
          <>
            {m.tag_namesake_deleted()} <TagChip name={tag.name} color={tag.color} deleted />
          </>
        )}
      </p>
      {!tag.merged_into && (
        <p className={classes.soft}>
          {count > 0 ? m.tag_namesake_contacts({ count, shown: formatCount(count) }) : m.tag_namesake_nobody()}
        </p>
      )}
      <p className={classes.ways}>
        {!tag.merged_into && (
          <Button size="xs" loading={busy} onClick={onRestore}>
            {m.tag_restore_that()}
          </Button>
        )}
        <Button size="xs" variant="default" disabled={busy} onClick={onCreate}>
          {m.tag_create_anyway()}
        </Button>
      </p>
    </div>
  )
}
