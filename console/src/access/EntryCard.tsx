// The frame of the screens before one is in: the mark, a heading, and what is to be done.
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import { Logo } from '../ui/Logo.tsx'
import classes from './EntryCard.module.css'
import { LanguageRow } from './LanguageRow.tsx'

interface EntryCardProps {
  title: string
  text?: ReactNode
  children?: ReactNode
}

export function EntryCard({ title, text, children }: EntryCardProps) {
  useDocumentTitle(`${title} · ${m.app_name()}`)
  return (
    <div className={classes.page}>
      <main>
        <div className={classes.brand}>
          <Logo size={30} />
          <span>{m.app_name()}</span>
        </div>
        <h1 className={classes.title}>{title}</h1>
        {text !== undefined && <p className={classes.text}>{text}</p>}
        {children !== undefined && <div className={classes.body}>{children}</div>}
      </main>
      <LanguageRow />
    </div>
  )
}
