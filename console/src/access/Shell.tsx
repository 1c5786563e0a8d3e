// The frame of every screen of an organization: the navigation at the left, or behind a burger on small screens.
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { OperationWatcher } from '../operations/OperationWatcher.tsx'
import { m } from '../paraglide/messages.js'
import { Navigation } from './Navigation.tsx'
import { may, sessionQuery, useOrganization } from './queries.ts'
import classes from './Shell.module.css'

// The list is there before it has to be live: the stream goes on from the session's position, so nothing is missed.
const loadLive = () => import('../live/LiveScreens.tsx')
const LiveScreens = lazy(() => loadLive().then((file) => ({ default: file.LiveScreens })))
const AccountBanners = lazy(() =>
  import('../channels/AccountBanners.tsx').then((file) => ({ default: file.AccountBanners })),
)
const NotLive = lazy(() => loadLive().then((file) => ({ default: file.NotLive })))

// What slides in on small screens is a good part of all JavaScript, and large ones have no use for it.
const TopBar = lazy(() => import('./TopBar.tsx').then((file) => ({ default: file.TopBar })))

export function Shell() {
  const organization = useOrganization()
  const small = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {m.skip_to_content()}
      </a>
      {small ? (
        <Suspense fallback={<div className={classes.top} />}>
          <TopBar
            end={
              <Suspense>
                <NotLive />
              </Suspense>
            }
          />
        </Suspense>
      ) : (
        <nav className={classes.side} aria-label={m.navigation()}>
          <Navigation
            end={
              <Suspense>
                <NotLive />
              </Suspense>
            }
          />
        </nav>
      )}
      <Suspense>
        <LiveScreens />
      </Suspense>
      {may(organization, 'contacts:bulk') && <OperationWatcher key={organization.slug} />}
      <div className={classes.column}>
        <Banners />
        <main id="content" className={classes.main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </div>
  )
}

/** Above every screen of whoever can do something about it. */
function Banners() {
  const organization = useOrganization()
  // Read again when an account was changed, and not only on the way to another screen.
  const { data } = useQuery({ ...sessionQuery, refetchOnMount: false, refetchOnWindowFocus: false })
  const lost = data?.lost_secrets.includes(organization.id) ?? false
  const refused = data?.refused_tokens.includes(organization.id) ?? false
  const stopped = data?.stopped_webhooks.includes(organization.id) ?? false
  return (
    <Suspense>
      {(lost || refused || stopped) && <AccountBanners lost={lost} refused={refused} stopped={stopped} />}
    </Suspense>
  )
}
