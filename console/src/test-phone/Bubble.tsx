// One message on the test phone, with what the customer may do with it.
import { ActionIcon, Menu } from '@mantine/core'
import { IconCornerUpLeft, IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { TestMessage } from '../../../server/test-phone/schema.ts'
import { DeliveryMark } from '../conversations/DeliveryMark.tsx'
import type { ShownButton } from '../conversations/content.ts'
import { MessageContent } from '../conversations/MessageContent.tsx'
import { QuoteBlock } from '../conversations/QuoteBlock.tsx'
import { deletedWords } from '../conversations/words.ts'
import { copyText } from '../lib/clipboard.ts'
import { exactTime, isoMinute } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { tell, tellFailure } from '../ui/toasts.ts'
import { FillInDialog } from './FillInDialog.tsx'
import type { Act } from './queries.ts'
import classes from './Thread.module.css'

const REACTIONS = ['👍', '❤️']

interface BubbleProps {
  message: TestMessage
  name: string
  onAct: (act: Act) => void
  onReply: () => void
  onEdit: () => void
}

export function Bubble({ message, name, onAct, onReply, onEdit }: BubbleProps) {
  const { id, direction, sent_at, arrived, was_read, reply_to, edited_at, revoked_at } = message
  const isOwn = direction === 'in'
  const [form, setForm] = useState<string | null>(null)
  const press = ({ type, text, target }: ShownButton) => {
    if (type === 'flow') setForm(text)
    else if (type === 'copy_code') void copyCode(target ?? '')
    else onAct({ does: 'choose', message_id: id, button: text })
  }
  return (
    <div className={classes.row} data-direction={direction}>
      <div className={classes.bubble} data-direction={direction} data-away={!arrived || undefined}>
        <span className={classes.who}>
          {isOwn ? m.test_thread_from_customer({ name }) : m.test_thread_from_business()}
        </span>
        {reply_to && <QuoteBlock quote={reply_to} name={name} />}
        {revoked_at === null ? (
          <MessageContent message={message} {...(isOwn || !arrived ? {} : { onPress: press })} />
        ) : (
          <span className={classes.typed}>{deletedWords(direction)}</span>
        )}
        <span className={classes.foot}>
          {!isOwn && arrived && <Reactions message={message} onAct={onAct} />}
          {!arrived && <span>{m.test_message_not_arrived()}</span>}
          {edited_at !== null && revoked_at === null && <span>{m.message_edited()}</span>}
          <time dateTime={sent_at} title={exactTime(sent_at)}>
            {isoMinute(sent_at).slice(-5)}
          </time>
          {isOwn && revoked_at === null && <DeliveryMark delivery={{ state: was_read ? 'read' : 'sent', at: null }} />}
        </span>
      </div>
      {form !== null && (
        <FillInDialog
          title={form}
          onSend={(answers) => {
            onAct({ does: 'choose', message_id: id, button: form, answers })
            setForm(null)
          }}
          onClose={() => setForm(null)}
        />
      )}
      {arrived && revoked_at === null && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon className={classes.more} aria-label={m.test_message_actions()}>
              <IconDots size={16} stroke={1.8} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown aria-label={m.test_message_actions()} aria-labelledby={undefined}>
            <Menu.Item leftSection={<IconCornerUpLeft size={15} stroke={1.7} />} onClick={onReply}>
              {m.test_message_reply()}
            </Menu.Item>
            {isOwn && message.type === 'text' && (
              <Menu.Item leftSection={<IconPencil size={15} stroke={1.7} />} onClick={onEdit}>
                {m.test_message_edit()}
              </Menu.Item>
            )}
            {isOwn && (
              <Menu.Item
                leftSection={<IconTrash size={15} stroke={1.7} />}
                onClick={() => onAct({ does: 'delete', message_id: id })}
              >
                {m.test_message_delete()}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  )
}

async function copyCode(code: string): Promise<void> {
  if (await copyText(code)) tell(m.test_code_copied({ code }))
  else tellFailure(m.copy_failed())
}

/** Pressed again, the customer takes it back. */
function Reactions({ message: { id, reactions }, onAct }: Pick<BubbleProps, 'message' | 'onAct'>) {
  const given = reactions.find(({ direction }) => direction === 'in')?.emoji
  return (
    <span className={classes.reactions}>
      {REACTIONS.map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-label={m.test_react({ emoji })}
          aria-pressed={emoji === given}
          onClick={() => onAct({ does: 'react', message_id: id, emoji: emoji === given ? null : emoji })}
        >
          {emoji}
        </button>
      ))}
    </span>
  )
}
