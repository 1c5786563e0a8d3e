// Edit tag: sends only what was changed here, and says so when somebody else has changed the same meanwhile.
import { Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { CreateTag, TAG_FIELDS, type Tag, type TagField } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { isProblem, sentenceOf } from '../lib/api.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { AiUse, type AiUseChanges } from '../suggestions/AiUse.tsx'
import { aiTagsQuery, useChangeAiTags } from '../suggestions/queries.ts'
import { FormDialog } from '../ui/FormDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { colorName } from './ColorChoice.tsx'
import { changesOf, type TagChanges } from './editing.ts'
import { useRestoreTag, useUpdateTag } from './queries.ts'
import { TagFields, type TagValues } from './TagFields.tsx'
import { TryTag } from './TryTag.tsx'
import classes from './TagFields.module.css'

interface EditTagDialogProps {
  tag: Tag
  /** What was typed before it opened, and is not saved. */
  typed?: Partial<TagValues> | undefined
  onClose: () => void
}

export function EditTagDialog({ tag, typed = {}, onClose }: EditTagDialogProps) {
  const { slug } = useOrganization()
  const update = useUpdateTag(slug)
  const restore = useRestoreTag(slug)
  const changeAi = useChangeAiTags(slug)
  const { data: aiTags } = useQuery(aiTagsQuery(slug))
  const ai = aiTags?.find((each) => each.tag.id === tag.id)
  const [aiChanges, setAiChanges] = useState<AiUseChanges>({})
  /** What this person has seen of the tag: only that may be overwritten. */
  const [seen, setSeen] = useState<TagValues>({ name: tag.name, description: tag.description, color: tag.color })
  const [deleted, setDeleted] = useState<unknown>(null)
  const form = useForm<TagValues>({
    initialValues: { ...seen, ...typed },
    validate: rulesOf(CreateTag),
  })
  const failure = useFormFailure(form, TAG_FIELDS)
  const changes = changesOf(form.values, seen)

  const send = (values: TagValues, base = seen) => {
    failure.clear()
    setDeleted(null)
    const wanted = changesOf(values, base)
    if (wanted === null) return sendAi()
    update.mutate(
      { id: tag.id, ...wanted },
      {
        onSuccess: (now) => {
          tell(m.tag_updated())
          // Saved is saved, whatever becomes of the rest.
          setSeen({ name: now.name, description: now.description, color: now.color })
          sendAi()
        },
        onError: (error) => {
          if (isProblem(error, 409) && error.reason === 'changed_meanwhile') showMeanwhile(error.data, wanted)
          else if (isProblem(error, 409) && error.reason === 'tag_deleted') setDeleted(error)
          else failure.sort(error)
        },
      },
    )
  }
  /** What AIs may do with it is saved apart from the tag itself: only what was changed here. */
  const sendAi = () => {
    if (Object.keys(aiChanges).length === 0) return onClose()
    changeAi.mutate([{ id: tag.id, ...aiChanges }], { onSuccess: onClose, onError: failure.sort })
  }
  /** What was typed stays; what it would overwrite is shown, and with that seen, Save decides. */
  const showMeanwhile = (data: Readonly<Record<string, unknown>>, wanted: TagChanges) => {
    const now = data['tag'] as TagValues
    const fields = data['fields'] as TagField[]
    const by = typeof data['by'] === 'string' ? data['by'] : m.somebody()
    for (const field of TAG_FIELDS) if (wanted[field] === undefined) form.setFieldValue(field, now[field])
    setSeen(now)
    const words = {
      name: () => m.tag_name_changed({ by, name: now.name }),
      description: () =>
        now.description === ''
          ? m.tag_description_emptied({ by })
          : m.tag_description_changed({ by, text: now.description }),
      color: () => m.tag_color_changed({ by, color: colorName(now.color) }),
    }
    for (const field of fields) form.setFieldError(field, words[field]())
  }
  const restoreAndSave = () => {
    failure.clear()
    const { name } = form.getValues()
    restore.mutate(
      { id: tag.id, new_name: name },
      {
        onSuccess: (restored) => {
          const now = { ...seen, name: restored.name }
          setSeen(now)
          send(form.getValues(), now)
        },
        onError: (error) => {
          setDeleted(null)
          if (isProblem(error, 409) && error.field === 'new_name') form.setFieldError('name', sentenceOf(error))
          else failure.sort(error)
        },
      },
    )
  }
  return (
    <FormDialog
      title={m.tag_edit_title()}
      size={460}
      typed={changes !== null || Object.keys(aiChanges).length > 0}
      failure={failure.failure}
      submitLabel={m.save()}
      submitting={update.isPending || restore.isPending || changeAi.isPending}
      onSubmit={form.onSubmit((values) => send(values))}
      onClose={onClose}
    >
      {deleted !== null && (
        <div className={classes.namesake} role="alert">
          <p>{m.tag_deleted_meanwhile()}</p>
          <p className={classes.ways}>
            <Button size="xs" loading={restore.isPending} onClick={restoreAndSave}>
              {m.tag_restore_and_save()}
            </Button>
          </p>
        </div>
      )}
      <TagFields form={form} />
      {ai && (
        <div className={classes.ai} role="group" aria-labelledby="tag-ai">
          <span id="tag-ai" className={classes.previewLabel}>
            {m.ai_may()}
          </span>
          <AiUse
            name={tag.name}
            mode={aiChanges.mode ?? ai.mode}
            threshold={ai.threshold}
            each
            onChange={(more) => setAiChanges((before) => ({ ...before, ...more }))}
          />
        </div>
      )}
      <TryTag
        tagId={tag.id}
        name={form.values.name}
        description={form.values.description}
        threshold={aiChanges.threshold ?? ai?.threshold}
        onItsOwn={(aiChanges.mode ?? ai?.mode) === 'apply'}
      />
    </FormDialog>
  )
}
