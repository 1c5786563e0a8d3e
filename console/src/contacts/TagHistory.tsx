// Every change of tags on the open contact, newest first: what, how, who, when and why.
import { Button, Skeleton } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import type { TagChange } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { withoutRepeats } from '../lib/pages.ts'
import { m } from '../paraglide/messages.js'
import { sourceLabel } from '../tags/source-label.ts'
import { whyWords } from '../tags/why-words.ts'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './ContactPanel.module.css'
import { tagHistoryQuery } from './queries.ts'

export function TagHistory({ contactId }: { contactId: string }) {
  const organization = useOrganization()
  const history = useInfiniteQuery(tagHistoryQuery(organization.slug, contactId))
  const list = useRef<HTMLOListElement>(null)
  const { data, error, hasNextPage, isFetchingNextPage, isFetchNextPageError } = history
  const changes = useMemo(() => withoutRepeats(data?.pages.flatMap((page) => page.changes) ?? []), [data])

  const showMore = async () => {
    const { hasNextPage: more } = await history.fetchNextPage()
    // The button that had the focus is gone.
    if (!more) list.current?.focus({ preventScroll: true })
  }
  return (
    <section className={classes.section} aria-labelledby="tag-history">
      <div className={classes.sectionHead}>
        <h3 id="tag-history" className={classes.sectionTitle}>
          {m.history()}
        </h3>
      </div>
      {error && !data ? (
        <ErrorNotice error={error} onRetry={() => void history.refetch()} />
      ) : !data ? (
        <div className={classes.loading} role="status" aria-label={m.history_loading()}>
          <Skeleton height={12} width="60%" />
          <Skeleton height={12} width="75%" />
        </div>
      ) : changes.length === 0 ? (
        <p className={classes.quiet}>{m.history_none()}</p>
      ) : (
        <ol ref={list} tabIndex={-1} aria-labelledby="tag-history">
          {changes.map((change) => (
            <Change key={change.id} change={change} />
          ))}
        </ol>
      )}
      {isFetchNextPageError && error && <ErrorNotice error={error} />}
      {hasNextPage && (
        <Button size="xs" variant="default" mt={8} loading={isFetchingNextPage} onClick={() => void showMore()}>
          {m.history_older()}
        </Button>
      )}
    </section>
  )
}

function Change({ change }: { change: TagChange }) {
  const added = change.change === 'added'
  const reason = whyWords(change.why)
  return (
    <li className={classes.change}>
      <span className={classes.sign} data-change={change.change} aria-hidden>
        {added ? <IconPlus size={11} stroke={2.4} /> : <IconMinus size={11} stroke={2.4} />}
      </span>
      <div>
        <div className={classes.what}>
          {added ? m.history_added() : m.history_removed()} <TagChip {...change.tag} />
        </div>
        <p className={classes.how}>
          {sourceLabel(change.source)} · <bdi>{change.actor.name}</bdi> · <Time at={change.at} form="minute" />
        </p>
        {reason !== '' && (
          <p className={classes.reason} dir="auto">
            {reason}
          </p>
        )}
      </div>
    </li>
  )
}
