// The organization whose screens are shown: the way to the others, and to a new one.
import { Popover, UnstyledButton } from '@mantine/core'
import { IconSelector } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { m } from '../paraglide/messages.js'
import { Logo } from '../ui/Logo.tsx'
import classes from './Navigation.module.css'
import { useOrganization, useSession, type Screen } from './queries.ts'

const loadList = () => import('./OrganizationList.tsx')
const OrganizationList = lazy(() => loadList().then((file) => ({ default: file.OrganizationList })))
const NewOrganizationDialog = lazy(() =>
  import('./NewOrganizationDialog.tsx').then((file) => ({ default: file.NewOrganizationDialog })),
)

/** `screens` are those that another organization may have as well. */
export function OrganizationName({ screens }: { screens: readonly Screen[] }) {
  const organization = useOrganization()
  const { organizations, creates_organizations: creates } = useSession()
  const [opened, setOpened] = useState(false)
  const [creating, setCreating] = useState(false)
  const name = (
    <span className={classes.name} dir="auto" title={organization.name}>
      {organization.name}
    </span>
  )
  if (organizations.length < 2 && !creates) {
    return (
      <div className={classes.organization}>
        <Logo />
        {name}
      </div>
    )
  }
  return (
    <>
      <Popover opened={opened} onChange={setOpened} position="bottom-start" width={252} trapFocus withinPortal={false}>
        <Popover.Target>
          <UnstyledButton
            className={classes.organization}
            aria-label={m.organization_switch({ name: organization.name })}
            aria-expanded={opened}
            onClick={() => setOpened(!opened)}
            onPointerEnter={() => void loadList()}
          >
            <Logo />
            {name}
            <IconSelector size={15} stroke={1.7} aria-hidden />
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown p={4} aria-label={m.organizations()} aria-labelledby={undefined}>
          <Suspense>
            <OrganizationList
              screens={screens}
              onChosen={() => setOpened(false)}
              onNew={() => {
                setOpened(false)
                setCreating(true)
              }}
            />
          </Suspense>
        </Popover.Dropdown>
      </Popover>
      <Suspense>{creating && <NewOrganizationDialog onClose={() => setCreating(false)} />}</Suspense>
    </>
  )
}
