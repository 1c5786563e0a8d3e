// A failure as a sentence, with Retry where trying again can help.
import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { isProblem, sentenceOf } from '../lib/api.ts'
import { m } from '../paraglide/messages.js'
import classes from './ErrorNotice.module.css'

interface ErrorNoticeProps {
  error: unknown
  onRetry?: () => void
  /** On the sign-in page a 401 speaks of the password, not of a session that ended. */
  signingIn?: boolean
}

export function ErrorNotice({ error, onRetry, signingIn = false }: ErrorNoticeProps) {
  return (
    <div className={classes.root} role="alert">
      <IconAlertTriangle size={17} stroke={1.8} className={classes.icon} aria-hidden />
      <span className={classes.text}>{isProblem(error, 401) && !signingIn ? <SignedOut /> : sentenceOf(error)}</span>
      {onRetry !== undefined && (
        <Button size="xs" variant="default" onClick={onRetry}>
          {m.retry()}
        </Button>
      )}
    </div>
  )
}

/** Signing in happens in another tab, so that what was typed here stays. */
function SignedOut() {
  return (
    <>
      {m.error_signed_out()}{' '}
      <a href="/sign-in" target="_blank" rel="noreferrer" className={classes.link}>
        {m.sign_in()}
      </a>
    </>
  )
}
