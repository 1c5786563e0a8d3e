// Follows what runs in the background, on every screen: whoever started it is told how it ended.
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useOrganization } from '../access/queries.ts'
import { isUnderWay, latestOperationsQuery, startedHere } from './latest.ts'

const OperationEnds = lazy(() => import('./OperationEnds.tsx').then((file) => ({ default: file.OperationEnds })))

export function OperationWatcher() {
  const organization = useOrganization()
  const { data: operations = [] } = useQuery(latestOperationsQuery(organization.slug))
  const mine = startedHere.ids()
  const ended = operations.filter((each) => !isUnderWay(each) && mine.includes(each.id))
  return <Suspense>{ended.length > 0 && <OperationEnds operations={ended} />}</Suspense>
}
