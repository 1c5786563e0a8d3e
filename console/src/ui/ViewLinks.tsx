// The views of one screen as links side by side, the one shown marked; each has its own address.
import type { ReactNode } from 'react'
import classes from './ViewLinks.module.css'

/** The class of each link within. */
export const viewLink = classes.link

/** Links count as the one shown only when their whole search is in the address, and nothing else. */
export const viewLinkActive = { exact: true, includeSearch: true, explicitUndefined: true } as const

export function ViewLinks({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav className={classes.root} aria-label={label}>
      {children}
    </nav>
  )
}
