// The organization whose screens are shown; with several, the way to the others.
import { Menu, UnstyledButton } from '@mantine/core'
import { IconCheck, IconSelector } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { m } from '../paraglide/messages.js'
import { Logo } from '../ui/Logo.tsx'
import classes from './Navigation.module.css'
import { useOrganization, useSession } from './queries.ts'

export function OrganizationName() {
  const organization = useOrganization()
  const { organizations } = useSession()
  const name = (
    <span className={classes.name} dir="auto" title={organization.name}>
      {organization.name}
    </span>
  )
  if (organizations.length < 2) {
    return (
      <div className={classes.organization}>
        <Logo />
        {name}
      </div>
    )
  }
  return (
    <Menu width={232} position="bottom-start">
      <Menu.Target>
        <UnstyledButton
          className={classes.organization}
          aria-label={m.organization_switch({ name: organization.name })}
        >
          <Logo />
          {name}
          <IconSelector size={15} stroke={1.7} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{m.organizations()}</Menu.Label>
        {organizations.map((each) => (
          <Menu.Item
            key={each.id}
            rightSection={
              each.id === organization.id ? <IconCheck size={15} aria-label={m.organization_current()} /> : undefined
            }
            renderRoot={(props) => (
              <Link to="/o/$organization/contacts" params={{ organization: each.slug }} {...props} />
            )}
          >
            <bdi>{each.name}</bdi>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
