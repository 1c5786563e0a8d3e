// The composer's list of saved replies: searched, chosen by arrows and Enter, and put in where the cursor stands.
import { ActionIcon, Popover } from '@mantine/core'
import { IconMessage2Bolt } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import type { SavedReply } from '../../../server/replies/schema.ts'
import { may, useOrganization } from '../access/queries.ts'
import { fold } from '../lib/fold.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { byPointer, optionBy } from '../ui/list-options.ts'
import { ListSearch } from '../ui/ListSearch.tsx'
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
  const list = useRef<HTMLUListElement>(null)
  const found = useMemo(() => {
    const wanted = fold(search)
    return replies.filter(({ name, text }) => fold(`${name} ${text}`).includes(wanted))
  }, [replies, search])
  const at = Math.min(active, found.length - 1)

  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const goBy = (key: string) => {
    const to = optionBy(key, at, found.length, search)
    if (to !== null) setActive(to)
    return to !== null
  }
  return (
    <>
      <ListSearch
        takesFocus
        className={classes.search}
        label={m.saved_reply_search()}
        search={search}
        onSearch={(text) => {
          setSearch(text)
          setActive(0)
        }}
        list={`${id}-list`}
        active={found[at] ? `${id}-${found[at].id}` : undefined}
        onKey={goBy}
        onEnter={() => {
          const reply = found[at]
          if (reply) onPick(reply)
        }}
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
            {...byPointer(
              index === at,
              () => setActive(index),
              () => onPick(reply),
            )}
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
