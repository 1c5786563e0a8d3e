// Settings → Test phone: customers played without Meta, each with a thread of messages.
import { Button, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { ClearDialog } from './ClearDialog.tsx'
import { CustomerList } from './CustomerList.tsx'
import { NewCustomer } from './NewCustomer.tsx'
import { testPhoneQuery } from './queries.ts'
import classes from './TestPhonePage.module.css'
import { Thread } from './Thread.tsx'

const FROM = '/o/$organization/settings/test-phone'

export const TestPhonePage = () => (
  <Allowed permission="channels:manage">
    <TestPhone />
  </Allowed>
)

function TestPhone() {
  const organization = useOrganization()
  const { customer: chosenId } = useSearch({ from: FROM })
  const navigate = useNavigate({ from: FROM })
  const { data, error, refetch } = useQuery(testPhoneQuery(organization.slug))
  const [clearing, clear] = useDisclosure()
  const choose = (customer: string | undefined) => void navigate({ search: customer === undefined ? {} : { customer } })
  const chosen = data?.customers.find((each) => each.id === chosenId)
  const customers = data?.customers ?? []
  return (
    // On a small screen the list, or what was chosen from it.
    <div className={classes.page} data-chosen={chosenId !== undefined || undefined}>
      <div className={classes.top}>
        <PageHeader title={m.test_phone()} organization={organization.name} text={m.test_phone_text()}>
          {customers.length > 0 ? (
            <Button variant="default" leftSection={<IconTrash size={15} stroke={1.8} />} onClick={clear.open}>
              {m.test_clear()}
            </Button>
          ) : undefined}
        </PageHeader>
      </div>
      {data === undefined ? (
        error ? (
          <div className={classes.failure}>
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          </div>
        ) : (
          <div className={classes.loading} role="status" aria-label={m.test_phone_loading()}>
            {[120, 150, 100, 130].map((width) => (
              <Skeleton key={width} height={14} width={width} />
            ))}
          </div>
        )
      ) : (
        <div className={classes.panes}>
          <CustomerList
            customers={customers}
            phone={data.phone}
            chosenId={chosenId}
            failure={error}
            onRetry={() => void refetch()}
          />
          <section className={classes.pane}>
            {chosen ? (
              <Thread key={chosen.id} customer={chosen} phone={data.phone} onBack={() => choose(undefined)} />
            ) : chosenId !== undefined && chosenId !== 'new' ? (
              <EmptyState title={m.test_customer_missing_title()} text={m.test_customer_missing_text()} heading="h2">
                <Button variant="default" onClick={() => choose(undefined)}>
                  {m.test_customers()}
                </Button>
              </EmptyState>
            ) : (
              <NewCustomer
                customers={customers}
                phone={data.phone}
                asked={chosenId === 'new'}
                onBack={() => choose(undefined)}
                onMade={choose}
              />
            )}
          </section>
        </div>
      )}
      {clearing && <ClearDialog count={customers.length} onClose={clear.close} onCleared={() => choose(undefined)} />}
    </div>
  )
}
