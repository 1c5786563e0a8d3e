// Who is signed in, the language, the theme, and signing out.
import { Menu, UnstyledButton, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { IconLogout, IconUserCircle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { chooseLanguage, LANGUAGES, locale } from '../lib/language.ts'
import { initials } from '../lib/initials.ts'
import { holdsTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { locales, type Locale } from '../paraglide/runtime.js'
import { tellFailure } from '../ui/toasts.ts'
import classes from './Navigation.module.css'
import { useOrganization, useSession, useSignOut } from './queries.ts'

const ConfirmDialog = lazy(() => import('../ui/ConfirmDialog.tsx').then((file) => ({ default: file.ConfirmDialog })))

export function UserMenu() {
  const { user } = useSession()
  const { role, slug } = useOrganization()
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
          <ConfirmDialog
            title={m.sign_out_unsent_title()}
            confirmLabel={m.sign_out()}
            danger
            confirming={signOut.isPending}
            failure={null}
            onConfirm={leave}
            onClose={() => setAsks(false)}
          >
            <p>{m.sign_out_unsent_text()}</p>
          </ConfirmDialog>
        </Suspense>
      )}
      <Menu width={232} position="top-start">
        <Menu.Target>
          <UnstyledButton className={classes.user}>
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
          <Menu.Label className={classes.who}>
            <strong dir="auto">{user.name}</strong>
            <span>{user.email}</span>
          </Menu.Label>
          <Menu.Item
            leftSection={<IconUserCircle size={16} stroke={1.7} />}
            renderRoot={(props) => <Link to="/o/$organization/account" params={{ organization: slug }} {...props} />}
          >
            {m.your_account()}
          </Menu.Item>
          <Menu.Divider />
          <ThemeItems />
          <Menu.Divider />
          <LanguageItems />
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconLogout size={16} stroke={1.7} />}
            disabled={signOut.isPending}
            onClick={() => (holdsTypedText() ? setAsks(true) : leave())}
          >
            {m.sign_out()}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

const schemes: { value: MantineColorScheme; label: () => string }[] = [
  { value: 'light', label: m.theme_light },
  { value: 'dark', label: m.theme_dark },
  { value: 'auto', label: m.theme_auto },
]

function ThemeItems() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
      <Menu.Label>{m.theme()}</Menu.Label>
      {schemes.map(({ value, label }) => (
        <Menu.RadioItem key={value} value={value}>
          {label()}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  )
}

function LanguageItems() {
  return (
    <Menu.RadioGroup value={locale} onChange={(value) => chooseLanguage(value as Locale)}>
      <Menu.Label>{m.language()}</Menu.Label>
      {locales.map((each) => (
        <Menu.RadioItem key={each} value={each} lang={each}>
          {LANGUAGES[each]}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  )
}
