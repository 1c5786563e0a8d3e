// Try it: who would gain or lose a tag by what is written in its form, in the last closed conversations, and who judged that. Nothing is saved.
import { Button, Progress, Select } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import type { tryTag } from '../../../server/analysis/trying-schema.ts'
import { useOrganization } from '../access/queries.ts'
import { aiReasonWords, engineWords, reasonWords } from '../ai/words.ts'
import { calledName } from '../contacts/identity.ts'
import { call, isProblem } from '../lib/api.ts'
import { listWords } from '../lib/lists.ts'
import { percentWords } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { Quote } from '../ui/Quote.tsx'
import { begun, canGoOn, goneOn, withAnswer, type Trial, type TrialBody } from './trial.ts'
import { summaryOf, type TriedContact } from './trying.ts'
import classes from './TryTag.module.css'

const CHOICES = [20, 50, 100, 200]
const USUAL = 50
const AT_ONCE = 5
/** While another is tried. */
const ASK_AGAIN_MS = 1000

interface TryTagProps {
  /** Null for a tag that is not there yet. */
  tagId: string | null
  name: string
  description: string
  /** How sure an AI must be; the usual when it is not known. */
  threshold: number | undefined
  /** Whether AIs may put it on by themselves. */
  onItsOwn: boolean
}

export function TryTag({ tagId, name, description, threshold, onItsOwn }: TryTagProps) {
  const { slug } = useOrganization()
  const [wanted, setWanted] = useState(USUAL)
  const [trial, setTrial] = useState<Trial | null>(null)
  const stopping = useRef<AbortController | null>(null)
  useEffect(() => () => stopping.current?.abort(), [])
  const bar = useRef<HTMLDivElement>(null)
  const title = useId()
  const draft = JSON.stringify([name.trim(), description.trim(), threshold])
  const busy = trial?.state === 'reading' || trial?.state === 'waiting'

  // On a phone what comes of it is below the dialog's edge. Whoever has gone on to write is left where they are.
  const state = trial?.draft === draft ? trial.state : undefined
  useEffect(() => {
    if (state !== undefined) bar.current?.scrollIntoView({ block: 'start' })
  }, [state])

  const run = async (from: Trial) => {
    const { signal } = (stopping.current = new AbortController())
    let now = from
    const show = (changes: Partial<Trial>) => setTrial((now = { ...now, ...changes }))
    show({ state: 'reading' })
    try {
      do {
        const body: TrialBody = {
          tag_id: tagId,
          name,
          description,
          engine: now.engine,
          limit: Math.min(AT_ONCE, wanted - now.read),
          cursor: now.cursor,
          ...(threshold === undefined ? {} : { threshold }),
        }
        const answer = await askUntilFree(slug, body, signal, () => show({ state: 'waiting' }))
        show(withAnswer(now, answer))
      } while (now.state === 'reading')
    } catch (error) {
      show({ state: 'stopped', error: signal.aborted ? null : error })
    }
  }
  const begin = (engine: TrialBody['engine']) => void run(begun(draft, wanted, engine))
  const stopped = trial !== null && canGoOn(trial, draft, wanted) ? trial : null
  return (
    <section className={classes.root} aria-labelledby={title}>
      <h3 id={title} className={classes.title}>
        {m.tag_try()}
      </h3>
      <p className={classes.text}>
        {m.tag_try_text()} {!onItsOwn && m.tag_try_mode()}
      </p>
      <div ref={bar} className={classes.bar}>
        <Select
          size="xs"
          w={170}
          aria-label={m.tag_try_last()}
          allowDeselect={false}
          disabled={busy}
          data={CHOICES.map((count) => ({ value: String(count), label: m.tag_try_last_option({ count }) }))}
          value={String(wanted)}
          onChange={(value) => setWanted(Number(value))}
        />
        {/* One button that says something else, so that by keyboard Stop and Go on follow each other. */}
        {busy ? (
          <Button size="xs" variant="default" onClick={() => stopping.current?.abort()}>
            {m.tag_try_stop()}
          </Button>
        ) : stopped ? (
          <Button size="xs" variant="default" onClick={() => void run(goneOn(stopped))}>
            {m.tag_try_go_on()}
          </Button>
        ) : (
          <Button size="xs" variant="default" disabled={name.trim() === ''} onClick={() => begin('chosen')}>
            {trial === null ? m.tag_try() : m.tag_try_again()}
          </Button>
        )}
        {stopped && (
          <Button size="xs" variant="default" onClick={() => begin('chosen')}>
            {m.tag_try_anew()}
          </Button>
        )}
      </div>
      {trial?.failed && (
        <div className={classes.failed} role="alert">
          <p>{m.tag_try_failed({ engine: trial.failed.engine, reason: reasonWords(trial.failed.reason) })}</p>
          <Button size="xs" variant="default" disabled={name.trim() === ''} onClick={() => begin('built_in')}>
            {m.tag_try_built_in()}
          </Button>
        </div>
      )}
      {trial && <Outcome trial={trial} busy={busy} stale={trial.draft !== draft} slug={slug} />}
    </section>
  )
}

