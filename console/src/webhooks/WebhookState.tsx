// How a webhook does, in a line: what waits, what was given up, when something was accepted last, and what is wrong.
import type { Webhook } from '../../../server/webhooks/schema.ts'
import { MOST_COUNTED } from '../../../server/webhooks/schema.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { Time } from '../ui/Time.tsx'
import classes from './WebhooksPage.module.css'
import { offWords } from './words.ts'

const counted = (count: number): string => (count >= MOST_COUNTED ? `${formatCount(count)}+` : formatCount(count))

export function WebhookState({ webhook }: { webhook: Webhook }) {
  const { off_at, off_reason, off_by, failing_since, old_secret_until, last_accepted_at, waiting, given_up } = webhook
  return (
    <p
      className={classes.state}
      data-bad={failing_since !== null || (off_reason !== null && off_reason !== 'person') || undefined}
    >
      {off_at !== null && off_reason !== null && (
        <span className={classes.trouble}>
          {off_reason === 'person' && off_by !== null ? m.webhook_off_by({ name: off_by }) : offWords(off_reason)}{' '}
          <Time at={off_at} form="minute" />
        </span>
      )}
      {off_at === null && failing_since !== null && (
        <span className={classes.trouble}>
          {m.webhook_failing()} <Time at={failing_since} form="minute" />
        </span>
      )}
      {last_accepted_at !== null && (
        <span>
          {m.webhook_last_accepted()} <Time at={last_accepted_at} />
        </span>
      )}
      {last_accepted_at === null && failing_since === null && <span>{m.webhook_never_accepted()}</span>}
      {waiting > 0 && <span>{m.webhook_waiting({ shown: counted(waiting) })}</span>}
      {given_up > 0 && <span>{m.webhook_given_up({ shown: counted(given_up) })}</span>}
      {old_secret_until !== null && (
        <span>
          {m.webhook_old_secret()} <Time at={old_secret_until} form="minute" />
        </span>
      )}
    </p>
  )
}
