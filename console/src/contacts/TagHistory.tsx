// Every change of tags on the open contact, newest first: what, how, who, when and why.
import { Button, Skeleton } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { TagChange } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { sourceLabel } from '../tags/source-label.ts'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './ContactPanel.module.css'
import { tagHistoryQuery } from './queries.ts'

const SHOWN_AT_FIRST = 15

export function TagHistory({ contactId }: { contactId: string }) {
  const organization = useOrganization()
  const { data, error, refetch } = useQuery(tagHistoryQuery(organization.slug, contactId))
  const [all, setAll] = useState(false)
  const changes = data?.changes ?? []
  const shown = all ? changes : changes.slice(0, SHOWN_AT_FIRST)
  return (
    <section className={classes.section} aria-labelledby="tag-history">
      <div className={classes.sectionHead}>
        <h3 id="tag-history" className={classes.sectionTitle}>
          {m.history()}
        </h3>
      </div>
      {error && !data ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <div className={classes.loading} role="status" aria-label={m.history_loading()}>
          <Skeleton height={12} width="60%" />
          <Skeleton height={12} width="75%" />
        </div>
      ) : changes.length === 0 ? (
        <p className={classes.quiet}>{m.history_none()}</p>
      ) : (
        <ol>
          {shown.map((change) => (
            <Change key={`${change.at} ${change.change} ${change.tag.id}`} change={change} />
          ))}
        </ol>
      )}
      {changes.length > shown.length && (
        <Button size="xs" variant="default" mt={8} onClick={() => setAll(true)}>
          {m.history_all({ count: changes.length })}
        </Button>
      )}
    </section>
  )
}

function Change({ change }: { change: TagChange }) {
  const added = change.change === 'added'
  const reason = change.why?.['reason']
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
        {typeof reason === 'string' && reason !== '' && (
          <p className={classes.reason} dir="auto">
            {reason}
          </p>
        )}
      </div>
    </li>
  )
}
