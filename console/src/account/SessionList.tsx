// The browsers in which one is signed in, to be ended one by one or all at once.
import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import type { AccountSession } from '../../../server/account/schema.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { Time } from '../ui/Time.tsx'
import { tell, tellFailure } from '../ui/toasts.ts'
import classes from './AccountPage.module.css'
import { useEndAllSessions, useEndSession } from './queries.ts'
import { readUserAgent } from './user-agent.ts'

export function SessionList({ sessions }: { sessions: readonly AccountSession[] }) {
  const [asking, setAsking] = useState(false)
  const end = useEndSession()
  const endAll = useEndAllSessions()
  const list = useRef<HTMLUListElement>(null)
  return (
    <>
      <ul ref={list} className={classes.sessions} aria-label={m.sessions()} tabIndex={-1}>
        {sessions.map((session) => {
          const name = nameOf(session)
          return (
            <li key={session.id} className={classes.session}>
              <div className={classes.sessionWords}>
                <div className={classes.sessionName}>
                  {name}
                  {session.current && <SmallBadge>{m.session_this()}</SmallBadge>}
                </div>
                <div className={classes.sessionFacts}>
                  {session.address !== null && <bdi>{session.address}</bdi>}
                  <span>
                    {m.session_used()} <Time at={session.last_seen_at} />
                  </span>
                  <span>
                    {m.session_started()} <Time at={session.started_at} />
                  </span>
                </div>
              </div>
              {!session.current && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={m.session_end_what({ what: name })}
                  loading={end.isPending && end.variables === session.id}
                  onClick={() =>
                    end.mutate(session.id, {
                      onSuccess: () => {
                        tell(m.session_ended())
                        // The button is gone: the keyboard goes on in the list.
                        list.current?.focus({ preventScroll: true })
                      },
                      onError: (error) => tellFailure(m.session_not_ended(), error),
                    })
                  }
                >
                  {m.session_end()}
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      <Button variant="default" onClick={() => setAsking(true)}>
        {m.sign_out_everywhere()}
      </Button>
      {asking && (
        <ConfirmDialog
          title={m.sign_out_everywhere()}
          confirmLabel={m.sign_out_everywhere()}
          confirming={endAll.isPending}
          failure={endAll.error}
          onConfirm={() => endAll.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>{m.sign_out_everywhere_text()}</p>
        </ConfirmDialog>
      )}
    </>
  )
}

function nameOf({ user_agent: text }: AccountSession): string {
  const { browser, system } = readUserAgent(text)
  if (browser !== null && system !== null) return m.session_browser_on({ browser, system })
  return browser ?? system ?? m.session_unknown()
}
