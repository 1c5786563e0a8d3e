// A contact as one side of a conflict: who it is, what it carries, since when it is known, and the way to it.
import { Link } from '@tanstack/react-router'
import type { Conflict } from '../../../server/contacts/conflicts-schema.ts'
import type { Contact, Identity } from '../../../server/contacts/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { identityLabel, identityText } from '../contacts/identity.ts'
import { m } from '../paraglide/messages.js'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { TagChips } from '../ui/TagChips.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './ConflictCard.module.css'
import { nameOf } from './words.ts'

interface ConflictSideProps {
  label: string
  contact: Contact | null
  misfit: Conflict['identity']
}

export function ConflictSide({ label, contact, misfit }: ConflictSideProps) {
  const organization = useOrganization()
  return (
    <section className={classes.side}>
      <h3 className={classes.sideLabel}>{label}</h3>
      {contact === null ? (
        <p className={classes.soft}>{m.conflict_erased()}</p>
      ) : (
        <>
          <p className={classes.nameLine}>
            <Link
              to="/o/$organization/contacts"
              params={{ organization: organization.slug }}
              search={{ contact: contact.id }}
              className={classes.name}
              title={nameOf(contact)}
              aria-label={m.conflict_contact_open({ name: nameOf(contact) })}
              dir="auto"
            >
              {nameOf(contact)}
            </Link>
            {contact.test && <SmallBadge title={m.test_contact_title()}>{m.test()}</SmallBadge>}
          </p>
          <dl className={classes.sideFacts}>
            {contact.username !== null && contact.username !== '' && (
              <>
                <dt>{m.username()}</dt>
                <dd>
                  <bdi className={classes.value}>@{contact.username.replace(/^@/, '')}</bdi>
                </dd>
              </>
            )}
            {contact.identities.toSorted(currentFirst).map((each) => (
              <IdentityLine key={`${each.kind} ${each.scope} ${each.value}`} identity={each} misfit={misfit} />
            ))}
            <dt>{m.column_first_seen()}</dt>
            <dd>
              <Time at={contact.first_seen_at} />
            </dd>
            <dt>{m.column_last_seen()}</dt>
            <dd>{contact.last_seen_at === null ? m.never_wrote() : <Time at={contact.last_seen_at} />}</dd>
          </dl>
          {contact.tags.length > 0 && <TagChips tags={contact.tags} reachable />}
        </>
      )}
    </section>
  )
}

/** What is in use, the phone before the IDs; then what was. */
const currentFirst = (a: Identity, b: Identity): number =>
  Number(a.retired_at !== null) - Number(b.retired_at !== null) ||
  Number(a.kind !== 'phone') - Number(b.kind !== 'phone')

function IdentityLine({ identity, misfit }: { identity: Identity; misfit: Conflict['identity'] }) {
  const fits = identity.kind !== misfit.kind || identity.scope !== misfit.scope || identity.value !== misfit.value
  const whole = identity.kind === 'phone' ? `+${identity.value.replace(/\D/g, '')}` : identity.value
  return (
    <>
      <dt>{identityLabel(identity)}</dt>
      <dd>
        <bdi className={classes.value} data-misfit={!fits || undefined} title={whole}>
          {identityText(identity)}
        </bdi>
        {identity.retired_at !== null && ` · ${m.identity_retired()}`}
      </dd>
    </>
  )
}
