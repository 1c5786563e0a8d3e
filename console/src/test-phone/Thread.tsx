// The thread of one played customer: what it wrote and was sent, and the box to write as it.
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Fragment, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useOrganization } from '../access/queries.ts'
import { isoDay } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { BackToList } from './BackToList.tsx'
import { BehaviourBar } from './BehaviourBar.tsx'
import { Bubble } from './Bubble.tsx'
import { Composer, type About } from './Composer.tsx'
import { addressOfCustomer, nameOfCustomer } from './customer.ts'
import { testMessagesQuery, useAct, type Customer } from './queries.ts'
import classes from './Thread.module.css'

interface ThreadProps {
  customer: Customer
  phone: string | null
  onBack: () => void
}

export function Thread({ customer, phone, onBack }: ThreadProps) {
  const organization = useOrganization()
  const { data, error, refetch } = useQuery(testMessagesQuery(organization.slug, customer.id))
  const act = useAct(organization.slug, customer.id)
  const [about, setAbout] = useState<About | null>(null)
  const name = nameOfCustomer(customer)
  const box = useSticksToEnd(data && `${data.messages.at(-1)?.id} ${data.writing_until}`)
  return (
    <>
      <header className={classes.head}>
        <BackToList onBack={onBack} />
        <div className={classes.words}>
          <div className={classes.nameLine}>
            <h2 className={classes.name} dir="auto" title={name}>
              {name}
            </h2>
            <SmallBadge title={m.test_contact_title()}>{m.test()}</SmallBadge>
          </div>
          {customer.display_name !== null && <bdi className={classes.address}>{addressOfCustomer(customer)}</bdi>}
        </div>
        <Link
          to="/o/$organization/contacts"
          params={{ organization: organization.slug }}
          search={{ contact: customer.id }}
          className={classes.open}
        >
          {m.test_contact_open()}
        </Link>
      </header>
      <BehaviourBar customer={customer} />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
      <div ref={box} className={classes.messages} tabIndex={0} role="log" aria-label={m.test_thread({ name })}>
        {data === undefined ? (
          error ? (
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          ) : (
            <div role="status" aria-label={m.test_thread_loading()}>
              <Skeleton height={34} width={220} radius={12} ml="auto" />
            </div>
          )
        ) : (
          <>
            {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
            {act.error && <ErrorNotice error={act.error} />}
            {data.messages.length === 0 && <p className={classes.none}>{m.test_thread_none()}</p>}
            {data.messages.map((message, index) => {
              const day = isoDay(message.sent_at)
              const before = data.messages[index - 1]
              return (
                <Fragment key={message.id}>
                  {(before === undefined || isoDay(before.sent_at) !== day) && <p className={classes.day}>{day}</p>}
                  <Bubble
                    message={message}
                    name={name}
                    onAct={act.mutate}
                    onReply={() => setAbout({ kind: 'reply', message })}
                    onEdit={() => setAbout({ kind: 'edit', message })}
                  />
                </Fragment>
              )
            })}
            {data.writing_until !== null && <Writing key={data.writing_until} until={data.writing_until} />}
          </>
        )}
      </div>
      <Composer
        key={about?.kind === 'edit' ? about.message.id : ''}
        customer={customer}
        phone={phone}
        about={about}
        onDone={() => setAbout(null)}
      />
    </>
  )
}

/** As the customer's phone shows it, which ends it by itself. */
function Writing({ until }: { until: string }) {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const timer = window.setTimeout(() => setOver(true), Date.parse(until) - Date.now())
    return () => window.clearTimeout(timer)
  }, [until])
  return over ? null : <p className={classes.writing}>{m.test_writing()}</p>
}

/** Keeps the newest message in sight, unless one has scrolled up to read. */
function useSticksToEnd(newest: string | undefined) {
  const box = useRef<HTMLDivElement>(null)
  const height = useRef(0)
  useLayoutEffect(() => {
    const element = box.current
    if (!element || newest === undefined) return
    const wasAtEnd = element.scrollTop + element.clientHeight >= height.current - 60
    if (wasAtEnd) element.scrollTop = element.scrollHeight
    height.current = element.scrollHeight
  }, [newest])
  return box
}
