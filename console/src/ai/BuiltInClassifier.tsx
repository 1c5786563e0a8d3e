// The built-in classifier on the AI page: what it is, what it cannot do, what it has learned from people, and making it forget.
import { Button, Progress, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Learning } from '../../../server/learning/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount, percentWords } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { HardToTell } from '../tags/HardToTell.tsx'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { Time } from '../ui/Time.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './BuiltInClassifier.module.css'
import { learningQuery, useForgetLearning, useRebuildLearning } from './learning.ts'

export function BuiltInClassifier() {
  const { slug } = useOrganization()
  const { data: learning, error, refetch } = useQuery(learningQuery(slug))
  return (
    <section className={classes.engine} aria-labelledby="ai-engine">
      <h2 id="ai-engine">{m.ai_built_in()}</h2>
      <p>{m.ai_built_in_text()}</p>
      <p>{m.ai_built_in_limits()}</p>
      <h3>{m.learning()}</h3>
      <p>{m.learning_text()}</p>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!learning && !error && (
        <div role="status" aria-label={m.learning_loading()}>
          <Skeleton height={44} radius={8} />
        </div>
      )}
      {learning && <Learned learning={learning} />}
    </section>
  )
}

function Learned({ learning }: { learning: Learning }) {
  const { slug } = useOrganization()
  const rebuild = useRebuildLearning(slug)
  const [forgetting, setForgetting] = useState(false)
  const { state, progress, learned_at, conversations, new_lessons, since } = learning
  const busy = state === 'learning' || state === 'waiting'
  const nothing = learned_at === null || conversations === 0
  return (
    <>
      <p className={classes.state} role="status">
        {nothing ? m.learning_nothing() : m.learning_from({ count: conversations, shown: formatCount(conversations) })}{' '}
        {!nothing && (
          <span className={classes.soft}>
            {m.learning_last()} <Time at={learned_at} form="minute" />.{' '}
          </span>
        )}
        {new_lessons > 0 && state === 'resting' && (
          <span className={classes.soft}>
            {m.learning_new({ count: new_lessons, shown: formatCount(new_lessons) })}{' '}
          </span>
        )}
        {since !== null && (
          <span className={classes.soft}>
            {m.learning_since()} <Time at={since} form="minute" />.
          </span>
        )}
      </p>
      {state === 'failing' && <p className={classes.failing}>{m.learning_failing()}</p>}
      {busy && (
        <div className={classes.progress}>
          <Progress value={progress * 100} animated size="sm" aria-label={m.learning_now()} />
          <span className={classes.soft}>
            {state === 'waiting' ? m.learning_waiting() : m.learning_progress({ share: percentWords(progress) })}
          </span>
        </div>
      )}
      {rebuild.error && <ErrorNotice error={rebuild.error} />}
      <div className={classes.buttons}>
        <Button
          size="xs"
          variant="default"
          disabled={busy}
          loading={rebuild.isPending}
          onClick={() => rebuild.mutate(undefined, { onSuccess: () => tell(m.learning_begun()) })}
        >
          {m.learning_rebuild()}
        </Button>
        <Button size="xs" variant="subtle" color="red" disabled={nothing && !busy} onClick={() => setForgetting(true)}>
          {m.learning_forget()}
        </Button>
      </div>
      {forgetting && <ForgetDialog onClose={() => setForgetting(false)} />}
    </>
  )
}

function ForgetDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useOrganization()
  const forget = useForgetLearning(slug)
  return (
    <ConfirmDialog
      title={m.learning_forget_title()}
      confirmLabel={m.learning_forget()}
      danger
      confirming={forget.isPending}
      failure={forget.error}
      onClose={onClose}
      onConfirm={() =>
        forget.mutate(undefined, {
          onSuccess: () => {
            tell(m.learning_forgotten())
            onClose()
          },
        })
      }
    >
      <p>{m.learning_forget_text()}</p>
      <p>{m.learning_forget_back()}</p>
    </ConfirmDialog>
  )
}

interface TagLearningProps {
  id: string
  name: string
  description: string
  /** As it was set. */
  threshold: number
}

/** From so many examples it learns what no description tells. */
const ENOUGH = 10

/** From how many examples a tag was learned, and whether people took it off so often that more certainty is asked for. */
export function TagLearning({ id, name, description, threshold }: TagLearningProps) {
  const { slug } = useOrganization()
  const { data: learning } = useQuery(learningQuery(slug))
  const tag = learning?.tags.find(({ tag_id }) => tag_id === id)
  if (tag === undefined) return null
  const { positives, negatives } = tag
  return (
    <div className={classes.tag}>
      {positives + negatives === 0
        ? m.learning_tag_none()
        : m.learning_tag({ count: positives, shown: formatCount(positives), against: formatCount(negatives) })}
      {positives < ENOUGH && <HardToTell name={name} description={description} brief />}
      {tag.threshold > threshold && (
        <p className={classes.raised}>
          {m.learning_raised({ share: percentWords(tag.threshold), off: tag.taken_off, all: tag.by_ai })}
        </p>
      )}
    </div>
  )
}
