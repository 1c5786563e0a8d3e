// Writes as a played customer, sends files, answers a message or changes one: Enter sends, and a failure keeps what was typed.
import { ActionIcon, Button, Textarea } from '@mantine/core'
import { IconSend2, IconX } from '@tabler/icons-react'
import { useId, useRef, useState } from 'react'
import type { TestMessage } from '../../../server/test-phone/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { AttachButton, useTakenFiles } from '../conversations/AttachButton.tsx'
import { AttachmentPreview } from '../conversations/AttachmentPreview.tsx'
import { isRecording, sizeRefusalOf } from '../conversations/attachments.ts'
import { QuoteBlock } from '../conversations/QuoteBlock.tsx'
import { formatCount } from '../lib/numbers.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import classes from './Composer.module.css'
import { nameOfCustomer } from './customer.ts'
import { useAct, usePlayMessage, type Customer } from './queries.ts'

const MAX = 4096
const MAX_CAPTION = 1024
/** So many characters before the end it is shown how many are used. */
const NEAR = 300

/** The message that is answered, or changed. */
export interface About {
  kind: 'reply' | 'edit'
  message: TestMessage
}

interface ComposerProps {
  customer: Customer
  phone: string | null
  about: About | null
  onDone: () => void
}

export function Composer({ customer, phone, about, onDone }: ComposerProps) {
  const organization = useOrganization()
  const play = usePlayMessage(organization.slug)
  const act = useAct(organization.slug, customer.id)
  const isEdit = about?.kind === 'edit'
  const before = isEdit ? (about.message.text ?? '') : ''
  const [text, setText] = useState(before)
  const [file, setFile] = useState<File | null>(null)
  const input = useRef<HTMLTextAreaElement>(null)
  const hintId = useId()
  const used = text.trim().length
  const hasCaption = file !== null && !isRecording(file)
  const max = hasCaption ? MAX_CAPTION : MAX
  const refusal = file && sizeRefusalOf(file)
  const isPending = play.isPending || act.isPending
  const error = play.error ?? act.error
  useTypedText(used > 0 && text !== before)

  const attach = (chosen: File | null) => {
    if (chosen && !isEdit) setFile(chosen)
    input.current?.focus()
  }
  const taken = useTakenFiles(attach, input)

  if (customer.phone === null && customer.user_id === null) {
    return <p className={classes.unreachable}>{m.test_customer_unreachable()}</p>
  }

  const replyTo = about?.kind === 'reply' ? about.message.id : undefined
  const write = (words: string, reply_to?: string) =>
    play.mutateAsync({
      ...(customer.phone === null ? {} : { from: customer.phone }),
      ...(customer.user_id === null ? {} : { user_id: customer.user_id }),
      ...(customer.username === null || customer.username === '' ? {} : { username: customer.username }),
      ...(customer.display_name === null ? {} : { name: customer.display_name }),
      text: words,
      ...(reply_to === undefined ? {} : { reply_to }),
    })
  const deliver = async (words: string) => {
    if (isEdit) return act.mutateAsync({ does: 'edit', message_id: about.message.id, text: words })
    if (file === null) return write(words, replyTo)
    await act.mutateAsync({ does: 'send', file, caption: hasCaption ? words : '', reply_to: replyTo })
    setFile(null)
    if (!hasCaption && words !== '') await write(words)
  }
  const send = async () => {
    input.current?.focus()
    if ((used === 0 && file === null) || used > max || refusal !== null || isPending) return
    const sent = text
    play.reset()
    act.reset()
    try {
      await deliver(sent.trim())
    } catch {
      // Said above the box, where what was typed still stands.
      return
    }
    // What was typed on meanwhile stays.
    setText((now) => (now.startsWith(sent) ? now.slice(sent.length) : now))
    onDone()
  }
  return (
    <form
      className={classes.root}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {error !== null && <ErrorNotice error={error} />}
      {about !== null && (
        <div className={classes.about}>
          <QuoteBlock
            quote={about.message}
            name={nameOfCustomer(customer)}
            label={isEdit ? m.test_message_editing() : m.composer_replying()}
          />
          <ActionIcon aria-label={isEdit ? m.test_message_edit_cancel() : m.composer_reply_cancel()} onClick={onDone}>
            <IconX size={16} stroke={1.8} />
          </ActionIcon>
        </div>
      )}
      {file !== null && (
        <AttachmentPreview
          file={file}
          refusal={refusal}
          hint={!hasCaption && used > 0 ? m.composer_no_caption() : null}
          onRemove={() => {
            setFile(null)
            input.current?.focus()
          }}
        />
      )}
      <div className={classes.line}>
        {!isEdit && <AttachButton onChosen={attach} />}
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
          placeholder={hasCaption ? m.composer_caption() : m.test_message_placeholder()}
          aria-describedby={hintId}
          error={used > max}
          onChange={(event) => setText(event.currentTarget.value)}
          {...taken}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && about !== null) onDone()
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            void send()
          }}
        />
        <Button type="submit" loading={isPending} leftSection={<IconSend2 size={16} stroke={1.8} />}>
          {isEdit ? m.save() : m.test_message_send()}
        </Button>
      </div>
      <p id={hintId} className={classes.hint}>
        <span>{phone !== null && m.test_message_to({ phone })}</span>
        {used > max - NEAR && (
          <span className={classes.used} data-over={used > max || undefined} role="status">
            {m.test_message_used({ count: formatCount(used), max: formatCount(max) })}
          </span>
        )}
      </p>
    </form>
  )
}
