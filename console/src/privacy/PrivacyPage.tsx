// Settings → Privacy: how long things are kept, who was erased, by whom and when, and whether the search for the last traces has ended.
import { Skeleton } from '@mantine/core'
import { IconShieldLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Erasure } from '../../../server/privacy/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { may, useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './PrivacyPage.module.css'
import { erasuresQuery } from './queries.ts'
import { RetentionForm } from './RetentionForm.tsx'

export const PrivacyPage = () => (
  <Allowed permission="contacts:erase">
    <Privacy />
  </Allowed>
)

function Privacy() {
  const organization = useOrganization()
  const { data, error, refetch } = useQuery(erasuresQuery(organization.slug))
  return (
    <div className={classes.page}>
      <PageHeader title={m.privacy()} organization={organization.name} text={m.privacy_text()} />
      <div className={classes.body}>
        {may(organization, 'organization:manage') && <RetentionForm />}
        {data === undefined ? (
          error ? (
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          ) : (
            <div role="status" aria-label={m.privacy_loading()}>
              <Skeleton height={120} radius={10} />
            </div>
          )
        ) : data.erasures.length === 0 ? (
          <EmptyState
            icon={<IconShieldLock size={22} stroke={1.6} />}
            title={m.erasures()}
            text={m.erasures_none()}
            heading="h2"
          />
        ) : (
          <Erasures erasures={data.erasures} />
        )}
      </div>
    </div>
  )
}

function Erasures({ erasures }: { erasures: readonly Erasure[] }) {
  return (
    <section aria-labelledby="erasures">
      <h2 id="erasures" className={classes.title}>
        {m.erasures()}
      </h2>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{m.erasures_when()}</th>
            <th scope="col">{m.erasures_by()}</th>
            <th scope="col">{m.erasures_state()}</th>
          </tr>
        </thead>
        <tbody>
          {erasures.map((each) => (
            <tr key={each.id}>
              <td>
                <Time at={each.erased_at} />
              </td>
              <td dir="auto">{each.erased_by_name}</td>
              <td>
                {each.finished_at === null
                  ? m.erasures_searching()
                  : m.erasures_done({ count: each.deliveries_cut, shown: formatCount(each.deliveries_cut) })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
