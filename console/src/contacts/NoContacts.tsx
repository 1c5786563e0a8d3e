// A list without contacts: none match, or there are none yet: how they come, and a demo shop to look around in.
import { Button } from '@mantine/core'
import { IconFilterOff, IconMessageCircle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { may, useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { tell, tellFailure } from '../ui/toasts.ts'
import { useFillDemo } from './queries.ts'

interface NoMatchProps {
  /** Nobody can meet these filters. */
  contradictory: boolean
  onClearFilters: () => void
}

export function NoMatch({ contradictory, onClearFilters }: NoMatchProps) {
  return (
    <EmptyState
      icon={<IconFilterOff size={22} stroke={1.6} />}
      title={m.contacts_no_match()}
      text={contradictory ? m.filter_contradiction() : m.contacts_no_match_text()}
    >
      <Button variant="default" onClick={onClearFilters}>
        {m.filters_clear()}
      </Button>
    </EmptyState>
  )
}

export function NoContacts() {
  const organization = useOrganization()
  const fill = useFillDemo(organization.slug)
  const fillNow = () =>
    fill.mutate(undefined, {
      onSuccess: ({ contacts }) => tell(m.demo_filled({ count: contacts })),
      onError: (error) => tellFailure(m.demo_failed(), error),
    })
  const connects = may(organization, 'channels:manage')
  const fills = may(organization, 'organization:manage')
  return (
    <EmptyState
      icon={<IconMessageCircle size={22} stroke={1.6} />}
      title={fill.isPending ? m.demo_filling() : m.contacts_none_title()}
      text={fill.isPending ? m.demo_filling_text() : connects ? m.contacts_none_text() : m.contacts_none_text_agent()}
      heading="h2"
    >
      {(connects || fills) && (
        <>
          {connects && (
            <Button
              disabled={fill.isPending}
              renderRoot={(props) => (
                <Link to="/o/$organization/settings/whatsapp" params={{ organization: organization.slug }} {...props} />
              )}
            >
              {m.whatsapp_connect()}
            </Button>
          )}
          {fills && (
            <Button variant="default" loading={fill.isPending} onClick={fillNow}>
              {m.demo_fill()}
            </Button>
          )}
        </>
      )}
    </EmptyState>
  )
}
