// Audiences → Contacts: who wrote to the organization, filtered, counted, exported, one of them open at the side.
import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMemo, useRef } from 'react'
import type { Contact } from '../../../server/contacts/schema.ts'
import { may, useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { PageHeader } from '../ui/PageHeader.tsx'
import { ContactCount } from './ContactCount.tsx'
import { ContactFilters } from './ContactFilters.tsx'
import { ContactListState } from './ContactListState.tsx'
import { ContactPanel } from './ContactPanel.tsx'
import classes from './ContactsPage.module.css'
import { ContactTable, type ContactTableHandle } from './ContactTable.tsx'
import { exportMatching, useExportProgress } from './exporting.tsx'
import { contactListQuery } from './queries.ts'
import { isFiltered, useChangeSearch, useContactQuery } from './search.ts'

export function ContactsPage() {
  const organization = useOrganization()
  const query = useContactQuery()
  const { contact: openId } = useSearch({ from: '/o/$organization/contacts' })
  const { openContact, closeContact, clearFilters } = useChangeSearch()
  const list = useInfiniteQuery(contactListQuery(organization.slug, query))
  const contacts = useMemo(() => withoutRepeats(list.data?.pages ?? []), [list.data])
  const table = useRef<ContactTableHandle>(null)
  const exporting = useExportProgress() !== null

  const close = () => {
    closeContact()
    if (openId !== undefined) table.current?.focusContact(openId)
  }

  // Without a single contact there is nothing to filter.
  const nobodyYet = list.isSuccess && !list.isPlaceholderData && contacts.length === 0 && !isFiltered(query)
  const { data, hasNextPage, isFetchNextPageError } = list
  return (
    <div className={classes.page} data-open={openId !== undefined || undefined}>
      <div className={classes.list}>
        <PageHeader title={m.contacts()} organization={organization.name}>
          {may(organization, 'contacts:export') && (
            <Button
              variant="default"
              leftSection={<IconDownload size={16} stroke={1.7} />}
              loading={exporting}
              onClick={() => void exportMatching(organization.slug, query)}
            >
              {m.export_csv()}
            </Button>
          )}
        </PageHeader>
        {!nobodyYet && (
          <ContactFilters onLeaveToRows={() => table.current?.focusFirst()}>
            <ContactCount query={query} />
          </ContactFilters>
        )}
        {data !== undefined && contacts.length > 0 ? (
          <ContactTable
            ref={table}
            contacts={contacts}
            stale={list.isPlaceholderData}
            openId={openId}
            onOpen={openContact}
            onEscape={close}
            end={hasNextPage ? (isFetchNextPageError ? 'failed' : 'more') : 'end'}
            onNeedMore={() => {
              if (hasNextPage && !list.isFetchingNextPage && !list.isPlaceholderData) void list.fetchNextPage()
            }}
          />
        ) : (
          <ContactListState
            pending={list.isPending}
            error={list.error}
            filtered={isFiltered(query)}
            onRetry={() => void list.refetch()}
            onClearFilters={clearFilters}
          />
        )}
      </div>
      {openId !== undefined && (
        <ContactPanel
          key={openId}
          id={openId}
          row={contacts.find((contact) => contact.id === openId)}
          onClose={close}
        />
      )}
    </div>
  )
}

/** A contact that wrote between two pages may come on both: it is shown once. */
function withoutRepeats(pages: { contacts: Contact[] }[]): Contact[] {
  const seen = new Map<string, Contact>()
  for (const page of pages)
    for (const contact of page.contacts) if (!seen.has(contact.id)) seen.set(contact.id, contact)
  return [...seen.values()]
}
