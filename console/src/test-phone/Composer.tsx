// Writes as a played customer: Enter sends, Shift+Enter makes a new line, and a failure keeps what was typed.
import { Button, Textarea } from '@mantine/core'
import { IconSend2 } from '@tabler/icons-react'
import { useId, useRef, useState } from 'react'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import classes from './Composer.module.css'
import { nameOfCustomer } from './customer.ts'
import { usePlayMessage, type Customer } from './queries.ts'

const MAX = 4096
/** From here on it is shown how many characters are used. */
const NEAR = 3800

export function Composer({ customer, phone }: { customer: Customer; phone: string | null }) {
  const organization = useOrganization()
  const play = usePlayMessage(organization.slug)
  const [text, setText] = useState('')
  const input = useRef<HTMLTextAreaElement>(null)
  const hintId = useId()
  const used = text.trim().length
  useTypedText(used > 0)

  if (customer.phone === null && customer.user_id === null) {
    return <p className={classes.unreachable}>{m.test_customer_unreachable()}</p>
  }

  const send = () => {
    input.current?.focus()
    if (used === 0 || used > MAX || play.isPending) return
    const sent = text
    play.mutate(
      {
        ...(customer.phone === null ? {} : { from: customer.phone }),
        ...(customer.user_id === null ? {} : { user_id: customer.user_id }),
        ...(customer.username === null || customer.username === '' ? {} : { username: customer.username }),
        ...(customer.display_name === null ? {} : { name: customer.display_name }),
        text: sent,
      },
      // What was typed on meanwhile stays.
      { onSuccess: () => setText((now) => (now.startsWith(sent) ? now.slice(sent.length) : now)) },
    )
  }
  return (
    <form
      className={classes.root}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {play.error !== null && <ErrorNotice error={play.error} />}
      <div className={classes.line}>
        <Textarea
          ref={input}
          className={classes.input}
          value={text}
          autosize
          minRows={1}
          maxRows={6}
          dir="auto"
          autoFocus
          aria-label={m.test_message({ name: nameOfCustomer(customer) })}
          placeholder={m.test_message_placeholder()}
          aria-describedby={hintId}
          error={used > MAX}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            send()
          }}
        />
        <Button type="submit" loading={play.isPending} leftSection={<IconSend2 size={16} stroke={1.8} />}>
          {m.test_message_send()}
        </Button>
      </div>
      <p id={hintId} className={classes.hint}>
        <span>{phone !== null && m.test_message_to({ phone })}</span>
        {used > NEAR && (
          <span className={classes.used} data-over={used > MAX || undefined} role="status">
            {m.test_message_used({ count: formatCount(used), max: formatCount(MAX) })}
          </span>
        )}
      </p>
    </form>
  )
}
