// Sends a test to a webhook at once, and shows what came back.
import { Button, Loader, Modal } from '@mantine/core'
import { useEffect } from 'react'
import type { Webhook } from '../../../server/webhooks/schema.ts'
import { useOrganization } from '../access/queries.ts'
import classes from '../channels/DeliveryDialog.module.css'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { CodeBlock } from './CodeBlock.tsx'
import { useTestWebhook } from './queries.ts'
import own from './WebhooksPage.module.css'
import { outcomeWords, shortUrl } from './words.ts'

export function TestDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  useReturnsFocus()
  const { slug } = useOrganization()
  const test = useTestWebhook(slug, webhook.id)
  const { mutate, data } = test
  useEffect(() => mutate(), [mutate])
  const good = data !== undefined && data.status !== null && data.status < 300
  return (
    <Modal opened onClose={onClose} title={m.webhook_test()} size={680} returnFocus={false}>
      <p dir="ltr" style={{ overflowWrap: 'anywhere' }}>
        <code>{shortUrl(webhook.url)}</code>
      </p>
      <div aria-live="polite">
        {test.error && <ErrorNotice error={test.error} onRetry={() => mutate()} />}
        {test.isPending && <Loader size={18} mt={14} aria-label={m.webhook_testing()} />}
        {data && !test.isPending && (
          <>
            <div className={classes.bodyHead}>
              <p className={own.came} data-bad={!good || undefined}>
                {outcomeWords(data)} · {m.dispatch_took({ shown: formatCount(data.took_ms) })}
              </p>
            </div>
            <p className={classes.note}>{good ? m.webhook_test_good() : m.webhook_test_bad()}</p>
            {data.answer !== null && (
              <CodeBlock
                id="test-answer"
                title={m.dispatch_answer()}
                text={data.answer}
                empty={m.dispatch_answer_empty()}
              />
            )}
            <CodeBlock id="test-body" title={m.dispatch_body()} text={JSON.stringify(data.body, null, 2)} />
          </>
        )}
      </div>
      <div className={own.foot}>
        <Button variant="default" loading={test.isPending} onClick={() => mutate()}>
          {m.webhook_test_again()}
        </Button>
        <Button onClick={onClose} data-autofocus>
          {m.done()}
        </Button>
      </div>
    </Modal>
  )
}
