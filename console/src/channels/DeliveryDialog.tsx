// One delivery: what is known of it, and its raw body, readable and to be copied as it came.
import { Modal, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { CopyButton } from '../ui/CopyButton.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { Time } from '../ui/Time.tsx'
import { deliveryQuery } from './deliveries.ts'
import { heldWords, prettyBody, sizeWords } from './delivery-words.ts'
import classes from './DeliveryDialog.module.css'
import { DeliveryState } from './DeliveryList.tsx'

interface DeliveryDialogProps {
  accountId: string
  id: string
  onClose: () => void
}

export function DeliveryDialog({ accountId, id, onClose }: DeliveryDialogProps) {
  useReturnsFocus()
  const organization = useOrganization()
  const { data: delivery, error, refetch } = useQuery(deliveryQuery(organization.slug, accountId, id))
  const pretty = useMemo(() => (delivery ? prettyBody(delivery.body) : null), [delivery])
  return (
    <Modal opened onClose={onClose} title={m.delivery_title({ id })} size={820} returnFocus={false}>
      {delivery === undefined ? (
        error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : (
          <div className={classes.loading} role="status" aria-label={m.delivery_loading()}>
            {[40, 55, 30, 70].map((width) => (
              <Skeleton key={width} height={12} width={`${width}%`} />
            ))}
          </div>
        )
      ) : (
        <>
          <dl className={classes.facts}>
            <dt>{m.delivery_received()}</dt>
            <dd>
              <Time at={delivery.received_at} form="minute" />
            </dd>
            <dt>{m.delivery_held()}</dt>
            <dd>{heldWords(delivery)}</dd>
            <dt>{m.delivery_size()}</dt>
            <dd>{sizeWords(delivery.size)}</dd>
            <dt>{m.delivery_state()}</dt>
            <dd className={classes.states}>
              <DeliveryState delivery={delivery} />
            </dd>
          </dl>
          <div className={classes.bodyHead}>
            <h3 id="delivery-body" className={classes.bodyTitle}>
              {m.delivery_body()}
            </h3>
            <CopyButton text={delivery.body} what={m.delivery_body_as_came()} />
          </div>
          {pretty === null && <p className={classes.note}>{m.delivery_body_not_json()}</p>}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
          <pre className={classes.body} tabIndex={0} role="region" aria-labelledby="delivery-body" dir="ltr">
            {pretty ?? delivery.body}
          </pre>
        </>
      )}
    </Modal>
  )
}
