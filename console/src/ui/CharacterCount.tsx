// How many of the allowed characters are used, counted as people see them.
import { VisuallyHidden } from '@mantine/core'
import { characterCount } from '../lib/fold.ts'
import { m } from '../paraglide/messages.js'
import classes from './CharacterCount.module.css'

export function CharacterCount({ text, max }: { text: string; max: number }) {
  const count = characterCount(text.normalize('NFC').trim())
  return (
    <span className={classes.count} data-over={count > max || undefined}>
      <span aria-hidden>
        {count}/{max}
      </span>
      <VisuallyHidden>{m.characters_used({ count, max })}</VisuallyHidden>
    </span>
  )
}
