// The contacts that an operation could not change, each with a sentence; they are read page by page.
import { Button, Skeleton } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Operation } from '../../../server/operations/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { addressOf } from '../contacts/identity.ts'
import { wordsOf } from '../lib/problem-words.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import classes from './FailureList.module.css'
import { failuresQuery } from './queries.ts'

export function FailureList({ operation }: { operation: Operation }) {
  const organization = useOrganization()
  const list = useInfiniteQuery(failuresQuery(organization.slug, operation.id))
  const failures = list.data?.pages.flatMap((page) => page.failures) ?? []
  return (
    <section aria-label={m.failures_title()} className={classes.root}>
      <h3 className={classes.title}>{operation.kind === 'undo' ? m.failures_title_undo() : m.failures_title()}</h3>
      {list.isPending && <Skeleton height={60} radius={8} />}
      {list.error && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
      <ul className={classes.list}>
        {failures.map(({ contact_id: id, contact, tag, reason, message }, index) => (
          <li key={`${id} ${index}`} className={classes.item}>
            {contact ? (
              <Link
                to="/o/$organization/contacts"
                params={{ organization: organization.slug }}
                search={{ contact: id }}
                className={classes.name}
              >
                <bdi>{contact.display_name ?? addressOf(contact).text}</bdi>
              </Link>
            ) : (
              <span className={classes.gone}>{m.failure_gone()}</span>
            )}
            <span>{wordsOf(reason, { name: tag?.name ?? '—' }, message)}</span>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button size="xs" variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {m.load_more()}
        </Button>
      )}
    </section>
  )
}
