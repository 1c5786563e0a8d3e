// Choosing the language on the screens before one is in, where there is no menu yet.
import { UnstyledButton } from '@mantine/core'
import { chooseLanguage, LANGUAGES, locale } from '../lib/language.ts'
import { m } from '../paraglide/messages.js'
import { locales } from '../paraglide/runtime.js'
import classes from './LanguageRow.module.css'

export function LanguageRow() {
  return (
    <footer>
      <ul className={classes.row} aria-label={m.language()}>
        {locales.map((each) => (
          <li key={each} lang={each}>
            <UnstyledButton
              className={classes.language}
              aria-current={each === locale ? 'true' : undefined}
              onClick={() => chooseLanguage(each)}
            >
              {LANGUAGES[each]}
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </footer>
  )
}
