// Writes to the customer: Enter sends, Shift+Enter makes a new line, and what is not sent stays here as a draft.
import { ActionIcon, Button, Textarea } from '@mantine/core'
import { IconSend2, IconX } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useId, useState, type RefObject } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { useOrganization, useSession } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from './Composer.module.css'
import { keepDraft, useDraft } from './drafts.ts'
import { write } from './outbox.ts'
import { QuoteBlock } from './QuoteBlock.tsx'
import { fillReply, putIn } from '../replies/filling.ts'
import { ReplyPicker } from '../replies/ReplyPicker.tsx'

const MAX = 4096
/** From here on it is shown how many characters are used. */
const NEAR = 3800

interface ComposerProps {
  conversation: Conversation
  name: string
  input: RefObject<HTMLTextAreaElement | null>
}

export function Composer({ conversation, name, input }: ComposerProps) {
  const { slug, name: organization } = useOrganization()
  const { user } = useSession()
  const queryClient = useQueryClient()
  const draft = useDraft(user.id, conversation.id)
  const hintId = useId()
  const [choosing, setChoosing] = useState(false)
  const used = draft.text.trim().length
  const keep = (changes: Partial<typeof draft>) => keepDraft(user.id, conversation.id, { ...draft, ...changes })

  const send = () => {
    input.current?.focus()
    if (used === 0 || used > MAX) return
    write({ queryClient, organization: slug, conversationId: conversation.id }, draft.text.trim(), draft.reply_to)
    keep({ text: '', reply_to: null })
  }
  const putReplyIn = (reply: string) => {
    setChoosing(false)
    const field = input.current
    const filled = fillReply(reply, {
      name: conversation.contact.display_name,
      phone: conversation.contact.phone,
      agent: user.name,
      organization,
    })
    const at = field?.selectionStart ?? draft.text.length
    const done = putIn(draft.text, filled, at, field?.selectionEnd ?? at)
    keep({ text: done.text })
    requestAnimationFrame(() => {
      field?.focus()
      field?.setSelectionRange(done.at, done.at)
    })
  }
  return (
    <form
      className={classes.root}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {draft.reply_to !== null && (
        <div className={classes.reply}>
          <QuoteBlock quote={draft.reply_to} name={name} label={m.composer_replying()} />
          <ActionIcon
            aria-label={m.composer_reply_cancel()}
            onClick={() => {
              keep({ reply_to: null })
              input.current?.focus()
            }}
          >
            <IconX size={16} stroke={1.8} />
          </ActionIcon>
        </div>
      )}
      <div className={classes.line}>
        <ReplyPicker
          opened={choosing}
          onOpened={(opened) => {
            setChoosing(opened)
            if (!opened) requestAnimationFrame(() => input.current?.focus())
          }}
          onPick={({ text }) => putReplyIn(text)}
        />
        <Textarea
          ref={input}
          className={classes.input}
          value={draft.text}
          autosize
          minRows={1}
          maxRows={9}
          dir="auto"
          aria-label={m.composer_label({ name })}
          placeholder={m.composer_placeholder()}
          aria-describedby={hintId}
          error={used > MAX}
          onChange={(event) => keep({ text: event.currentTarget.value })}
          onKeyDown={(event) => {
            // While characters are put together Enter chooses among them; some browsers tell so by the code alone.
            if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229) return
            if (event.key === '/' && draft.text === '') {
              event.preventDefault()
              setChoosing(true)
            } else if (event.key === 'Enter' && !event.shiftKey) {
              event.preventDefault()
              send()
            } else if (event.key === 'Escape') {
              event.preventDefault()
              event.stopPropagation()
              if (draft.reply_to === null) event.currentTarget.blur()
              else keep({ reply_to: null })
            }
          }}
        />
        <Button type="submit" disabled={used > MAX} leftSection={<IconSend2 size={16} stroke={1.8} />}>
          {m.composer_send()}
        </Button>
      </div>
      <p id={hintId} className={classes.hint}>
        <span className={classes.keys}>{m.composer_hint()}</span>
        {used > NEAR && (
          <span className={classes.used} data-over={used > MAX || undefined} role="status">
            {m.test_message_used({ count: formatCount(used), max: formatCount(MAX) })}
          </span>
        )}
      </p>
    </form>
  )
}
