// How far a message that was sent has come: a mark, and the same in words.
import { VisuallyHidden } from '@mantine/core'
import { IconAlertCircle, IconCheck, IconChecks, IconClock, IconHelpCircle } from '@tabler/icons-react'
import type { Message } from '../../../server/conversations/schema.ts'
import { exactTime } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import classes from './Message.module.css'

type Delivery = Pick<NonNullable<Message['delivery']>, 'state' | 'at'>

const STATES = {
  waiting: { Icon: IconClock, words: m.message_state_waiting },
  sending: { Icon: IconClock, words: m.message_state_sending },
  sent: { Icon: IconCheck, words: m.message_state_sent },
  delivered: { Icon: IconChecks, words: m.message_state_delivered },
  read: { Icon: IconChecks, words: m.message_state_read },
  played: { Icon: IconChecks, words: m.message_state_played },
  failed: { Icon: IconAlertCircle, words: m.message_state_failed },
  uncertain: { Icon: IconHelpCircle, words: m.message_state_uncertain },
} as const satisfies Record<Delivery['state'], unknown>

export function DeliveryMark({ delivery }: { delivery: Delivery }) {
  const { Icon, words } = STATES[delivery.state]
  return (
    <span
      className={classes.mark}
      data-state={delivery.state}
      title={delivery.at === null ? words() : `${words()} · ${exactTime(delivery.at)}`}
    >
      <Icon size={15} stroke={1.9} aria-hidden />
      <VisuallyHidden>{words()}</VisuallyHidden>
    </span>
  )
}
