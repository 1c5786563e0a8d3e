// A screen for those who may open it; everybody else is told whose it is.
import { IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { may, useOrganization, type Permission } from './queries.ts'

export function Allowed({ permission, children }: { permission: Permission; children: ReactNode }) {
  const organization = useOrganization()
  if (may(organization, permission)) return children
  return (
    <EmptyState
      icon={<IconLock size={22} stroke={1.6} />}
      title={m.not_allowed_title()}
      text={m.not_allowed_text()}
      heading="h1"
    />
  )
}
