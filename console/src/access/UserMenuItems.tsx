// What the menu of the person who is signed in holds: the account, the theme, the language, and signing out.
import { Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { IconLogout, IconUserCircle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { chooseLanguage, LANGUAGES, locale } from '../lib/language.ts'
import { m } from '../paraglide/messages.js'
import { locales, type Locale } from '../paraglide/runtime.js'
import classes from './Navigation.module.css'
import { useOrganization, useSession } from './queries.ts'

interface UserMenuItemsProps {
  signingOut: boolean
  onSignOut: () => void
}

export function UserMenuItems({ signingOut, onSignOut }: UserMenuItemsProps) {
  const { user } = useSession()
  const { slug } = useOrganization()
  return (
    <>
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
      <Menu.Item leftSection={<IconLogout size={16} stroke={1.7} />} disabled={signingOut} onClick={onSignOut}>
        {m.sign_out()}
      </Menu.Item>
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
