// The way to every screen that the signed-in person may open, in the groups of the product.
import {
  IconAddressBook,
  IconArrowsSplit2,
  IconBrandWhatsapp,
  IconBuildingStore,
  IconChartBar,
  IconDeviceMobileMessage,
  IconHistory,
  IconMessage2Bolt,
  IconInbox,
  IconKey,
  IconListCheck,
  IconMessages,
  IconRobot,
  IconShieldLock,
  IconSparkles,
  IconTags,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ComponentType, ReactNode } from 'react'
import { OpenConflictCount } from '../conflicts/OpenConflictCount.tsx'
import { WaitingCount } from '../conversations/WaitingCount.tsx'
import { RunningCount } from '../operations/RunningCount.tsx'
import { m } from '../paraglide/messages.js'
import classes from './Navigation.module.css'
import { OrganizationName } from './OrganizationName.tsx'
import { may, useOrganization, type Screen } from './queries.ts'
import { UserMenu } from './UserMenu.tsx'

interface Item extends Screen {
  label: string
  icon: ComponentType<{ size: number; stroke: number }>
  /** What stands at its end. */
  end?: ComponentType
}

const groups = (): { label: string; items: Item[] }[] => [
  {
    label: m.nav_conversations(),
    items: [
      {
        to: '/o/$organization/inbox',
        label: m.inbox(),
        icon: IconInbox,
        permission: 'conversations:read',
        end: WaitingCount,
      },
      {
        to: '/o/$organization/conversations',
        label: m.conversations(),
        icon: IconMessages,
        permission: 'conversations:oversee',
      },
    ],
  },
  {
    label: m.nav_audiences(),
    items: [
      { to: '/o/$organization/contacts', label: m.contacts(), icon: IconAddressBook, permission: 'contacts:read' },
      { to: '/o/$organization/tags', label: m.contact_tags(), icon: IconTags, permission: 'tags:read' },
      {
        to: '/o/$organization/suggestions',
        label: m.suggestions(),
        icon: IconSparkles,
        permission: 'contacts:tag',
      },
      {
        to: '/o/$organization/tag-quality',
        label: m.ai_quality(),
        icon: IconChartBar,
        permission: 'tags:write',
      },
      {
        to: '/o/$organization/conflicts',
        label: m.conflicts(),
        icon: IconArrowsSplit2,
        permission: 'contacts:merge',
        end: OpenConflictCount,
      },
      {
        to: '/o/$organization/operations',
        label: m.operations(),
        icon: IconListCheck,
        permission: 'contacts:bulk',
        end: RunningCount,
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
      {
        to: '/o/$organization/settings/saved-replies',
        label: m.saved_replies(),
        icon: IconMessage2Bolt,
        permission: 'replies:write',
      },
      { to: '/o/$organization/settings/ai', label: m.ai(), icon: IconSparkles, permission: 'tags:write' },
      {
        to: '/o/$organization/settings/ai-agents',
        label: m.ai_agents(),
        icon: IconRobot,
        permission: 'organization:manage',
      },
      { to: '/o/$organization/settings/people', label: m.people(), icon: IconUsers, permission: 'people:manage' },
      {
        to: '/o/$organization/settings/organization',
        label: m.organization(),
        icon: IconBuildingStore,
        permission: 'organization:manage',
      },
      { to: '/o/$organization/settings/api-keys', label: m.api_keys(), icon: IconKey, permission: 'keys:manage' },
      {
        to: '/o/$organization/settings/webhooks',
        label: m.webhooks(),
        icon: IconWebhook,
        permission: 'webhooks:manage',
      },
      { to: '/o/$organization/settings/audit-log', label: m.audit_log(), icon: IconHistory, permission: 'audit:read' },
      {
        to: '/o/$organization/settings/privacy',
        label: m.privacy(),
        icon: IconShieldLock,
        permission: 'contacts:erase',
      },
    ],
  },
]

/** `end` stands above whoever is signed in. */
export function Navigation({ end }: { end?: ReactNode }) {
  const organization = useOrganization()
  const all = groups()
  const allScreens = all.flatMap((group) => group.items)
  const allowed = all
    .map((group) => ({ ...group, items: group.items.filter((item) => may(organization, item.permission)) }))
    .filter((group) => group.items.length > 0)
  return (
    <div className={classes.root}>
      <OrganizationName screens={allScreens} />
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
      {end}
      <UserMenu />
    </div>
  )
}
