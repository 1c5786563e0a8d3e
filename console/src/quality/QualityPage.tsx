// Audiences → Tag quality: what became of the tags that AIs put on and suggested, and which tags they mix up.
import { Skeleton } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { FEWEST_DECISIONS, QUALITY_WEEKS } from '../../../server/analysis/quality-schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { Alike, Confused } from './MixedUp.tsx'
import { QualityTable } from './QualityTable.tsx'
import { qualityQuery } from './queries.ts'
import classes from './Quality.module.css'

export const QualityPage = () => (
  <Allowed permission="tags:write">
    <Quality />
  </Allowed>
)

function Quality() {
  const organization = useOrganization()
  const { data, error, refetch } = useQuery(qualityQuery(organization.slug))
  return (
    <div className={classes.page}>
      <PageHeader
        title={m.ai_quality()}
        organization={organization.name}
        text={m.ai_quality_text({ weeks: QUALITY_WEEKS })}
      />
      <div className={classes.content} tabIndex={-1}>
        {error && !data && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {!data && !error && (
          <div role="status" aria-label={m.ai_quality_loading()}>
            <Skeleton height={220} radius={10} />
          </div>
        )}
        {data?.tags.length === 0 && (
          <EmptyState
            heading="h2"
            icon={<IconChartBar size={28} stroke={1.5} />}
            title={m.ai_quality_none()}
            text={m.ai_quality_none_text()}
          />
        )}
        {data && data.tags.length > 0 && (
          <>
            <QualityTable rows={data.tags} since={data.since} />
            <p className={classes.quiet}>{m.ai_quality_how({ fewest: FEWEST_DECISIONS })}</p>
            <Confused rows={data.confused} />
          </>
        )}
        {data && <Alike />}
      </div>
    </div>
  )
}
