// What a screen or a section shows instead of content: one sentence, why, and what can be done.
import type { ReactNode } from 'react'
import classes from './EmptyState.module.css'

interface EmptyStateProps {
  icon?: ReactNode
  title: string
  text?: ReactNode
  children?: ReactNode
  /** A whole screen's heading rather than a section's sentence. */
  heading?: 'h1' | 'h2' | 'p'
}

export function EmptyState({ icon, title, text, children, heading: Heading = 'p' }: EmptyStateProps) {
  return (
    <div className={classes.root}>
      {icon !== undefined && (
        <div className={classes.icon} aria-hidden>
          {icon}
        </div>
      )}
      <Heading className={classes.title}>{title}</Heading>
      {text !== undefined && <p className={classes.text}>{text}</p>}
      {children !== undefined && <div className={classes.actions}>{children}</div>}
    </div>
  )
}
