// What is known of a contact: phone, username, ids by which WhatsApp knows it, first and last seen.
import type { ContactDetail, Identity } from '../../../server/contacts/schema.ts'
import { m } from '../paraglide/messages.js'
import { CopyButton } from '../ui/CopyButton.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './ContactPanel.module.css'
import { identityLabel, identityText } from './identity.ts'

export function ContactFacts({ contact }: { contact: ContactDetail }) {
  // The phone in use stands first anyway; its identity would only repeat it.
  const identities = contact.identities.filter(
    (each) =>
      !(
        each.kind === 'phone' &&
        each.retired_at === null &&
        contact.phone !== null &&
        digits(each.value) === digits(contact.phone)
      ),
  )
  return (
    <dl className={classes.facts}>
      <dt>{m.column_phone()}</dt>
      <dd>
        {contact.phone === null ? (
          <span className={classes.retired}>{m.no_phone()}</span>
        ) : (
          <>
            <span className={classes.value}>{contact.phone}</span>
            <CopyButton text={contact.phone} what={m.what_phone()} />
          </>
        )}
      </dd>
      {contact.username !== null && (
        <>
          <dt>{m.username()}</dt>
          <dd>
            <bdi className={classes.value}>@{contact.username.replace(/^@/, '')}</bdi>
            <CopyButton text={contact.username} what={m.what_username()} />
          </dd>
        </>
      )}
      {identities.map((each) => (
        <IdentityFact key={`${each.kind} ${each.scope} ${each.value}`} identity={each} />
      ))}
      <dt>{m.column_first_seen()}</dt>
      <dd>
        <Time at={contact.first_seen_at} form="minute" />
      </dd>
      <dt>{m.column_last_seen()}</dt>
      <dd>
        {contact.last_seen_at === null ? (
          <span className={classes.retired}>{m.never_wrote()}</span>
        ) : (
          <Time at={contact.last_seen_at} form="minute" />
        )}
      </dd>
    </dl>
  )
}

function IdentityFact({ identity }: { identity: Identity }) {
  const retired = identity.retired_at !== null
  const text = identityText(identity)
  return (
    <>
      <dt className={retired ? classes.retired : undefined}>{identityLabel(identity)}</dt>
      <dd className={retired ? classes.retired : undefined}>
        <span className={classes.value} title={identity.value}>
          <bdi>{text}</bdi>
          {retired && ` · ${m.identity_retired()}`}
        </span>
        <CopyButton text={identity.kind === 'phone' ? text : identity.value} what={identityLabel(identity)} />
      </dd>
    </>
  )
}

const digits = (text: string) => text.replace(/\D/g, '')
