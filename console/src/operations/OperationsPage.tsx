// Audiences → Operations: what changes many contacts in the background, with its progress, its report and the way back.
import { Button, Skeleton } from '@mantine/core'
import { IconListCheck } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Operation } from '../../../server/operations/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { Time } from '../ui/Time.tsx'
import { OperationDialog } from './OperationDialog.tsx'
import { OperationActions, OperationProgress } from './OperationProgress.tsx'
import { OperationSubject } from './OperationSubject.tsx'
import classes from './OperationsPage.module.css'
import { isUnderWay } from './latest.ts'
import { operationListQuery } from './queries.ts'

export const OperationsPage = () => (
  <Allowed permission="contacts:bulk">
    <Operations />
  </Allowed>
)

function Operations() {
  const organization = useOrganization()
  const list = useInfiniteQuery(operationListQuery(organization.slug))
  const [shown, setShown] = useState<string | null>(null)
  const operations = list.data?.pages.flatMap((page) => page.operations)
  return (
    <div className={classes.page}>
      <PageHeader title={m.operations()} organization={organization.name} text={m.operations_text()} />
      <div className={classes.list}>
        {list.error && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
        {operations === undefined ? (
          !list.error && (
            <div className={classes.loading} role="status" aria-label={m.operations_loading()}>
              <Skeleton height={92} radius={10} />
              <Skeleton height={92} radius={10} />
            </div>
          )
        ) : operations.length === 0 ? (
          <EmptyState
            icon={<IconListCheck size={22} stroke={1.6} />}
            title={m.operations_none_title()}
            text={m.operations_none_text()}
            heading="h2"
          >
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link to="/o/$organization/contacts" params={{ organization: organization.slug }} {...props} />
              )}
            >
              {m.contacts()}
            </Button>
          </EmptyState>
        ) : (
          <ul className={classes.cards}>
            {operations.map((operation) => (
              <OperationCard key={operation.id} operation={operation} onReport={() => setShown(operation.id)} />
            ))}
          </ul>
        )}
        {list.hasNextPage && (
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {m.load_more()}
          </Button>
        )}
      </div>
      {shown !== null && <OperationDialog id={shown} onShow={setShown} onClose={() => setShown(null)} />}
    </div>
  )
}

function OperationCard({ operation, onReport }: { operation: Operation; onReport: () => void }) {
  return (
    <li className={classes.card}>
      <div className={classes.head}>
        <OperationSubject operation={operation} />
        {operation.undone_by !== null && <SmallBadge>{m.operation_undone_badge()}</SmallBadge>}
      </div>
      <OperationProgress operation={operation} />
      <div className={classes.foot}>
        <p className={classes.who}>
          <bdi>{operation.actor.name}</bdi> · <Time at={operation.created_at} form="minute" />
        </p>
        <div className={classes.actions}>
          {!isUnderWay(operation) && (operation.failed > 0 || (operation.import?.refused ?? 0) > 0) && (
            <Button size="xs" variant="default" onClick={onReport}>
              {m.operation_report()}
            </Button>
          )}
          <OperationActions operation={operation} />
        </div>
      </div>
    </li>
  )
}
