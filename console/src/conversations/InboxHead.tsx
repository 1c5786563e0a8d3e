// Above the list of the inbox: its three lists as links with their numbers, the search in messages, the filters.
import { ActionIcon, Button, Popover, TextInput, VisuallyHidden } from '@mantine/core'
import { IconBell, IconBellOff, IconFilter2, IconKeyboard, IconSearch, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { useOrganization } from '../access/queries.ts'
import { channelsQuery } from '../channels/channel-names.ts'
import { CheckList } from '../contacts/CheckList.tsx'
import { idsOf } from '../contacts/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { tagsQuery } from '../tags/queries.ts'
import { PageHeader } from '../ui/PageHeader.tsx'
import { TagList } from '../ui/TagList.tsx'
import { tell } from '../ui/toasts.ts'
import { viewLink, viewLinkActive, ViewLinks } from '../ui/ViewLinks.tsx'
import { turnAlertsOff, turnAlertsOn, useAlerts } from './alerts.ts'
import { conversationCountsQuery } from './counts.ts'
import classes from './InboxHead.module.css'
import { INBOX_LISTS, isInboxFiltered, useChangeInbox, useInboxSearch, type InboxListName } from './search.ts'

/** A pause in typing, after which the messages are searched. */
const PAUSE_MS = 250

interface InboxHeadProps {
  searchBox: RefObject<HTMLInputElement | null>
  onHelp: () => void
  onLeaveToRows: () => void
}

export function InboxHead({ searchBox, onHelp, onLeaveToRows }: InboxHeadProps) {
  const organization = useOrganization()
  return (
    <div className={classes.root}>
      <PageHeader title={m.inbox()} organization={organization.name}>
        <AlertsButton />
        <ActionIcon
          className={classes.help}
          aria-label={m.shortcuts()}
          title={`${m.shortcuts()} (?)`}
          aria-keyshortcuts="?"
          onClick={onHelp}
        >
          <IconKeyboard size={18} stroke={1.7} />
        </ActionIcon>
      </PageHeader>
      <Lists />
      <div className={classes.filters}>
        <SearchBox input={searchBox} onLeaveToRows={onLeaveToRows} />
        <Filters />
      </div>
    </div>
  )
}

/** Turns notifications of new messages in one's own conversations on and off, for this browser. */
function AlertsButton() {
  const on = useAlerts()
  const label = on ? m.alerts_turn_off() : m.alerts_turn_on()
  const turn = async () => {
    if (on) {
      turnAlertsOff()
      tell(m.alerts_off())
    } else tell((await turnAlertsOn()) ? m.alerts_on() : m.alerts_not_allowed())
  }
  return (
    <ActionIcon className={classes.help} aria-label={label} title={label} onClick={() => void turn()}>
      {on ? <IconBell size={18} stroke={1.7} /> : <IconBellOff size={18} stroke={1.7} />}
    </ActionIcon>
  )
}

const listLabel = (list: InboxListName): string =>
  ({ waiting: m.inbox_waiting, mine: m.inbox_mine, open: m.inbox_open })[list]()

const countWords = (count: number): string => m.inbox_list_conversations({ count, shown: formatCount(count) })
const unreadWords = (count: number): string => m.inbox_unread_conversations({ count, shown: formatCount(count) })

function Lists() {
  const organization = useOrganization()
  const { data: counts } = useQuery(conversationCountsQuery(organization.slug))
  return (
    <ViewLinks label={m.inbox_lists()}>
      {INBOX_LISTS.map((list) => {
        const count = counts?.[list]
        return (
          <Link
            key={list}
            from="/o/$organization/inbox"
            to="."
            search={({ list: _, ...before }) => (list === 'waiting' ? before : { ...before, list })}
            className={viewLink}
            activeOptions={viewLinkActive}
          >
            {listLabel(list)}
            {count ? <Numbers {...count} /> : <span className={classes.numbers} />}
          </Link>
        )
      })}
    </ViewLinks>
  )
}

/** Which number is which, eyes see by their look and by their titles; screen readers say it. */
const Numbers = ({ count, unread }: { count: number; unread: number }) => (
  <>
    <VisuallyHidden>{[countWords(count), ...(unread > 0 ? [unreadWords(unread)] : [])].join(', ')}</VisuallyHidden>
    <span className={classes.numbers} aria-hidden>
      <span className={classes.count} title={countWords(count)}>
        {formatCount(count)}
      </span>
      {unread > 0 && (
        <span className={classes.unread} title={unreadWords(unread)}>
          {formatCount(unread)}
        </span>
      )}
    </span>
  </>
)

function SearchBox({ input, onLeaveToRows }: { input: RefObject<HTMLInputElement | null>; onLeaveToRows: () => void }) {
  const { search: inAddress = '' } = useInboxSearch()
  const { change } = useChangeInbox()
  const [text, setText] = useState(inAddress)
  /** What was put into the address from here. */
  const [sent, setSent] = useState(inAddress)
  const [seen, setSeen] = useState(inAddress)
  const timer = useRef<number>(undefined)
  // What comes by Back or a link wins over what is half typed.
  if (seen !== inAddress) {
    setSeen(inAddress)
    if (inAddress !== sent) setText(inAddress)
  }
  useEffect(() => () => window.clearTimeout(timer.current), [])
  const put = (next: string, pause: number) => {
    setText(next)
    window.clearTimeout(timer.current)
    timer.current = window.setTimeout(() => {
      setSent(next.trim())
      change({ search: next.trim() }, { replace: inAddress !== '' })
    }, pause)
  }
  return (
    <TextInput
      ref={input}
      className={classes.search}
      inputMode="search"
      enterKeyHint="search"
      autoComplete="off"
      spellCheck={false}
      maxLength={200}
      aria-label={m.inbox_search()}
      aria-keyshortcuts="/"
      placeholder={m.inbox_search()}
      value={text}
      onChange={(event) => put(event.currentTarget.value, PAUSE_MS)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Escape') {
          event.stopPropagation()
          if (text === '') onLeaveToRows()
          else put('', 0)
        } else if (event.key === 'ArrowDown') {
          event.preventDefault()
          onLeaveToRows()
        }
      }}
      leftSection={<IconSearch size={15} stroke={1.7} />}
      rightSection={
        text !== '' && (
          <ActionIcon size={22} aria-label={m.search_clear()} onClick={() => (put('', 0), input.current?.focus())}>
            <IconX size={14} />
          </ActionIcon>
        )
      }
    />
  )
}

