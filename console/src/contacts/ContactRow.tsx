// One contact of the list.
import { IconPhoneOff } from '@tabler/icons-react'
import { memo, type Ref } from 'react'
import type { Contact } from '../../../server/contacts/schema.ts'
import { RowCheckbox } from '../operations/RowCheckbox.tsx'
import { m } from '../paraglide/messages.js'
import { CopyButton } from '../ui/CopyButton.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { TagChips } from '../ui/TagChips.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './ContactTable.module.css'
import { addressOf } from './identity.ts'

interface ContactRowProps {
  ref: Ref<HTMLDivElement>
  contact: Contact
  index: number
  top: number
  /** Whether Tab leads to this row and to what can be done in it. */
  reachable: boolean
  open: boolean
  onOpen: (id: string) => void
  onReach: (index: number) => void
  /** Whether it is chosen; undefined where rows cannot be. */
  selected: boolean | undefined
  onSelect: ((id: string, range: boolean) => void) | undefined
}

export const ContactRow = memo(function ContactRow({
  ref,
  contact,
  index,
  top,
  reachable,
  open,
  onOpen,
  onReach,
  selected,
  onSelect,
}: ContactRowProps) {
  const address = addressOf(contact)
  const tabIndex = reachable ? 0 : -1
  return (
    <div
      ref={ref}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected ?? open}
      aria-current={open || undefined}
      data-index={index}
      tabIndex={tabIndex}
      className={`${classes.columns} ${classes.row}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => {
        if (onSelect && (event.shiftKey || event.ctrlKey || event.metaKey)) onSelect(contact.id, event.shiftKey)
        else onOpen(contact.id)
      }}
      onFocus={() => onReach(index)}
    >
      {onSelect && (
        <RowCheckbox
          name={contact.display_name ?? address.text}
          checked={selected === true}
          tabIndex={tabIndex}
          onToggle={(range) => onSelect(contact.id, range)}
        />
      )}
      <div role="gridcell" className={classes.phone}>
        {address.isPhone ? (
          <span className={classes.number}>{address.text}</span>
        ) : (
          <span className={classes.otherId} title={m.no_phone_title({ id: address.whole })}>
            <bdi>{address.text}</bdi>
            <IconPhoneOff size={13} stroke={1.8} role="img" aria-label={m.no_phone()} />
          </span>
        )}
        <CopyButton
          text={address.whole}
          what={address.isPhone ? m.what_phone() : m.what_id()}
          className={classes.copy}
          tabIndex={tabIndex}
        />
      </div>
      <div role="gridcell" className={classes.name}>
        {contact.display_name === null ? (
          <span className={classes.unknown} title={m.name_unknown()}>
            —
          </span>
        ) : (
          <span className={classes.nameText} dir="auto" title={contact.display_name}>
            {contact.display_name}
          </span>
        )}
        {contact.test && <SmallBadge title={m.test_contact_title()}>{m.test()}</SmallBadge>}
      </div>
      <div role="gridcell" className={classes.tags}>
        <TagChips tags={contact.tags} reachable={reachable} />
      </div>
      <div role="gridcell" className={`${classes.time} ${classes.first}`}>
        <Time at={contact.first_seen_at} />
      </div>
      <div role="gridcell" className={`${classes.time} ${classes.last}`}>
        {contact.last_seen_at === null ? <span title={m.never_wrote()}>—</span> : <Time at={contact.last_seen_at} />}
      </div>
    </div>
  )
})
