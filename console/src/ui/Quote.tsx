// What a customer wrote: three lines of it, and the rest when somebody asks for it.
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import classes from './Quote.module.css'

export function Quote({ text, children }: { text: string; children?: ReactNode }) {
  const words = useRef<HTMLSpanElement>(null)
  const [open, setOpen] = useState(false)
  const [cut, setCut] = useState(false)
  useLayoutEffect(() => {
    const element = words.current!
    const observer = new ResizeObserver(() => setCut(element.scrollHeight > element.clientHeight + 1))
    if (!open) observer.observe(element)
    return () => observer.disconnect()
  })
  return (
    <blockquote className={classes.quote}>
      <span ref={words} className={open ? classes.whole : classes.beginning} dir="auto">
        {text}
      </span>
      {(cut || open) && (
        <button type="button" className={classes.more} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? m.quote_less() : m.quote_more()}
        </button>
      )}
      {children}
    </blockquote>
  )
}
