// The organizations of whoever is signed in: each link opens the same kind of screen there.
import { TextInput, UnstyledButton } from '@mantine/core'
import { IconCheck, IconPlus } from '@tabler/icons-react'
import { Link, useLocation } from '@tanstack/react-router'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { Organization } from '../../../server/access/schema.ts'
import { fold } from '../lib/fold.ts'
import { m } from '../paraglide/messages.js'
import classes from './OrganizationList.module.css'
import { may, useOrganization, useSession, type Screen } from './queries.ts'

const SEARCHED_FROM = 8

interface OrganizationListProps {
  screens: readonly Screen[]
  onChosen: () => void
  onNew: () => void
}

export function OrganizationList({ screens, onChosen, onNew }: OrganizationListProps) {
  const shown = useOrganization()
  const { organizations, creates_organizations: creates } = useSession()
  const [text, setText] = useState('')
  const { pathname } = useLocation()
  const root = useRef<HTMLDivElement>(null)
  // Loaded only when it is opened for the first time, it is not there yet when the popover gives the focus.
  useEffect(() => {
    root.current?.querySelector<HTMLElement>('input, a, button')?.focus({ preventScroll: true })
  }, [])
  const found = organizations.filter((each) => fold(each.name).includes(fold(text.trim())))
  /** The longest address of a screen that this one begins with, where one may open it there. */
  const screenIn = (organization: Organization) => {
    const kind = pathname.replace(/^\/o\/[^/]+/, '/o/$organization')
    const same = screens
      .filter(({ to, permission }) => kind.startsWith(to) && may(organization, permission))
      .toSorted((a, b) => b.to.length - a.to.length)[0]
    return same?.to ?? '/o/$organization'
  }
  return (
    <div ref={root} role="presentation" onKeyDown={moveByArrows}>
      {organizations.length >= SEARCHED_FROM && (
        <TextInput
          size="xs"
          mb={4}
          data-autofocus
          aria-label={m.organizations_search()}
          placeholder={m.organizations_search()}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      <ul className={classes.list} aria-label={m.organizations()}>
        {found.map((each) => (
          <li key={each.id}>
            <Link
              to={screenIn(each)}
              params={{ organization: each.slug }}
              search={{}}
              className={classes.item}
              aria-current={each.id === shown.id ? 'true' : undefined}
              onClick={onChosen}
            >
              <span className={classes.name} dir="auto" title={each.name}>
                {each.name}
              </span>
              {each.id === shown.id && <IconCheck size={15} aria-label={m.organization_current()} />}
            </Link>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={classes.none}>{m.organizations_none()}</p>}
      {creates && (
        <UnstyledButton className={classes.item} data-new onClick={onNew}>
          <IconPlus size={15} stroke={1.7} aria-hidden />
          {m.organization_new()}
        </UnstyledButton>
      )}
    </div>
  )
}

function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  event.preventDefault()
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('input, a, button')]
  const at = items.indexOf(document.activeElement as HTMLElement)
  items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus()
}