/** One call at a time is answered for an organization: while somebody else tries a tag, this one asks again. */
async function askUntilFree(organization: string, body: TrialBody, signal: AbortSignal, onWait: () => void) {
  for (;;) {
    try {
      return await call<typeof tryTag>('post', '/v1/ai/tags/try', { organization, body, signal })
    } catch (error) {
      if (!isProblem(error, 429) || error.reason !== 'try_busy') throw error
      onWait()
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
      signal.throwIfAborted()
    }
  }
}

interface OutcomeProps {
  trial: Trial
  busy: boolean
  stale: boolean
  slug: string
}

function Outcome({ trial, busy, stale, slug }: OutcomeProps) {
  const { read, wanted, judgedBy, error, state } = trial
  const { gains, losses, suggested, kept, heldBack } = summaryOf(trial.tried)
  const nothing = gains.length + losses.length + suggested.length + kept + heldBack === 0
  const list = (contacts: TriedContact[]) => contacts.map((each) => <Row key={each.id} contact={each} slug={slug} />)
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      {busy && <Progress value={(read / wanted) * 100} size="sm" aria-label={m.tag_try_progress({ read, wanted })} />}
      <p className={classes.text} role="status">
        {state === 'waiting'
          ? m.tag_try_waiting()
          : busy
            ? m.tag_try_progress({ read, wanted })
            : read === 0 && state === 'done'
              ? m.tag_try_none_closed()
              : m.tag_try_read({ read })}
      </p>
      {judgedBy.length > 0 && (
        <p className={classes.text}>{m.tag_try_judged({ names: listWords(judgedBy.map(engineWords)) })}</p>
      )}
      {stale && !busy && <p className={classes.stale}>{m.tag_try_stale()}</p>}
      {!busy && read > 0 && nothing && <p className={classes.text}>{m.tag_try_nobody()}</p>}
      <Group title={m.tag_try_gains({ count: gains.length })} rows={list(gains)} />
      <Group title={m.tag_try_losses({ count: losses.length })} text={m.tag_try_losses_text()} rows={list(losses)} />
      <Group title={m.tag_try_suggested({ count: suggested.length })} rows={list(suggested)} />
      {kept > 0 && <p className={classes.text}>{m.tag_try_kept({ count: kept })}</p>}
      {heldBack > 0 && <p className={classes.text}>{m.tag_try_held({ count: heldBack })}</p>}
    </>
  )
}

function Group({ title, text, rows }: { title: string; text?: string; rows: ReactNode[] }) {
  const id = useId()
  if (rows.length === 0) return null
  return (
    <div>
      <h4 id={id} className={classes.group}>
        {title}
      </h4>
      {text !== undefined && <p className={classes.text}>{text}</p>}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, also by keyboard */}
      <ul className={classes.rows} aria-labelledby={id} tabIndex={0}>
        {rows}
      </ul>
    </div>
  )
}

function Row({ contact, slug }: { contact: TriedContact; slug: string }) {
  const { confidence, evidence, reason, engine } = contact
  const words = aiReasonWords(engine, reason)
  return (
    <li className={classes.row}>
      <p className={classes.who}>
        <bdi className={classes.name}>{calledName(contact)}</bdi>
        <span className={classes.sure} title={m.suggestion_sure_title()}>
          {percentWords(confidence)}
        </span>
      </p>
      <Quote text={evidence.quote} />
      {words !== null && (
        <p className={classes.text} dir="auto">
          {words}
        </p>
      )}
      <Link
        to="/o/$organization/inbox"
        params={{ organization: slug }}
        search={{ conversation: evidence.conversation_id, message: evidence.message_id }}
        target="_blank"
        className={classes.link}
      >
        {m.suggestion_read_conversation()}
      </Link>
    </li>
  )
}
