// The open contact at the side of the list, or over the whole screen where it is small.
import { ActionIcon, Button, FocusTrap, Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useImperativeHandle, useRef, type KeyboardEvent, type Ref } from 'react'
import type { Contact } from '../../../server/contacts/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { isProblem, type ApiProblem } from '../lib/api.ts'
import { momentWords } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { ContactFacts } from './ContactFacts.tsx'
import classes from './ContactPanel.module.css'
import { ContactMenu } from './ContactMenu.tsx'
import { ContactTags } from './ContactTags.tsx'
import { addressOf } from './identity.ts'
import { contactQuery } from './queries.ts'
import { TagHistory } from './TagHistory.tsx'

/** Most contacts have none. */
const ContactSuggestions = lazy(async () => ({
  default: (await import('../suggestions/ContactSuggestions.tsx')).ContactSuggestions,
}))

/** Beside a conversation it is not needed. */
const ContactConversations = lazy(async () => ({
  default: (await import('../conversations/ContactConversations.tsx')).ContactConversations,
}))

export interface ContactPanelHandle {
  /** Opens the picker of tags; false as long as the contact is not there. */
  addTag: () => boolean
}

interface ContactPanelProps {
  ref?: Ref<ContactPanelHandle>
  id: string
  /** The contact's row, when the list has it: its name and phone stand here at once. */
  row: Contact | undefined
  /** It stands beside something else that has the focus, and leads to no other contact. */
  beside?: boolean
  /** The contact before and the one after in the list; undefined where there is none. */
  previous?: string | undefined
  next?: string | undefined
  /** Leads to another contact without adding a step to the browser's history. */
  onMove?: (id: string) => void
  onClose: () => void
}

export function ContactPanel({ ref, id, row, beside = false, previous, next, onMove, onClose }: ContactPanelProps) {
  const organization = useOrganization()
  const { data: contact, error, refetch } = useQuery(contactQuery(organization.slug, id))
  const small = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const root = useRef<HTMLElement>(null)
  const roomy = useMediaQuery('(min-width: 80em)', undefined, { getInitialValueInEffect: false })
  const adder = useRef<HTMLButtonElement>(null)
  const known = contact ?? row
  useImperativeHandle(ref, () => ({
    addTag: () => {
      adder.current?.click()
      return adder.current !== null
    },
  }))

  // Whoever moves on within the panel stays where they are in it.
  const seen = useRef<string>(null)
  useEffect(() => {
    if (seen.current === id) return
    seen.current = id
    if (!beside && !root.current?.contains(document.activeElement)) root.current?.focus({ preventScroll: true })
  })
  useEscapeFromNowhere(() => {
    if (!beside || !roomy) onClose()
  })

  const onKeyDown = (event: KeyboardEvent) => {
    const to = event.altKey ? { ArrowUp: previous, ArrowDown: next }[event.key] : undefined
    if (to !== undefined && onMove) {
      event.preventDefault()
      return onMove(to)
    }
    // Menus that belong to the panel stand elsewhere in the page and close themselves.
    if (event.key === 'Escape' && root.current?.contains(event.target as Node)) onClose()
  }

  return (
    <FocusTrap active={small ?? false} innerRef={root}>
      <section
        className={classes.panel}
        data-beside={beside || undefined}
        tabIndex={-1}
        aria-labelledby="contact-name"
        {...(small ? { role: 'dialog', 'aria-modal': true } : {})}
        onKeyDown={onKeyDown}
      >
        <header className={classes.head}>
          <h2 id="contact-name" className={classes.name} dir="auto">
            {known ? (known.display_name ?? addressOf(known).text) : m.contact()}
          </h2>
          {known?.test && <SmallBadge title={m.test_contact_title()}>{m.test()}</SmallBadge>}
          {onMove && (
            <span className={classes.moves}>
              <ActionIcon
                aria-label={m.contact_previous()}
                title={`${m.contact_previous()} (Alt+↑)`}
                aria-keyshortcuts="Alt+ArrowUp"
                {...moving(previous, onMove)}
              >
                <IconChevronUp size={17} stroke={1.8} />
              </ActionIcon>
              <ActionIcon
                aria-label={m.contact_next()}
                title={`${m.contact_next()} (Alt+↓)`}
                aria-keyshortcuts="Alt+ArrowDown"
                {...moving(next, onMove)}
              >
                <IconChevronDown size={17} stroke={1.8} />
              </ActionIcon>
            </span>
          )}
          {known && <ContactMenu id={id} name={known.display_name ?? addressOf(known).text} onErased={onClose} />}
          <ActionIcon className={classes.close} aria-label={m.contact_close()} onClick={onClose}>
            <IconX size={17} stroke={1.8} />
          </ActionIcon>
        </header>
        <div key={id} className={classes.body}>
          {isProblem(error, 404) ? (
            <Missing error={error} onOpen={onMove} />
          ) : contact ? (
            <>
              {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
              <ContactFacts contact={contact} />
              <ContactTags contact={contact} adder={adder} />
              <Suspense fallback={null}>
                <ContactSuggestions contactId={id} />
              </Suspense>
              {!beside && (
                <Suspense fallback={null}>
                  <ContactConversations contactId={id} />
                </Suspense>
              )}
              <TagHistory contactId={id} />
            </>
          ) : error ? (
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          ) : (
            <div className={classes.loading} role="status" aria-label={m.contact_loading()}>
              {[70, 55, 62, 40, 85, 60].map((width) => (
                <Skeleton key={width} height={12} width={`${width}%`} />
              ))}
            </div>
          )}
        </div>
      </section>
    </FocusTrap>
  )
}

interface MissingProps {
  error: ApiProblem
  /** Opens another contact. */
  onOpen: ((id: string) => void) | undefined
}

/** Why there is no such contact: merged into another, erased, or never there. */
function Missing({ error, onOpen }: MissingProps) {
  const { erased_at: erasedAt, merged_into: mergedInto } = error.data
  if (error.reason === 'contact_erased' && typeof erasedAt === 'string')
    return (
      <EmptyState
        title={m.contact_erased_title()}
        text={m.contact_erased_text({ date: momentWords(erasedAt, 'day') })}
      />
    )
  if (error.reason === 'merged' && typeof mergedInto === 'string')
    return (
      <EmptyState title={m.contact_merged_title()} text={m.contact_merged_text()}>
        {onOpen && (
          <Button size="xs" variant="default" onClick={() => onOpen(mergedInto)}>
            {m.contact_merged_open()}
          </Button>
        )}
      </EmptyState>
    )
  return <EmptyState title={m.contact_missing_title()} text={m.contact_missing_text()} />
}

/** A button that leads nowhere keeps the focus that led to the end. */
const moving = (to: string | undefined, onMove: (id: string) => void) => ({
  'aria-disabled': to === undefined,
  onClick: () => to !== undefined && onMove(to),
})

/** With the focus nowhere, Escape closes too: after a link with an open contact was pasted, for one. */
function useEscapeFromNowhere(onEscape: () => void): void {
  const latest = useRef(onEscape)
  useEffect(() => {
    latest.current = onEscape
  })
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.key === 'Escape' && (event.target === document.body || (event.target as HTMLElement).id === 'content'))
        latest.current()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}
