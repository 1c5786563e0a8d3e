// Who is signed in, and the menu of what is theirs.
import { Menu, UnstyledButton } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { initials } from '../lib/initials.ts'
import { holdsTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { tellFailure } from '../ui/toasts.ts'
import classes from './Navigation.module.css'
import { useOrganization, useSession, useSignOut } from './queries.ts'

const loadItems = () => import('./UserMenuItems.tsx')
const UserMenuItems = lazy(() => loadItems().then((file) => ({ default: file.UserMenuItems })))
const SignOutDialog = lazy(() => import('./SignOutDialog.tsx').then((file) => ({ default: file.SignOutDialog })))

export function UserMenu() {
  const { user } = useSession()
  const { role } = useOrganization()
  const signOut = useSignOut()
  const [asks, setAsks] = useState(false)
  const leave = () =>
    signOut.mutate(undefined, {
      onError: (error) => tellFailure(m.sign_out_failed(), error),
      onSettled: () => setAsks(false),
    })
  return (
    <>
      {asks && (
        <Suspense>
          <SignOutDialog confirming={signOut.isPending} onConfirm={leave} onClose={() => setAsks(false)} />
        </Suspense>
      )}
      <Menu width={232} position="top-start">
        <Menu.Target>
          <UnstyledButton
            className={classes.user}
            onPointerEnter={() => void loadItems()}
            onFocus={() => void loadItems()}
          >
            <span className={classes.initials} aria-hidden>
              {initials(user.name)}
            </span>
            <span className={classes.person}>
              <span className={classes.personName} dir="auto">
                {user.name}
              </span>
              <span className={classes.personRole}>{role === 'admin' ? m.role_admin() : m.role_agent()}</span>
            </span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Suspense>
            <UserMenuItems
              signingOut={signOut.isPending}
              onSignOut={() => (holdsTypedText() ? setAsks(true) : leave())}
            />
          </Suspense>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}
