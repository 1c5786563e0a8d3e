// Says of a tag that AIs can hardly guess it from a description, and what helps.
import { IconBulb } from '@tabler/icons-react'
import { m } from '../paraglide/messages.js'
import { hardToTell, type HardToTell as Kind } from './hard-to-tell.ts'
import classes from './HardToTell.module.css'

const words: Record<Kind['kind'], (word: { word: string }) => string> = {
  mood: m.hard_to_tell_mood,
  outcome: m.hard_to_tell_outcome,
  standing: m.hard_to_tell_standing,
}

interface HardToTellProps {
  name: string
  description: string
  /** Without what helps. */
  brief?: boolean
}

export function HardToTell({ name, description, brief = false }: HardToTellProps) {
  const found = hardToTell({ name, description })
  if (found === null) return null
  return (
    <p className={classes.hint} role="note">
      <IconBulb size={15} stroke={1.7} aria-hidden className={classes.icon} />
      <span>
        {words[found.kind]({ word: found.word })} {!brief && found.kind !== 'standing' && m.hard_to_tell_helps()}
      </span>
    </p>
  )
}
