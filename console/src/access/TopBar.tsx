// The navigation on small screens: a bar, and all of it behind a burger.
import { ActionIcon, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconMenu2 } from '@tabler/icons-react'
import { useLocation } from '@tanstack/react-router'
import { useEffect, type ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import { Logo } from '../ui/Logo.tsx'
import { Navigation } from './Navigation.tsx'
import { useOrganization } from './queries.ts'
import classes from './Shell.module.css'

export function TopBar({ end }: { end: ReactNode }) {
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
      {end}
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
