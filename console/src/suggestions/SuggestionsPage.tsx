// Audiences → Suggestions: the tags that an AI proposes, for people to decide one by one or many at once.
import { Button, Checkbox, Skeleton } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState, type KeyboardEvent } from 'react'
import type { Suggestion } from '../../../server/analysis/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
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
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const root = useRef<HTMLUListElement>(null)
  const suggestions = list.data?.pages.flatMap((page) => page.suggestions)
  const total = list.data?.pages[0]?.total ?? 0
  const marked = (suggestions ?? []).filter(({ id }) => chosen.has(id)).map(({ id }) => id)

  const send = (decision: Decision) => {
    decide.mutate(decision, {
      onSuccess: ({ accepted, rejected, passed_over }) => {
        setChosen(
          (before) => new Set([...before].filter((id) => ![...accepted, ...rejected, ...passed_over].includes(id))),
        )
        if (passed_over.length > 0) tell(m.suggestions_passed_over({ count: passed_over.length }))
        else if (accepted.length > 0) tell(m.suggestions_accepted({ count: accepted.length }))
        else tell(m.suggestions_rejected({ count: rejected.length }))
      },
    })
  }
  const choose = (ids: readonly string[], on: boolean) =>
    setChosen((before) => {
      const now = new Set(before)
      for (const id of ids)
        if (on) now.add(id)
        else now.delete(id)
      return now
    })

  /** J and K move, A accepts, R rejects, X chooses. */
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !suggestions) return
    const rows = [...(root.current?.querySelectorAll<HTMLElement>('[data-suggestion]') ?? [])]
    const at = rows.findIndex((row) => row.contains(document.activeElement))
    const key = event.key.toLowerCase()
    if (key === 'j' || key === 'k') {
      const next = rows[Math.max(0, Math.min(rows.length - 1, at + (key === 'j' ? 1 : -1)))]
      next?.querySelector<HTMLElement>('input, button')?.focus()
    }
    const id = rows[at]?.dataset['suggestion']
    if (id === undefined || decide.isPending) return
    if (key === 'x') choose([id], !chosen.has(id))
    if (key === 'a' || key === 'r') {
      const next = rows[at + 1] ?? rows[at - 1]
      next?.querySelector<HTMLElement>('input, button')?.focus()
      send(key === 'a' ? { accept: [id] } : { reject: [id] })
    }
  }

  return (
    <div className={classes.page}>
      <PageHeader title={m.suggestions()} organization={organization.name} text={m.suggestions_text()} />
      <div className={classes.content} tabIndex={-1}>
        {list.error && !suggestions && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
        {decide.error && <ErrorNotice error={decide.error} />}
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
            <div className={classes.bar}>
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
              {marked.length > 0 && (
                <span className={classes.bulk}>
                  <Button
                    size="xs"
                    loading={decide.isPending}
                    onClick={() => send({ accept: marked.slice(0, MOST_AT_ONCE) })}
                  >
                    {m.suggestions_accept_chosen({ count: Math.min(marked.length, MOST_AT_ONCE) })}
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    disabled={decide.isPending}
                    onClick={() => send({ reject: marked.slice(0, MOST_AT_ONCE) })}
                  >
                    {m.suggestions_reject_chosen({ count: Math.min(marked.length, MOST_AT_ONCE) })}
                  </Button>
                </span>
              )}
            </div>
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys beside the buttons, not instead of them */}
            <ul className={classes.list} aria-label={m.suggestions()} ref={root} onKeyDown={onKeyDown}>
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
                  busy={decide.isPending}
                  onAccept={() => send({ accept: [suggestion.id] })}
                  onReject={() => send({ reject: [suggestion.id] })}
                />
              ))}
            </ul>
            <p className={classes.keys}>{m.suggestions_keys()}</p>
            <LoadMore list={list} failed={m.suggestions_more_failed()} />
          </>
        )}
      </div>
    </div>
  )
}

const nameOf = ({ contact }: Suggestion): string => contact.name ?? contact.phone ?? m.customer_unknown()

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
