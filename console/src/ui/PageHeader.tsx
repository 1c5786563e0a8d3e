// The top of every page: its name, and what can be done there.
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import classes from './PageHeader.module.css'

interface PageHeaderProps {
  title: string
  organization: string
  text?: ReactNode
  children?: ReactNode
}

export function PageHeader({ title, organization, text, children }: PageHeaderProps) {
  useDocumentTitle(m.page_title({ page: title, organization }))
  return (
    <div className={classes.root}>
      <div className={classes.words}>
        <h1 className={classes.title}>{title}</h1>
        {text !== undefined && <p className={classes.text}>{text}</p>}
      </div>
      {children !== undefined && <div className={classes.actions}>{children}</div>}
    </div>
  )
}
