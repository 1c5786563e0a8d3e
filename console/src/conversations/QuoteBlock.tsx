// The message that another one answers, in one line above it; it leads there.
import { m } from '../paraglide/messages.js'
import classes from './Message.module.css'
import { deletedWords, messageLine } from './words.ts'

interface QuoteBlockProps {
  quote: {
    id: string | null
    direction: 'in' | 'out' | null
    type: string | null
    text: string | null
    revoked?: boolean
  }
  /** The customer's. */
  name: string
  label?: string
  onOpen?: (id: string) => void
}

export function QuoteBlock({ quote, name, label, onOpen }: QuoteBlockProps) {
  const { id, direction, type, text, revoked = false } = quote
  const words = (
    <>
      {/* Of what is not kept here nobody knows who wrote it. */}
      {direction !== null && (
        <span className={classes.quoteWho}>
          {label !== undefined && `${label} `}
          <bdi>{direction === 'out' ? m.message_from_us() : name}</bdi>
        </span>
      )}
      <span className={classes.quoteText} dir="auto">
        {type === null ? m.message_quote_gone() : revoked ? deletedWords(direction) : messageLine({ type, text })}
      </span>
    </>
  )
  return id === null || !onOpen ? (
    <span className={classes.quote}>{words}</span>
  ) : (
    <button type="button" className={classes.quote} title={m.message_quote_open()} onClick={() => onOpen(id)}>
      {words}
    </button>
  )
}
