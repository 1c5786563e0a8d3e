// The buttons at the end of a dialog's form.
import type { ReactNode } from 'react'
import classes from './FormFoot.module.css'

export function FormFoot({ children }: { children: ReactNode }) {
  return <div className={classes.foot}>{children}</div>
}
