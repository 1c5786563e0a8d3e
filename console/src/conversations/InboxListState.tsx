// What stands in place of rows in the inbox: they are on their way, there are none, none match, or they could not be read.
import { Button, Skeleton } from '@mantine/core'
import { IconFilterOff, IconInbox } from '@tabler/icons-react'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import classes from './InboxList.module.css'
import type { InboxListName } from './search.ts'

const NOTHING: Record<InboxListName, [title: () => string, text: () => string]> = {
  waiting: [m.inbox_waiting_none_title, m.inbox_waiting_none_text],
  mine: [m.inbox_mine_none_title, m.inbox_mine_none_text],
  open: [m.inbox_open_none_title, m.inbox_waiting_none_text],
}

interface InboxListStateProps {
  list: InboxListName
  pending: boolean
  error: unknown
  filtered: boolean
  onRetry: () => void
  onClearFilters: () => void
  /** Asks the same of all that are open. */
  onLookInOpen: () => void
}

export function InboxListState({
  list,
  pending,
  error,
  filtered,
  onRetry,
  onClearFilters,
  onLookInOpen,
}: InboxListStateProps) {
  if (pending) {
    return (
      <div className={classes.loading} role="status" aria-label={m.inbox_loading()}>
        {[55, 40, 70, 48, 62, 36].map((width) => (
          <div key={width}>
            <Skeleton height={12} width={`${width}%`} />
            <Skeleton height={10} width={`${width + 20}%`} />
          </div>
        ))}
      </div>
    )
  }
  if (error) {
    return (
      <div className={classes.failure}>
        <ErrorNotice error={error} onRetry={onRetry} />
      </div>
    )
  }
  if (filtered) {
    return (
      <EmptyState icon={<IconFilterOff size={22} stroke={1.6} />} title={m.inbox_no_match()}>
        {list !== 'open' && <Button onClick={onLookInOpen}>{m.inbox_look_in_open()}</Button>}
        <Button variant="default" onClick={onClearFilters}>
          {m.filters_clear()}
        </Button>
      </EmptyState>
    )
  }
  const [title, text] = NOTHING[list]
  return <EmptyState icon={<IconInbox size={22} stroke={1.6} />} title={title()} text={text()} />
}
