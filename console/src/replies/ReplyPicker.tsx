// The composer's list of saved replies: searched, chosen by arrows and Enter, and put in where the cursor stands.
import { ActionIcon, Popover, TextInput } from '@mantine/core'
import { IconMessage2Bolt, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { SavedReply } from '../../../server/replies/schema.ts'
import { may, useOrganization } from '../access/queries.ts'
import { fold } from '../lib/fold.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { repliesQuery } from './queries.ts'
import rows from '../ui/NamedRows.module.css'
import classes from './SavedRepliesPage.module.css'

interface ReplyPickerProps {
  opened: boolean
  onOpened: (opened: boolean) => void
  onPick: (reply: SavedReply) => void
}

export function ReplyPicker({ opened, onOpened, onPick }: ReplyPickerProps) {
  return (
    <Popover opened={opened} onChange={onOpened} position="top-start" trapFocus width={340} returnFocus={false}>
      <Popover.Target>
        <ActionIcon
          size="lg"
          aria-label={m.saved_reply_choose()}
          aria-expanded={opened}
          onClick={() => onOpened(!opened)}
        >
          <IconMessage2Bolt size={18} stroke={1.7} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={m.saved_reply_choose()} aria-labelledby={undefined}>
        <Replies onPick={onPick} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Replies({ onPick }: { onPick: (reply: SavedReply) => void }) {
  const organization = useOrganization()
  const { data: replies, error, refetch } = useQuery(repliesQuery(organization.slug))
  if (error && !replies) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  if (!replies) return <p className={classes.none}>{m.saved_replies_loading()}</p>
  if (replies.length === 0)
    return (
      <p className={classes.none}>
        {m.saved_replies_none()}{' '}
        {may(organization, 'replies:write') && (
          <Link to="/o/$organization/settings/saved-replies" params={{ organization: organization.slug }}>
            {m.saved_reply_new()}
          </Link>
        )}
      </p>
    )
  return <ReplyList replies={replies} onPick={onPick} />
}

function ReplyList({ replies, onPick }: { replies: readonly SavedReply[]; onPick: (reply: SavedReply) => void }) {
  const [search, setSearch] = useState('')
  const [active, setActive] = useState(0)
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const found = useMemo(() => {
    const wanted = fold(search)
    return replies.filter(({ name, text }) => fold(`${name} ${text}`).includes(wanted))
  }, [replies, search])
  const at = Math.min(active, found.length - 1)

  // The popover looked for a field while the replies were loading.
  useLayoutEffect(() => {
    field.current?.focus({ preventScroll: true })
  }, [])
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setActive((at + step + found.length) % Math.max(found.length, 1))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      const reply = found[at]
      if (reply) onPick(reply)
    }
  }
  return (
    <>
      <TextInput
        ref={field}
        data-autofocus
        className={classes.search}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
        placeholder={m.saved_reply_search()}
        aria-label={m.saved_reply_search()}
        leftSection={<IconSearch size={15} stroke={1.7} />}
        role="combobox"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={found[at] ? `${id}-${found[at].id}` : undefined}
        autoComplete="off"
      />
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label={m.saved_replies()} className={classes.options}>
        {found.map((reply, index) => (
          <li
            key={reply.id}
            id={`${id}-${reply.id}`}
            role="option"
            aria-selected={index === at}
            data-active={index === at || undefined}
            className={classes.option}
            onMouseMove={() => index !== at && setActive(index)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(reply)}
          >
            <p className={rows.name} dir="auto">
              {reply.name}
            </p>
            <p className={classes.text} dir="auto">
              {reply.text}
            </p>
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p className={classes.none} role="status">
          {m.saved_reply_found_none()}
        </p>
      )}
    </>
  )
}
