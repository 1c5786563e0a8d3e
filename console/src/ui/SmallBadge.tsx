// A word beside a name that says what kind of thing it is, such as Test.
import type { ReactNode } from 'react'
import classes from './SmallBadge.module.css'

export function SmallBadge({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span className={classes.badge} title={title}>
      {children}
    </span>
  )
}