function Filters() {
  const organization = useOrganization()
  const search = useInboxSearch()
  const { change, clearFilters } = useChangeInbox()
  const [opened, setOpened] = useState(false)
  const { data: tags = [] } = useQuery({ ...tagsQuery(organization.slug), enabled: opened })
  const { data: channels = [] } = useQuery({ ...channelsQuery(organization.slug), enabled: opened })
  const chosen = idsOf(search.any_tags)
  const applied = chosen.length + idsOf(search.channels).length
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus width={300}>
      <Popover.Target>
        <Button
          variant="default"
          px={10}
          aria-expanded={opened}
          aria-label={applied > 0 ? `${m.filter()}: ${m.filter_applied_count({ count: applied })}` : m.filter()}
          title={m.filter()}
          onClick={() => setOpened((now) => !now)}
        >
          <IconFilter2 size={16} stroke={1.7} />
          {applied > 0 && (
            <span className={classes.applied} aria-hidden>
              {applied}
            </span>
          )}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={m.filter()} aria-labelledby={undefined}>
        <TagList
          tags={tags}
          label={m.tags()}
          chosen={new Set(chosen)}
          onPick={({ id }) =>
            change({ any_tags: (chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]).join() })
          }
        />
        {channels.length > 1 && (
          <div className={classes.channels}>
            <CheckList
              label={m.channel()}
              items={channels.map((each) => ({ id: each.id, name: each.name, note: each.phone }))}
              chosen={idsOf(search.channels)}
              onChange={(ids) => change({ channels: ids.join() })}
            />
          </div>
        )}
        <div className={classes.foot}>
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            disabled={!isInboxFiltered(search)}
            onClick={() => clearFilters()}
          >
            {m.filters_clear_all()}
          </Button>
          <Button size="xs" onClick={() => setOpened(false)}>
            {m.done()}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
