// Audiences → Contacts: who wrote to the organization, filtered, counted, exported, one of them open at the side.
import { Button } from '@mantine/core'
import { IconDownload, IconUpload } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useRef } from 'react'
import { may, useOrganization } from '../access/queries.ts'
import { useSelection } from '../operations/selection.ts'
import { withoutRepeats } from '../lib/pages.ts'
import { m } from '../paraglide/messages.js'
import { useExportProgress } from '../ui/export-progress.ts'
import { PageHeader } from '../ui/PageHeader.tsx'
import { tellFailure } from '../ui/toasts.ts'
import { ContactCount } from './ContactCount.tsx'
import { ContactFilters } from './ContactFilters.tsx'
import { ContactNews } from './ContactNews.tsx'
import { ContactListState } from './ContactListState.tsx'
import classes from './ContactsPage.module.css'
import { ContactTable, type ContactTableHandle } from './ContactTable.tsx'
import { contactListQuery } from './queries.ts'
import { contradictsItself, isFiltered, useChangeSearch, useContactOrder, useContactQuery } from './search.ts'

// The list stands before anything is done with it; whoever comes near has what they need then.
const loadPanel = () => import('./ContactPanel.tsx')
const ContactPanel = lazy(() => loadPanel().then((file) => ({ default: file.ContactPanel })))
const SelectionBar = lazy(() =>
  import('../operations/SelectionBar.tsx').then((file) => ({ default: file.SelectionBar })),
)

export function ContactsPage() {
  const organization = useOrganization()
  const query = useContactQuery()
  const { contact: openId } = useSearch({ from: '/o/$organization/contacts' })
  const { openContact, closeContact, clearFilters } = useChangeSearch()
  const order = useContactOrder()
  const asked = useMemo(() => ({ ...query, ...order }), [query, order])
  const list = useInfiniteQuery(contactListQuery(organization.slug, asked))
  const contacts = useMemo(() => withoutRepeats(list.data?.pages.flatMap((page) => page.contacts) ?? []), [list.data])
  const mayChoose = may(organization, 'contacts:bulk')
  const selection = useSelection(contacts, JSON.stringify(query))
  const table = useRef<ContactTableHandle>(null)
  const exporting = useExportProgress() !== null

  const exportAll = async () => {
    try {
      const { exportMatching } = await import('./exporting.ts')
      await exportMatching(organization.slug, asked)
    } catch {
      // What exports could not be loaded; a failed export tells of itself.
      tellFailure(m.export_broken())
    }
  }

  const close = () => {
    closeContact()
    if (openId !== undefined) table.current?.focusContact(openId)
  }

  const { data, hasNextPage, isFetchNextPageError } = list
  const openAt = contacts.findIndex((contact) => contact.id === openId)
  const fresh = list.isSuccess && !list.isPlaceholderData
  // Without a single contact there is nothing to filter.
  const nobodyYet = fresh && contacts.length === 0 && !isFiltered(query)
  return (
    <div className={classes.page} data-open={openId !== undefined || undefined}>
      <div className={classes.list} onPointerEnter={() => void loadPanel()} onFocus={() => void loadPanel()}>
        <PageHeader title={m.contacts()} organization={organization.name}>
          {may(organization, 'contacts:import') && (
            <Button
              variant="default"
              leftSection={<IconUpload size={16} stroke={1.7} />}
              renderRoot={(props) => (
                <Link to="/o/$organization/contacts/import" params={{ organization: organization.slug }} {...props} />
              )}
            >
              {m.import_csv()}
            </Button>
          )}
          {may(organization, 'contacts:export') && (
            <Button
              variant="default"
              leftSection={<IconDownload size={16} stroke={1.7} />}
              loading={exporting}
              onClick={() => void exportAll()}
            >
              {m.export_csv()}
            </Button>
          )}
        </PageHeader>
        {!nobodyYet && (
          <ContactFilters onLeaveToRows={() => table.current?.focusFirst()}>
            <ContactCount query={query} ready={fresh} known={fresh && !hasNextPage ? contacts.length : undefined} />
          </ContactFilters>
        )}
        <ContactNews
          query={query}
          order={order}
          contacts={contacts}
          reading={list.isFetching && !list.isFetchingNextPage}
          failed={list.isRefetchError}
          choosing={!selection.isEmpty}
          onToTop={() => table.current?.toTop()}
        >
          {data !== undefined && contacts.length > 0 ? (
            <ContactTable
              ref={table}
              contacts={contacts}
              asked={JSON.stringify(asked)}
              stale={list.isPlaceholderData}
              openId={openId}
              onOpen={openContact}
              onEscape={() => (selection.isEmpty ? close() : selection.clear())}
              selection={mayChoose ? selection : undefined}
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
              contradictory={contradictsItself(query)}
              onRetry={() => void list.refetch()}
              onClearFilters={clearFilters}
            />
          )}
        </ContactNews>
        {mayChoose && !selection.isEmpty && (
          <Suspense>
            <SelectionBar selection={selection} query={query} />
          </Suspense>
        )}
      </div>
      {openId !== undefined && (
        <Suspense>
          <ContactPanel
            id={openId}
            row={contacts[openAt]}
            previous={openAt > 0 ? contacts[openAt - 1]?.id : undefined}
            next={openAt >= 0 ? contacts[openAt + 1]?.id : undefined}
            onMove={(id) => openContact(id, { replace: true })}
            onClose={close}
          />
        </Suspense>
      )}
    </div>
  )
}
