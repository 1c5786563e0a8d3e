// One call of a language model with all that was written and answered.
import { Button, Loader, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { Time } from '../ui/Time.tsx'
import { CodeBlock } from '../webhooks/CodeBlock.tsx'
import classes from './Ai.module.css'
import { callQuery } from './queries.ts'
import { purposeWords } from './words.ts'

/** JSON is laid out to be read; anything else stands as it came. */
function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

export function CallDialog({ id, onClose }: { id: string; onClose: () => void }) {
  useReturnsFocus()
  const { slug } = useOrganization()
  const { data: call, error, refetch } = useQuery(callQuery(slug, id))
  return (
    <Modal opened onClose={onClose} title={m.models_call({ model: call?.model ?? '…' })} size={760} returnFocus={false}>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!call && !error && <Loader size={18} aria-label={m.models_log_loading()} />}
      {call && (
        <>
          <p className={classes.facts}>
            <Time at={call.at} form="minute" /> · {purposeWords[call.purpose]()} · <bdi>{call.provider_name}</bdi>
            {call.status !== null && ` · ${call.status}`}
            {call.conversation_id !== null && (
              <>
                {' · '}
                <Link
                  to="/o/$organization/inbox"
                  params={{ organization: slug }}
                  search={{ conversation: call.conversation_id }}
                >
                  {m.models_call_conversation()}
                </Link>
              </>
            )}
          </p>
          {call.exchange === null ? (
            <p className={classes.text}>{m.models_call_gone()}</p>
          ) : (
            <>
              <CodeBlock id="call-request" title={m.models_call_request()} text={laidOut(call.exchange.request)} />
              <CodeBlock
                id="call-response"
                title={m.models_call_response()}
                text={laidOut(call.exchange.response)}
                empty={m.models_call_nothing()}
              />
            </>
          )}
        </>
      )}
      <div className={classes.foot}>
        <Button onClick={onClose} data-autofocus>
          {m.done()}
        </Button>
      </div>
    </Modal>
  )
}
