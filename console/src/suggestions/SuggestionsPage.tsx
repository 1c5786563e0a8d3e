// Audiences → Suggestions: the tags that an AI proposes, for people to decide one by one or many at once.
import { Button, Checkbox, Skeleton } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Suggestion } from '../../../server/analysis/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { calledName } from '../contacts/identity.ts'
import { useLetters, useShortcutsOn } from '../conversations/shortcuts.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { LoadMore } from '../ui/LoadMore.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { tell } from '../ui/toasts.ts'
import { suggestionsQuery, useDecide, type Decision } from './queries.ts'
import { SuggestionRow } from './SuggestionRow.tsx'
import classes from './Suggestions.module.css'

/** As many as the server decides in one call. */
const MOST_AT_ONCE = 200

export const SuggestionsPage = () => (
  <Allowed permission="contacts:tag">
    <Suggestions />
  </Allowed>
)

function Suggestions() {
  const organization = useOrganization()
  const list = useInfiniteQuery(suggestionsQuery(organization.slug))
  const decide = useDecide(organization.slug)
  const shortcutsOn = useShortcutsOn()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  /** On their way to the server, or decided and still on the page. */
  const [sent, setSent] = useState<ReadonlySet<string>>(new Set())
  const [error, setError] = useState<unknown>(null)
  const root = useRef<HTMLUListElement>(null)
  const suggestions = list.data?.pages.flatMap((page) => page.suggestions)
  const total = list.data?.pages[0]?.total ?? 0
  const marked = (suggestions ?? []).filter(({ id }) => chosen.has(id) && !sent.has(id)).map(({ id }) => id)

  /** Whoever is quick decides on the next one while the last is on its way. */
  const send = async (decision: Decision) => {
    const ids = [...(decision.accept ?? []), ...(decision.reject ?? [])]
    setSent((before) => new Set([...before, ...ids]))
    setError(null)
    try {
      const { accepted, rejected, passed_over } = await decide.mutateAsync(decision)
      setChosen((before) => without(before, ids))
      if (passed_over.length > 0) tell(m.suggestions_passed_over({ count: passed_over.length }))
      else if (accepted.length > 0) tell(m.suggestions_accepted({ count: accepted.length }))
      else tell(m.suggestions_rejected({ count: rejected.length }))
    } catch (failure) {
      setError(failure)
      setSent((before) => without(before, ids))
    }
  }
  const choose = (ids: readonly string[], on: boolean) =>
    setChosen((before) => (on ? new Set([...before, ...ids]) : without(before, ids)))

  const rows = () => [...(root.current?.querySelectorAll<HTMLElement>('[data-suggestion]') ?? [])]
  const idOf = (row: HTMLElement | undefined) => row?.dataset['suggestion'] ?? ''
  const focused = () => rows().findIndex((row) => row.contains(document.activeElement))
  const focus = (row: HTMLElement | undefined) => row?.querySelector<HTMLElement>('input, button')?.focus()
  const move = (by: 1 | -1) => {
    const all = rows()
    focus(all[Math.max(0, Math.min(all.length - 1, focused() + by))])
  }
  /** Those that are chosen, or else the one that has the focus, which goes on to the next. */
  const decideBy = (kind: 'accept' | 'reject') => {
    if (marked.length > 0) return void send({ [kind]: marked.slice(0, MOST_AT_ONCE) })
    const [all, at] = [rows(), focused()]
    const id = idOf(all[at])
    if (id === '' || sent.has(id)) return
    const isFree = (row: HTMLElement) => !sent.has(idOf(row))
    focus(all.slice(at + 1).find(isFree) ?? all.slice(0, at).findLast(isFree))
    void send({ [kind]: [id] })
  }
  useLetters({
    j: () => move(1),
    k: () => move(-1),
    x() {
      const id = idOf(rows()[focused()])
      if (id !== '') choose([id], !chosen.has(id))
    },
    a: () => decideBy('accept'),
    r: () => decideBy('reject'),
  })

  return (
    <div className={classes.page}>
      <PageHeader title={m.suggestions()} organization={organization.name} text={m.suggestions_text()} />
      <div className={classes.content} tabIndex={-1}>
        {list.error && !suggestions && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
        {error !== null && <ErrorNotice error={error} />}
        {!suggestions && !list.error && (
          <div role="status" aria-label={m.suggestions_loading()}>
            <Skeleton height={200} radius={10} />
          </div>
        )}
        {suggestions?.length === 0 && (
          <EmptyState
            heading="h2"
            icon={<IconSparkles size={28} stroke={1.5} />}
            title={m.suggestions_none()}
            text={m.suggestions_none_text()}
          />
        )}
        {suggestions && suggestions.length > 0 && (
          <>
            <div className={`${classes.bar} ${classes.sticky}`}>
              <Checkbox
                label={m.suggestions_choose_shown({ count: suggestions.length })}
                checked={marked.length === suggestions.length}
                indeterminate={marked.length > 0 && marked.length < suggestions.length}
                onChange={(event) =>
                  choose(
                    suggestions.map(({ id }) => id),
                    event.currentTarget.checked,
                  )
                }
              />
              <span className={classes.total}>{m.suggestions_total({ count: formatCount(total) })}</span>
              {marked.length === 0 && shortcutsOn && <span className={classes.keys}>{m.suggestions_keys()}</span>}
              {marked.length > 0 && (
                <span className={classes.bulk}>
                  <Button size="xs" onClick={() => decideBy('accept')}>
                    {m.suggestions_accept_chosen({ count: Math.min(marked.length, MOST_AT_ONCE) })}
                  </Button>
                  <Button size="xs" variant="default" onClick={() => decideBy('reject')}>
                    {m.suggestions_reject_chosen({ count: Math.min(marked.length, MOST_AT_ONCE) })}
                  </Button>
                </span>
              )}
            </div>
            <ul className={classes.list} aria-label={m.suggestions()} ref={root}>
              {suggestions.map((suggestion) => (
                <SuggestionRow
                  key={suggestion.id}
                  suggestion={suggestion}
                  who={<Who suggestion={suggestion} slug={organization.slug} />}
                  before={
                    <Checkbox
                      aria-label={m.suggestion_choose({ name: suggestion.tag.name, contact: nameOf(suggestion) })}
                      checked={chosen.has(suggestion.id)}
                      onChange={(event) => choose([suggestion.id], event.currentTarget.checked)}
                    />
                  }
                  busy={sent.has(suggestion.id)}
                  onAccept={() => void send({ accept: [suggestion.id] })}
                  onReject={() => void send({ reject: [suggestion.id] })}
                />
              ))}
            </ul>
            <LoadMore list={list} failed={m.suggestions_more_failed()} />
          </>
        )}
      </div>
    </div>
  )
}

const without = (all: ReadonlySet<string>, ids: readonly string[]) =>
  new Set([...all].filter((id) => !ids.includes(id)))

const nameOf = ({ contact }: Suggestion): string => calledName(contact)

const Who = ({ suggestion, slug }: { suggestion: Suggestion; slug: string }) => (
  <Link
    to="/o/$organization/contacts"
    params={{ organization: slug }}
    search={{ contact: suggestion.contact.id }}
    className={classes.who}
    dir="auto"
  >
    {nameOf(suggestion)}
  </Link>
)
