// The log in rows: when each event happened, what it was, and what became of it.
import { IconAlertTriangle, IconCheck, IconClock } from '@tabler/icons-react'
import type { Dispatch } from '../../../server/webhooks/schema.ts'
import classes from '../channels/DeliveryList.module.css'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { Time } from '../ui/Time.tsx'
import { outcomeWords, stateWords, typeWords } from './words.ts'

interface DispatchListProps {
  dispatches: readonly Dispatch[]
  /** The webhook is switched off: nothing has a next attempt. */
  off: boolean
  onOpen: (eventId: string) => void
}

export function DispatchList({ dispatches, off, onOpen }: DispatchListProps) {
  return (
    <div className={classes.box}>
      <div className={`${classes.columns} ${classes.head}`} aria-hidden>
        <span>{m.dispatch_happened()}</span>
        <span>{m.dispatch_type()}</span>
        <span className={classes.size}>{m.dispatch_attempts()}</span>
        <span>{m.delivery_state()}</span>
      </div>
      <ul>
        {dispatches.map((dispatch) => (
          <li key={dispatch.event_id}>
            <button
              type="button"
              className={`${classes.columns} ${classes.row}`}
              aria-haspopup="dialog"
              onClick={() => onOpen(String(dispatch.event_id))}
            >
              <span className={classes.received}>
                <Time at={dispatch.at} />
              </span>
              <span className={classes.held}>{typeWords(dispatch.type)}</span>
              <span className={classes.size}>{formatCount(dispatch.attempts)}</span>
              <span className={classes.states}>
                <DispatchState dispatch={dispatch} off={off} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What became of it, with what came back last. */
export function DispatchState({ dispatch, off }: { dispatch: Dispatch; off: boolean }) {
  const { state, next_at } = dispatch
  const outcome = outcomeWords(dispatch)
  return (
    <span
      className={classes.state}
      data-good={state === 'accepted' || undefined}
      data-bad={state === 'given_up' || undefined}
    >
      {state === 'waiting' && <IconClock size={15} stroke={1.8} aria-hidden />}
      {state === 'accepted' && <IconCheck size={15} stroke={2} aria-hidden />}
      {state === 'given_up' && <IconAlertTriangle size={15} stroke={1.8} aria-hidden />}
      <span>
        {stateWords(state)}
        {outcome !== '' && <> · {outcome}</>}
        {state === 'waiting' && outcome !== '' && next_at !== null && !off && (
          <span className={classes.reason}>
            {m.dispatch_next()} <Time at={next_at} form="minute" />
          </span>
        )}
      </span>
    </span>
  )
}
