// Copies a text, and says so for a moment.
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { copyText } from '../lib/clipboard.ts'
import { m } from '../paraglide/messages.js'
import classes from './CopyButton.module.css'
import { tellFailure } from './toasts.ts'

interface CopyButtonProps {
  text: string
  /** What is copied, as part of a sentence: `phone number`. */
  what: string
  className?: string | undefined
  tabIndex?: number
}

const SAID_MS = 1600

export function CopyButton({ text, what, className, tabIndex }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = window.setTimeout(() => setCopied(false), SAID_MS)
    return () => window.clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    if (await copyText(text)) setCopied(true)
    else tellFailure(m.copy_failed())
  }
  const label = copied ? m.copied() : m.copy_what({ what })
  return (
    // A plain button: every row of a list has one.
    <button
      type="button"
      className={`${classes.button} ${className ?? ''}`}
      tabIndex={tabIndex}
      aria-label={label}
      title={label}
      onClick={(event) => {
        event.stopPropagation()
        void copy()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') event.stopPropagation()
      }}
    >
      {copied ? <IconCheck size={15} stroke={2} color="var(--accent)" /> : <IconCopy size={15} stroke={1.6} />}
    </button>
  )
}
