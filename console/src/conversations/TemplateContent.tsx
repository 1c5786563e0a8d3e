// A template as the customer reads it: heading or place, text, footer, and its buttons.
import {
  IconAddressBook,
  IconArrowBackUp,
  IconBuildingStore,
  IconClipboardList,
  IconCopy,
  IconExternalLink,
  IconPhone,
  IconPhoto,
} from '@tabler/icons-react'
import { m } from '../paraglide/messages.js'
import type { ShownButton, ShownTemplate } from './content.ts'
import { LinkedText } from './LinkedText.tsx'
import classes from './Message.module.css'
import { Card, PlaceCard } from './MessageCard.tsx'
import { kindLabel } from './words.ts'

const ICONS: Record<string, typeof IconPhone> = {
  quick_reply: IconArrowBackUp,
  url: IconExternalLink,
  phone_number: IconPhone,
  copy_code: IconCopy,
  flow: IconClipboardList,
  catalog: IconBuildingStore,
  voice_call: IconPhone,
  request_contact_info: IconAddressBook,
}
/** Where Meta tells none: WhatsApp has words of its own for them. */
const OWN_WORDS: Record<string, () => string> = {
  copy_code: m.template_copy_code,
  request_contact_info: m.template_share_contact,
}
/** Kinds of buttons that do something on the test phone. */
const PRESSABLE = ['quick_reply', 'copy_code', 'flow', 'catalog']

interface TemplateContentProps {
  text: string | null
  shown: ShownTemplate
  /** For the customer: presses a button. */
  onPress?: (button: ShownButton) => void
}

export function TemplateContent({ text, shown, onPress }: TemplateContentProps) {
  const { header, place, footer, buttons } = shown
  const catalog = buttons.find(({ type }) => type === 'catalog')
  return (
    <>
      {header !== null && (
        <span className={classes.templateHeader} dir="auto">
          {header}
        </span>
      )}
      {place !== null && <PlaceCard place={place} />}
      {catalog !== undefined && (
        <Card
          icon={IconPhoto}
          title={catalog.target === null ? m.template_first_product() : m.template_product({ id: catalog.target })}
        />
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
          {buttons.map((button, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- the buttons of one template stay in their places
            <li key={index} title={button.target ?? undefined}>
              {onPress && PRESSABLE.includes(button.type) ? (
                <button type="button" onClick={() => onPress(button)}>
                  <ButtonWords button={button} />
                </button>
              ) : (
                <ButtonWords button={button} />
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** With the code, which differs from message to message. */
function ButtonWords({ button: { type, text, target } }: { button: ShownButton }) {
  const Icon = ICONS[type]
  return (
    <>
      {Icon && <Icon size={14} stroke={1.8} aria-hidden />}
      <bdi>{text || (OWN_WORDS[type]?.() ?? '—')}</bdi>
      {type === 'copy_code' && target !== null && <bdi className={classes.templateCode}>{target}</bdi>}
    </>
  )
}
