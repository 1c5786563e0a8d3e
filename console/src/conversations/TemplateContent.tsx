// A template as the customer reads it: heading, text, footer, and its buttons.
import { IconArrowBackUp, IconExternalLink, IconPhone } from '@tabler/icons-react'
import { m } from '../paraglide/messages.js'
import type { ShownTemplate } from './content.ts'
import { LinkedText } from './LinkedText.tsx'
import classes from './Message.module.css'
import { kindLabel } from './words.ts'

const ICONS: Record<string, typeof IconPhone> = {
  quick_reply: IconArrowBackUp,
  url: IconExternalLink,
  phone_number: IconPhone,
}

interface TemplateContentProps {
  text: string | null
  shown: ShownTemplate
  /** For the customer: presses a button that answers. */
  onChoose?: (button: string) => void
}

export function TemplateContent({ text, shown: { header, footer, buttons }, onChoose }: TemplateContentProps) {
  return (
    <>
      {header !== null && (
        <span className={classes.templateHeader} dir="auto">
          {header}
        </span>
      )}
      {text !== null && text !== '' ? (
        <LinkedText text={text} />
      ) : (
        <span className={classes.soft}>{kindLabel('template')}</span>
      )}
      {footer !== null && (
        <span className={classes.soft} dir="auto">
          {footer}
        </span>
      )}
      {buttons.length > 0 && (
        <ul className={classes.templateButtons} aria-label={m.template_buttons()}>
          {buttons.map(({ type, text: label, target }, index) => {
            const Icon = ICONS[type]
            const words = (
              <>
                {Icon && <Icon size={14} stroke={1.8} aria-hidden />}
                <bdi>{label}</bdi>
              </>
            )
            return (
              // oxlint-disable-next-line react/no-array-index-key -- the buttons of one template stay in their places
              <li key={index} title={target ?? undefined}>
                {onChoose && type === 'quick_reply' ? (
                  <button type="button" onClick={() => onChoose(label)}>
                    {words}
                  </button>
                ) : (
                  words
                )}
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}
