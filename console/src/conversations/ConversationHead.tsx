// Above the thread: the customer, how the conversation stands and who has it, and what can be done with it.
import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconArrowBackUp, IconArrowLeft, IconDots, IconHandGrab, IconId, IconUserShare } from '@tabler/icons-react'
import { useRef } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { useSession } from '../access/queries.ts'
import { addressOf } from '../contacts/identity.ts'
import { m } from '../paraglide/messages.js'
import { AiMark } from '../ai-agents/AiMark.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import classes from './ConversationPane.module.css'
import { customerName, statusLabel } from './words.ts'

interface ConversationHeadProps {
  conversation: Conversation
  busy: boolean
  /** Each undefined where it cannot be done. */
  onBack: (() => void) | undefined
  onTakeOver: (() => void) | undefined
  onHandOver: (() => void) | undefined
  onGiveBack: (() => void) | undefined
  onClose: (() => void) | undefined
  closeLabel: string
  contact: { shown: boolean; onToggle: () => void } | undefined
}

export function ConversationHead({
  conversation,
  busy,
  onBack,
  onTakeOver,
  onHandOver,
  onGiveBack,
  onClose,
  closeLabel,
  contact: beside,
}: ConversationHeadProps) {
  const { user } = useSession()
  const menu = useRef<HTMLButtonElement>(null)
  const { contact, status, agent } = conversation
  const name = customerName(contact)
  const address = addressOf(contact).text
  const contactLabel = beside?.shown ? m.conversation_hide_contact() : m.conversation_show_contact()
  /** The item goes with the menu: the focus is on what stays, also when a dialog gives it back. */
  const from = (act: () => void) => () => {
    menu.current?.focus({ preventScroll: true })
    act()
  }
  return (
    <header className={classes.head}>
      {onBack && (
        <ActionIcon className={classes.back} size={34} aria-label={m.back()} onClick={onBack}>
          <IconArrowLeft size={18} stroke={1.8} />
        </ActionIcon>
      )}
      <div className={classes.words}>
        <div className={classes.nameLine}>
          <h2 className={classes.name} dir="auto" title={name}>
            {name}
          </h2>
          {contact.test && <SmallBadge title={m.test_contact_title()}>{m.test()}</SmallBadge>}
        </div>
        <p className={classes.about}>
          <span className={classes.status} data-status={status}>
            {statusLabel(status)}
          </span>
          {agent && (
            <>
              <bdi>{agent.id === user.id ? m.conversation_you() : agent.name}</bdi>
              {agent.ai && <AiMark />}
            </>
          )}
          {address !== name && <bdi className={classes.address}>{address}</bdi>}
        </p>
      </div>
      <div className={classes.actions}>
        {onClose && (
          <Button variant="default" disabled={busy} onClick={onClose} aria-keyshortcuts="e" title={`${closeLabel} (e)`}>
            {closeLabel}
          </Button>
        )}
        {(onHandOver ?? onGiveBack ?? onTakeOver) && (
          <Menu position="bottom-end" returnFocus={false}>
            <Menu.Target>
              <ActionIcon ref={menu} size={32} aria-label={m.conversation_actions()} disabled={busy}>
                <IconDots size={18} stroke={1.8} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown aria-label={m.conversation_actions()} aria-labelledby={undefined}>
              {onTakeOver && (
                <Menu.Item leftSection={<IconHandGrab size={15} stroke={1.7} />} onClick={from(onTakeOver)}>
                  {m.conversation_take_over()}
                </Menu.Item>
              )}
              {onHandOver && (
                <Menu.Item leftSection={<IconUserShare size={15} stroke={1.7} />} onClick={from(onHandOver)}>
                  {m.conversation_hand_over()}
                </Menu.Item>
              )}
              {onGiveBack && (
                <Menu.Item leftSection={<IconArrowBackUp size={15} stroke={1.7} />} onClick={from(onGiveBack)}>
                  {m.conversation_give_back()}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
        {beside && (
          <ActionIcon
            size={32}
            aria-label={contactLabel}
            title={contactLabel}
            aria-pressed={beside.shown}
            onClick={beside.onToggle}
          >
            <IconId size={18} stroke={1.7} />
          </ActionIcon>
        )}
      </div>
    </header>
  )
}
