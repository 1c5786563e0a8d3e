// Writes to the customer: Enter sends, Shift+Enter makes a new line, and what is not sent stays here as a draft.
import { ActionIcon, Button, Textarea } from '@mantine/core'
import { IconSend2, IconX } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useState, type RefObject } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { useOrganization, useSession } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { AttachButton, useTakenFiles } from './AttachButton.tsx'
import { attach, attachedBegunIn, useAttached } from './attached.ts'
import { AttachmentPreview } from './AttachmentPreview.tsx'
import { ACCEPTED, isRecording, refusalOf } from './attachments.ts'
import classes from './Composer.module.css'
import { keepDraft, useDraft } from './drafts.ts'
import { write } from './outbox.ts'
import { roomWords } from './words.ts'
import { EmojiButton } from '../emoji/EmojiButton.tsx'
import { QuoteBlock } from './QuoteBlock.tsx'
import { noteTyping } from '../presence/reporting.ts'
import { fillReply, putIn } from '../replies/filling.ts'
import { ReplyPicker } from '../replies/ReplyPicker.tsx'

const MAX = 4096
const MAX_CAPTION = 1024

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
  const file = useAttached(conversation.id)
  const setFile = (chosen: File | null) => attach(conversation.id, chosen)
  const refusal = file && refusalOf(file)
  const hasCaption = file !== null && !isRecording(file)
  const max = hasCaption ? MAX_CAPTION : MAX
  const room = roomWords(used, max)
  const keep = (changes: Partial<typeof draft>) => keepDraft(user.id, conversation.id, { ...draft, ...changes })

  // A browser puts the cursor before a text that is there already.
  useEffect(() => {
    const field = input.current
    field?.setSelectionRange(field.value.length, field.value.length)
  }, [input])

  const send = () => {
    input.current?.focus()
    if ((used === 0 && file === null) || used > max || refusal !== null) return
    const where = { queryClient, organization: slug, conversationId: conversation.id }
    const text = draft.text.trim()
    const begunIn = draft.begun_in ?? attachedBegunIn(conversation.id)
    if (file !== null && !hasCaption) {
      write(where, '', draft.reply_to, file, begunIn)
      if (used > 0) write(where, text, null, null, begunIn)
    } else write(where, text, draft.reply_to, file, begunIn)
    setFile(null)
    keep({ text: '', reply_to: null })
    noteTyping('')
  }
  /** Puts a text where the cursor stands, and goes on writing behind it. */
  const insert = (piece: string) => {
    const field = input.current
    const at = field?.selectionStart ?? draft.text.length
    const done = putIn(draft.text, piece, at, field?.selectionEnd ?? at)
    keep({ text: done.text })
    noteTyping(done.text)
    requestAnimationFrame(() => {
      field?.focus()
      field?.setSelectionRange(done.at, done.at)
    })
  }
  const putReplyIn = (reply: string) => {
    setChoosing(false)
    insert(
      fillReply(reply, {
        name: conversation.contact.display_name,
        phone: conversation.contact.phone,
        agent: user.name,
        organization,
      }),
    )
  }
  const take = (chosen: File | null) => {
    if (chosen) setFile(chosen)
    input.current?.focus()
  }
  const taken = useTakenFiles(take, input)
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
        <ReplyPicker
          opened={choosing}
          onOpened={(opened) => {
            setChoosing(opened)
            if (!opened) requestAnimationFrame(() => input.current?.focus())
          }}
          onPick={({ text }) => putReplyIn(text)}
        />
        <AttachButton accept={ACCEPTED} onChosen={take} />
        <EmojiButton onPick={insert} onLeave={() => requestAnimationFrame(() => input.current?.focus())} />
        <Textarea
          ref={input}
          className={classes.input}
          value={draft.text}
          autosize
          minRows={1}
          maxRows={9}
          dir="auto"
          aria-label={m.composer_label({ name })}
          placeholder={hasCaption ? m.composer_caption() : m.composer_placeholder()}
          aria-describedby={hintId}
          error={used > max}
          onChange={(event) => {
            keep({ text: event.currentTarget.value })
            noteTyping(event.currentTarget.value)
          }}
          {...taken}
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
        <Button
          type="submit"
          disabled={used > max || refusal !== null}
          leftSection={<IconSend2 size={16} stroke={1.8} />}
          classNames={{ root: classes.send, label: classes.sendLabel }}
        >
          {m.composer_send()}
        </Button>
      </div>
      <p id={hintId} className={classes.hint}>
        <span className={classes.keys}>{m.composer_hint()}</span>
        {room !== null && (
          <span className={classes.used} data-over={used > max || undefined} role="status">
            {room}
          </span>
        )}
      </p>
    </form>
  )
}
