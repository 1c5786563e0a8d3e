// Settings → Audit log: what people did to the organization itself, in sentences, newest first.
import { Button, Skeleton } from '@mantine/core'
import { IconDownload, IconHistory } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useExportProgress } from '../ui/export-progress.ts'
import { LoadMore } from '../ui/LoadMore.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { AuditEntries } from './AuditEntries.tsx'
import { AuditFilters } from './AuditFilters.tsx'
import classes from './AuditPage.module.css'
import { auditQuery, exportLog } from './queries.ts'
import { auditQueryOf, readAuditSearch, type AuditSearch } from './search.ts'

const FROM = '/o/$organization/settings/audit-log'

export const AuditPage = () => (
  <Allowed permission="audit:read">
    <AuditLog />
  </Allowed>
)

function AuditLog() {
  const organization = useOrganization()
  const search = useSearch({ from: FROM })
  const navigate = useNavigate({ from: FROM })
  const query = auditQueryOf(search)
  const list = useInfiniteQuery(auditQuery(organization.slug, query))
  const exporting = useExportProgress() !== null
  const filtered = Object.keys(search).length > 0
  const change = (changes: { [K in keyof AuditSearch]?: AuditSearch[K] | undefined }, replace = false) =>
    void navigate({ search: (before) => readAuditSearch({ ...before, ...changes }), replace })
  const [clearings, setClearings] = useState(0)
  const clear = () => {
    setClearings(clearings + 1)
    void navigate({ search: {} })
  }

  const entries = list.data?.pages.flatMap((page) => page.entries)
  return (
    <div className={classes.page}>
      <PageHeader title={m.audit_log()} organization={organization.name} text={m.audit_text()}>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} stroke={1.7} />}
          loading={exporting}
          onClick={() => void exportLog(organization.slug, query)}
        >
          {m.export_csv()}
        </Button>
      </PageHeader>
      {/* With the other filters goes what is typed and not yet asked for. */}
      <AuditFilters key={clearings} search={search} filtered={filtered} onChange={change} onClear={clear} />
      {list.error && (
        <div className={classes.failure}>
          <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
        </div>
      )}
      {entries === undefined ? (
        !list.error && (
          <div className={classes.loading} role="status" aria-label={m.audit_loading()}>
            {[64, 48, 70, 55, 62, 44, 58, 66].map((width) => (
              <Skeleton key={width} height={12} width={`${width}%`} />
            ))}
          </div>
        )
      ) : entries.length > 0 ? (
        <>
          <AuditEntries entries={entries} stale={list.isPlaceholderData} />
          <LoadMore list={list} failed={m.audit_more_failed()} />
        </>
      ) : filtered ? (
        <EmptyState title={m.audit_no_match()}>
          <Button variant="default" onClick={clear}>
            {m.filters_clear_all()}
          </Button>
        </EmptyState>
      ) : (
        <EmptyState
          icon={<IconHistory size={22} stroke={1.6} />}
          title={m.audit_none_title()}
          text={m.audit_none_text()}
          heading="h2"
        />
      )}
    </div>
  )
}
