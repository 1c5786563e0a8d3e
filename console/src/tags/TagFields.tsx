// The fields of a tag, as Create tag and Edit tag share them: its name, what it is for, its colour, and how it will look.
import { Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { ReactNode } from 'react'
import { TAG_DESCRIPTION_MAX, TAG_NAME_MAX, type TagColor } from '../../../server/tags/schema.ts'
import { m } from '../paraglide/messages.js'
import { CharacterCount } from '../ui/CharacterCount.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { ColorChoice } from './ColorChoice.tsx'
import { HardToTell } from './HardToTell.tsx'
import classes from './TagFields.module.css'

export interface TagValues {
  name: string
  description: string
  color: TagColor | null
}

interface TagFieldsProps {
  form: UseFormReturnType<TagValues>
  /** What is to be said about the name. */
  children?: ReactNode
}

export function TagFields({ form, children }: TagFieldsProps) {
  const { name, description, color } = form.values
  const shownName = name.trim()
  return (
    <>
      <TextInput
        data-autofocus
        label={m.tag_name()}
        required
        withAsterisk
        autoComplete="off"
        dir="auto"
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        description={<CharacterCount text={name} max={TAG_NAME_MAX} />}
        {...form.getInputProps('name')}
      />
      {children}
      <Textarea
        label={m.tag_description()}
        autosize
        minRows={2}
        maxRows={8}
        dir="auto"
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        description={
          <span className={classes.hint}>
            {m.tag_description_hint()} <CharacterCount text={description} max={TAG_DESCRIPTION_MAX} />
          </span>
        }
        {...form.getInputProps('description')}
      />
      <HardToTell name={name} description={description} />
      <div className={classes.look}>
        <ColorChoice
          value={color}
          error={form.errors['color']}
          onChange={(chosen) => form.setFieldValue('color', chosen)}
        />
        <div className={classes.preview}>
          <span className={classes.previewLabel}>{m.tag_preview()}</span>
          <div className={classes.previewBox}>
            <TagChip name={shownName === '' ? m.tag_name() : shownName} color={color} />
          </div>
        </div>
      </div>
    </>
  )
}
