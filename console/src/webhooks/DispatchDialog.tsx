// One event of the log: what was sent, every attempt, what came back, and sending it again.
import { Button, Modal, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { DispatchDetail } from '../../../server/webhooks/schema.ts'
import { useOrganization } from '../access/queries.ts'
import classes from '../channels/DeliveryDialog.module.css'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { Time } from '../ui/Time.tsx'
import { tell, tellFailure } from '../ui/toasts.ts'
import { CodeBlock } from './CodeBlock.tsx'
import { DispatchState } from './DispatchList.tsx'
import { dispatchQuery, useReplayDispatch } from './queries.ts'
import own from './WebhooksPage.module.css'
import { outcomeWords, typeWords } from './words.ts'

interface DispatchDialogProps {
  webhookId: string
  eventId: string
  /** The webhook is switched off: nothing can be sent. */
  off: boolean
  onClose: () => void
}

export function DispatchDialog({ webhookId, eventId, off, onClose }: DispatchDialogProps) {
  useReturnsFocus()
  const { slug } = useOrganization()
  const { data: dispatch, error, refetch } = useQuery(dispatchQuery(slug, webhookId, eventId))
  return (
    <Modal
      opened
      onClose={onClose}
      title={dispatch ? typeWords(dispatch.type) : m.dispatch()}
      size={820}
      returnFocus={false}
    >
      {dispatch === undefined ? (
        error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : (
          <div className={classes.loading} role="status" aria-label={m.webhook_log_loading()}>
            {[40, 55, 30, 70].map((width) => (
              <Skeleton key={width} height={12} width={`${width}%`} />
            ))}
          </div>
        )
      ) : (
        <Detail webhookId={webhookId} dispatch={dispatch} off={off} />
      )}
    </Modal>
  )
}

function Detail({ webhookId, dispatch, off }: { webhookId: string; dispatch: DispatchDetail; off: boolean }) {
  const { slug } = useOrganization()
  const replay = useReplayDispatch(slug, webhookId)
  const { contact_id: contact, tries, answer, state } = dispatch
  return (
    <>
      <dl className={classes.facts}>
        <dt>{m.delivery_state()}</dt>
        <dd className={classes.states}>
          <DispatchState dispatch={dispatch} off={off} />
        </dd>
        <dt>{m.dispatch_happened()}</dt>
        <dd>
          <Time at={dispatch.at} form="minute" />
        </dd>
        {contact !== null && (
          <>
            <dt>{m.dispatch_contact()}</dt>
            <dd>
              <Link to="/o/$organization/contacts" params={{ organization: slug }} search={{ contact }}>
                {m.dispatch_open_contact()}
              </Link>
              {' · '}
              <Link
                to="/o/$organization/settings/webhooks/$webhook"
                params={{ organization: slug, webhook: webhookId }}
                search={{ contact }}
              >
                {m.dispatch_only_contact()}
              </Link>
            </dd>
          </>
        )}
        <dt>webhook-id</dt>
        <dd dir="ltr">
          <code>{dispatch.webhook_id}</code>
        </dd>
        {tries.length > 0 && (
          <>
            <dt>{m.dispatch_attempts()}</dt>
            <dd>
              <ol className={own.tries}>
                {tries.map((each, index) => (
                  <li key={index}>
                    <Time at={each.at} form="minute" /> · {outcomeWords(each)}
                    {each.failure !== 'skipped' && <> · {m.dispatch_took({ shown: formatCount(each.took_ms) })}</>}
                  </li>
                ))}
              </ol>
            </dd>
          </>
        )}
      </dl>
      {answer !== null && (
        <CodeBlock id="dispatch-answer" title={m.dispatch_answer()} text={answer} empty={m.dispatch_answer_empty()} />
      )}
      <CodeBlock id="dispatch-body" title={m.dispatch_body()} text={JSON.stringify(dispatch.body, null, 2)} />
      <div className={own.foot}>
        {off && <p className={classes.note}>{m.webhook_replay_off()}</p>}
        <Button
          disabled={off}
          loading={replay.isPending}
          onClick={() =>
            replay.mutate(String(dispatch.event_id), {
              onSuccess: () => tell(m.dispatch_was_replayed()),
              onError: (error) => tellFailure(m.dispatch_not_replayed(), error),
            })
          }
        >
          {state === 'waiting' ? m.dispatch_try_now() : m.dispatch_replay()}
        </Button>
      </div>
    </>
  )
}
