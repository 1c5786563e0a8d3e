// The frame of every screen of an organization: the navigation at the left, or behind a burger on small screens.
import { ActionIcon, Drawer } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { IconMenu2 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { OperationWatcher } from '../operations/OperationWatcher.tsx'
import { m } from '../paraglide/messages.js'
import { Logo } from '../ui/Logo.tsx'
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

export function Shell() {
  const organization = useOrganization()
  const small = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {m.skip_to_content()}
      </a>
      {small ? (
        <TopBar />
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

function TopBar() {
  const organization = useOrganization()
  const [opened, { open, close }] = useDisclosure()
  const { pathname } = useLocation()
  useEffect(close, [pathname, close])
  return (
    <nav className={classes.top} aria-label={m.navigation()}>
      <ActionIcon size={38} onClick={open} aria-label={m.navigation_open()} aria-expanded={opened}>
        <IconMenu2 size={20} stroke={1.7} />
      </ActionIcon>
      <Logo size={20} />
      <span className={classes.topName} dir="auto">
        {organization.name}
      </span>
      <Suspense>
        <NotLive />
      </Suspense>
      <Drawer.Root
        opened={opened}
        onClose={close}
        size={272}
        padding={0}
        transitionProps={{ duration: 120 }}
        classNames={{ content: classes.drawer }}
      >
        <Drawer.Overlay backgroundOpacity={0.4} />
        <Drawer.Content aria-label={m.navigation()}>
          <div className={classes.drawerNav}>
            <Navigation />
          </div>
        </Drawer.Content>
      </Drawer.Root>
    </nav>
  )
}
