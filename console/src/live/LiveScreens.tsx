// Keeps the screens of the open organization live, and says so quietly when they are not.
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useOrganization, useSession } from '../access/queries.ts'
import { leaveOrganization } from '../access/leaving.ts'
import { readSessionAgain } from '../access/membership.ts'
import { m } from '../paraglide/messages.js'
import classes from './LiveScreens.module.css'
import { keepScreensLive } from './screens.ts'
import { useIsLive } from './state.ts'

/** The screen comes first; a conversation that is open does not wait for it. */
const REPORT_AFTER_MS = 3000

/** Once for each organization that is shown; it shows nothing itself. */
export function LiveScreens() {
  const { id, slug } = useOrganization()
  const position = useSession().positions[id] ?? 0
  const queryClient = useQueryClient()
  const router = useRouter()
  useEffect(
    () =>
      keepScreensLive({
        queryClient,
        organization: { id, slug },
        position,
        onEnded: () => void readSessionAgain(queryClient, router),
        onPeopleChanged: () => void readSessionAgain(queryClient, router),
      }),
    // The position counts only when the organization is first shown.
    // oxlint-disable-next-line react/exhaustive-deps
    [queryClient, router, id, slug],
  )
  useEffect(() => {
    const timer = window.setTimeout(() => {
      import('../presence/reporting.ts').then(
        ({ startReporting }) => startReporting(slug),
        // It could not be loaded: until a conversation is opened colleagues do not see that one is online.
        () => {},
      )
    }, REPORT_AFTER_MS)
    return () => {
      window.clearTimeout(timer)
      leaveOrganization()
    }
  }, [slug])
  return null
}

/** A short break is nobody's concern. */
const QUIET_MS = 4000

/** Empty while all is well, or not yet known. */
export function NotLive() {
  const { slug } = useOrganization()
  const isLive = useIsLive(slug)
  const [told, setTold] = useState(false)
  useEffect(() => {
    if (isLive) return
    const timer = window.setTimeout(() => setTold(true), QUIET_MS)
    return () => {
      window.clearTimeout(timer)
      setTold(false)
    }
  }, [isLive])
  return (
    <p role="status" className={classes.status}>
      {told && !isLive && (
        <span className={classes.notLive} title={m.not_live_title()}>
          {m.not_live()}
        </span>
      )}
    </p>
  )
}
