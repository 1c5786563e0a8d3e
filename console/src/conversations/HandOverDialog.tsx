// To whom a conversation is handed: the people of the organization by name, first those who are online.
import { Modal, TextInput, UnstyledButton } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { useOrganization, useSession } from '../access/queries.ts'
import { searchByName } from '../lib/fold.ts'
import { m } from '../paraglide/messages.js'
import { moveFocus } from '../ui/arrow-keys.ts'
import { OnlineMark } from '../presence/OnlineMark.tsx'
import { usePresence } from '../presence/told.ts'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { tell } from '../ui/toasts.ts'
import classes from './HandOverDialog.module.css'
import { colleaguesQuery, useActOn } from './queries.ts'

export function HandOverDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const organization = useOrganization()
  const { user } = useSession()
  const { data, error, refetch } = useQuery(colleaguesQuery(organization.slug))
  const act = useActOn(organization.slug, conversation.id)
  const [search, setSearch] = useState('')
  const list = useRef<HTMLUListElement>(null)
  useReturnsFocus()
  const { online } = usePresence(organization.slug)
  const others = (data ?? [])
    .filter(({ id }) => id !== conversation.agent?.id)
    .map((person) => ({ ...person, isOnline: online.includes(person.id) }))
    .toSorted((a, b) => Number(b.isOnline) - Number(a.isOnline))
  const found = searchByName(others, search)
  const hand = ({ id, name }: { id: string; name: string }) => {
    if (act.isPending) return
    act.mutate(
      { act: 'hand_over', to: id },
      {
        onSuccess: () => {
          tell(m.conversation_handed_over({ name }))
          onClose()
        },
      },
    )
  }
  return (
    <Modal opened onClose={onClose} title={m.conversation_hand_over_title()} size={400} returnFocus={false}>
      {(error ?? act.error) && (
        <ErrorNotice error={error ?? act.error} {...(error ? { onRetry: () => void refetch() } : {})} />
      )}
      <TextInput
        data-autofocus
        aria-label={m.colleague_search()}
        placeholder={m.colleague_search()}
        autoComplete="off"
        leftSection={<IconSearch size={15} stroke={1.7} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          const [first] = found
          if (event.key === 'Enter' && first && search !== '') hand(first)
          if (event.key === 'ArrowDown') {
            event.preventDefault()
            list.current?.querySelector('button')?.focus()
          }
        }}
      />
      <ul ref={list} className={classes.list} aria-label={m.people()}>
        {found.map((person) => (
          <li key={person.id}>
            <UnstyledButton
              className={classes.person}
              disabled={act.isPending}
              onClick={() => hand(person)}
              onKeyDown={(event) => moveFocus(event, list.current)}
            >
              <bdi>{person.name}</bdi>
              {person.isOnline && <OnlineMark short />}
              <span className={classes.role}>
                {person.id === user.id
                  ? m.conversation_you()
                  : person.role === 'admin'
                    ? m.role_admin()
                    : m.role_agent()}
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {data !== undefined && found.length === 0 && (
        <p className={classes.none}>{others.length === 0 ? m.colleagues_none() : m.colleagues_no_match()}</p>
      )}
    </Modal>
  )
}
