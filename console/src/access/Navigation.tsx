// The way to every screen that the signed-in person may open, in the groups of the product.
import {
  IconAddressBook,
  IconArrowsSplit2,
  IconBrandWhatsapp,
  IconDeviceMobileMessage,
  IconTags,
} from '@tabler/icons-react'
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { OpenConflictCount } from '../conflicts/OpenConflictCount.tsx'
import { m } from '../paraglide/messages.js'
import classes from './Navigation.module.css'
import { OrganizationName } from './OrganizationName.tsx'
import { may, useOrganization, type Permission } from './queries.ts'
import { UserMenu } from './UserMenu.tsx'

interface Item {
  to: NonNullable<LinkProps['to']>
  label: string
  icon: ComponentType<{ size: number; stroke: number }>
  permission: Permission
  /** What stands at its end. */
  end?: ComponentType
}

const groups = (): { label: string; items: Item[] }[] => [
  {
    label: m.nav_audiences(),
    items: [
      { to: '/o/$organization/contacts', label: m.contacts(), icon: IconAddressBook, permission: 'contacts:read' },
      { to: '/o/$organization/tags', label: m.contact_tags(), icon: IconTags, permission: 'tags:read' },
      {
        to: '/o/$organization/conflicts',
        label: m.conflicts(),
        icon: IconArrowsSplit2,
        permission: 'contacts:merge',
        end: OpenConflictCount,
      },
    ],
  },
  {
    label: m.nav_settings(),
    items: [
      {
        to: '/o/$organization/settings/whatsapp',
        label: m.whatsapp(),
        icon: IconBrandWhatsapp,
        permission: 'channels:manage',
      },
      {
        to: '/o/$organization/settings/test-phone',
        label: m.test_phone(),
        icon: IconDeviceMobileMessage,
        permission: 'channels:manage',
      },
    ],
  },
]

export function Navigation() {
  const organization = useOrganization()
  const allowed = groups()
    .map((group) => ({ ...group, items: group.items.filter((item) => may(organization, item.permission)) }))
    .filter((group) => group.items.length > 0)
  return (
    <div className={classes.root}>
      <OrganizationName />
      <div className={classes.groups}>
        {allowed.map((group, index) => (
          <div key={group.label}>
            <h2 className={classes.group} id={`nav-group-${index}`}>
              {group.label}
            </h2>
            <ul aria-labelledby={`nav-group-${index}`}>
              {group.items.map((item) => (
                <li key={item.to}>
                  <Link
                    to={item.to}
                    params={{ organization: organization.slug }}
                    className={classes.link}
                    activeOptions={{ includeSearch: false }}
                  >
                    <item.icon size={17} stroke={1.7} />
                    {item.label}
                    {item.end && <item.end />}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
      <UserMenu />
    </div>
  )
}
