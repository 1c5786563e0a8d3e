// Asks a language model one short question at once, and shows what came back.
import { Button, Loader, Modal } from '@mantine/core'
import { useEffect } from 'react'
import type { ModelProvider } from '../../../server/models/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import classes from './Ai.module.css'
import { useTestProvider } from './queries.ts'
import { hostOf, reasonSentence } from './words.ts'

export function ProviderTestDialog({ provider, onClose }: { provider: ModelProvider; onClose: () => void }) {
  useReturnsFocus()
  const { slug } = useOrganization()
  const test = useTestProvider(slug, provider.id)
  const { mutate, data } = test
  useEffect(() => mutate(), [mutate])
  return (
    <Modal opened onClose={onClose} title={m.model_test_title({ name: provider.name })} size={560} returnFocus={false}>
      <p className={classes.facts}>
        <code dir="ltr">{provider.model}</code> · <bdi dir="ltr">{hostOf(provider.base_url)}</bdi>
      </p>
      <div aria-live="polite" className={classes.came}>
        {test.error && <ErrorNotice error={test.error} onRetry={() => mutate()} />}
        {test.isPending && <Loader size={18} aria-label={m.model_testing()} />}
        {data && !test.isPending && (
          <>
            <p className={classes.outcome} data-bad={data.reason !== null || undefined}>
              {data.reason === null ? m.models_outcome_answered() : reasonSentence(data.reason)}
              {data.status !== null && data.reason !== null && ` (${data.status})`} ·{' '}
              {m.model_took({ shown: formatCount(data.latency_ms) })}
              {data.reason === null &&
                ` · ${m.model_tokens({ input: formatCount(data.input_tokens), output: formatCount(data.output_tokens) })}`}
            </p>
            <p className={classes.text}>{data.reason === null ? m.model_test_good() : m.model_test_bad()}</p>
            {data.answer !== '' && (
              <figure className={classes.said}>
                <figcaption>{data.reason === null ? m.model_test_answer() : m.model_test_said()}</figcaption>
                <blockquote dir="auto">{data.answer}</blockquote>
              </figure>
            )}
          </>
        )}
      </div>
      <div className={classes.foot}>
        <Button variant="default" loading={test.isPending} onClick={() => mutate()}>
          {m.model_test_again()}
        </Button>
        <Button onClick={onClose} data-autofocus>
          {m.done()}
        </Button>
      </div>
    </Modal>
  )
}
