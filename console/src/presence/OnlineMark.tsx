// A person of the organization has the console open.
import { VisuallyHidden } from '@mantine/core'
import { m } from '../paraglide/messages.js'
import classes from './OnlineMark.module.css'

/** A dot with the word beside it; where there is no room, the word is for whoever cannot see the dot. */
export const OnlineMark = ({ short = false }: { short?: boolean }) => (
  <span className={classes.root} title={short ? m.presence_online() : undefined}>
    <span className={classes.dot} />
    {short ? <VisuallyHidden>{m.presence_online()}</VisuallyHidden> : m.presence_online()}
  </span>
)
