// The end of a list that goes on: the next page, or why it did not come and another try.
import { Button } from '@mantine/core'
import { m } from '../paraglide/messages.js'
import classes from './LoadMore.module.css'

interface LoadMoreProps {
  list: {
    hasNextPage: boolean
    isFetchingNextPage: boolean
    isFetchNextPageError: boolean
    fetchNextPage: () => unknown
  }
  failed: string
}

export function LoadMore({ list, failed }: LoadMoreProps) {
  if (!list.hasNextPage) return null
  return (
    <div className={classes.root}>
      {list.isFetchNextPageError && <p role="alert">{failed}</p>}
      <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {list.isFetchNextPageError ? m.retry() : m.load_more()}
      </Button>
    </div>
  )
}
