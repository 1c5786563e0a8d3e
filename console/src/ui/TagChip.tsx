// A tag as a coloured chip; a tag deleted from the catalog is muted and struck through.
import type { ReactNode } from 'react'
import type { TagColor } from '../../../server/tags/schema.ts'
import { m } from '../paraglide/messages.js'
import classes from './TagChip.module.css'

interface TagChipProps {
  name: string
  color: TagColor | null
  deleted?: boolean
  /** What stands at the chip's end, such as a button that takes the tag off. */
  children?: ReactNode
}

export function TagChip({ name, color, deleted = false, children }: TagChipProps) {
  return (
    <span
      className={classes.chip}
      data-tag-color={color ?? 'default'}
      data-deleted={deleted || undefined}
      title={deleted ? m.tag_deleted_title({ name }) : name}
    >
      {deleted ? (
        <s className={classes.name}>
          <bdi>{name}</bdi>
        </s>
      ) : (
        <bdi className={classes.name}>{name}</bdi>
      )}
      {children}
    </span>
  )
}
