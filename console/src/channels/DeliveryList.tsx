// Deliveries in rows: when each came, what it held, how large it was, what became of it.
import { IconAlertTriangle, IconCheck, IconClock, IconPlugConnectedX } from '@tabler/icons-react'
import type { Delivery } from '../../../server/channels/schema.ts'
import { listWords } from '../lib/lists.ts'
import { m } from '../paraglide/messages.js'
import { Time } from '../ui/Time.tsx'
import { heldWords, problemWords, sizeWords } from './delivery-words.ts'
import classes from './DeliveryList.module.css'

export function DeliveryList({
  deliveries,
  onOpen,
}: {
  deliveries: readonly Delivery[]
  onOpen: (id: string) => void
}) {
  return (
    <div className={classes.box}>
      <div className={`${classes.columns} ${classes.head}`} aria-hidden>
        <span>{m.delivery_received()}</span>
        <span>{m.delivery_held()}</span>
        <span className={classes.size}>{m.delivery_size()}</span>
        <span>{m.delivery_state()}</span>
      </div>
      <ul>
        {deliveries.map((delivery) => (
          <li key={delivery.id}>
            <button
              type="button"
              className={`${classes.columns} ${classes.row}`}
              aria-haspopup="dialog"
              onClick={() => onOpen(delivery.id)}
            >
              <span className={classes.received}>
                <Time at={delivery.received_at} />
              </span>
              <span className={classes.held} data-none={Object.keys(delivery.held ?? {}).length === 0 || undefined}>
                {heldWords(delivery)}
              </span>
              <span className={classes.size}>{sizeWords(delivery.size)}</span>
              <span className={classes.states}>
                <DeliveryState delivery={delivery} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What became of a delivery, with the reason where there is one. */
export function DeliveryState({ delivery }: { delivery: Delivery }) {
  const { state, problem, misread, left_for } = delivery
  return (
    <>
      {state === 'waiting' && (
        <span className={classes.state}>
          <IconClock size={15} stroke={1.8} aria-hidden />
          {m.delivery_waiting()}
        </span>
      )}
      {state === 'interpreted' && left_for.length === 0 && (
        <span className={classes.state} data-good>
          <IconCheck size={15} stroke={2} aria-hidden />
          {m.delivery_interpreted()}
        </span>
      )}
      {state === 'problem' && (
        <span className={classes.state} data-bad>
          <IconAlertTriangle size={15} stroke={1.8} aria-hidden />
          <span>
            {m.delivery_problem()}
            {problem !== null && <span className={classes.reason}>{problemWords(problem, misread)}</span>}
          </span>
        </span>
      )}
      {left_for.length > 0 && (
        <span className={classes.state} data-bad>
          <IconPlugConnectedX size={15} stroke={1.8} aria-hidden />
          <span>{m.delivery_left_for({ count: left_for.length, numbers: listWords(left_for) })}</span>
        </span>
      )}
    </>
  )
}
