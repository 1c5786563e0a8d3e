// The frame of every screen of an organization: the navigation at the left, or behind a burger on small screens.
import { ActionIcon, Drawer } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { IconMenu2 } from '@tabler/icons-react'
import { Outlet, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { m } from '../paraglide/messages.js'
import { Logo } from '../ui/Logo.tsx'
import { Navigation } from './Navigation.tsx'
import { useOrganization } from './queries.ts'
import classes from './Shell.module.css'

export function Shell() {
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
          <Navigation />
        </nav>
      )}
      <main id="content" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
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
