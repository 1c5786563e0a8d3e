// One conflict: why it arose, the two sides, and what can be decided or was.
import { Button } from '@mantine/core'
import { IconArrowMerge, IconArrowsSplit2, IconUserCheck } from '@tabler/icons-react'
import type { Conflict, ConflictDecision } from '../../../server/contacts/conflicts-schema.ts'
import { useOrganization } from '../access/queries.ts'
import { identityLabel, shortId } from '../contacts/identity.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { CopyButton } from '../ui/CopyButton.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './ConflictCard.module.css'
import { ConflictSide } from './ConflictSide.tsx'
import { isFinal, useDecideConflict, useUndoDecision } from './queries.ts'
import { decidedBy, reasonText, reasonTitle } from './words.ts'

interface ConflictCardProps {
  conflict: Conflict
  onMerge: () => void
  onDecided: () => void
}

export function ConflictCard({ conflict, onMerge, onDecided }: ConflictCardProps) {
  const { contact, other_contact: other, identity, resolution } = conflict
  const titleId = `conflict-${conflict.id}`
  // After a merge both sides are the contact that stayed.
  const oneContact = resolution === 'merged' || (contact !== null && contact.id === other?.id)
  const alone = conflict.reason === 'possible_new_owner' && other === null
  const value = identity.kind === 'phone' ? `+${identity.value.replace(/\D/g, '')}` : identity.value
  return (
    <article className={classes.card} aria-labelledby={titleId}>
      <header className={classes.head}>
        <h2 id={titleId} className={classes.title}>
          {reasonTitle(conflict.reason)}
        </h2>
        <p className={classes.reason}>{reasonText(conflict.reason)}</p>
      </header>
      <div className={classes.sides} data-one={oneContact || undefined}>
        <ConflictSide
          label={
            oneContact
              ? m.conflict_one_contact()
              : conflict.reason === 'number_taken'
                ? m.conflict_changed()
                : m.conflict_got_message()
          }
          contact={contact}
          misfit={identity}
        />
        {!oneContact &&
          (alone ? (
            <section className={classes.side}>
              <h3 className={classes.sideLabel}>{m.conflict_new_id()}</h3>
              <p className={classes.newId}>
                <span title={value}>{shortId(value)}</span>
                <CopyButton text={value} what={identityLabel(identity)} />
              </p>
              <p className={classes.soft}>
                {resolution === null ? m.conflict_new_id_text() : m.conflict_new_id_text_decided()}
              </p>
            </section>
          ) : (
            <ConflictSide
              label={identity.kind === 'phone' ? m.conflict_has_phone() : m.conflict_has_id()}
              contact={other}
              misfit={identity}
            />
          ))}
      </div>
      <dl className={classes.facts}>
        <div>
          <dt>{m.conflict_misfit()}</dt>
          <dd>
            {identityLabel(identity)}
            <bdi className={classes.value} title={value}>
              {identity.kind === 'phone' ? value : shortId(value)}
            </bdi>
            <CopyButton text={value} what={identityLabel(identity)} />
          </dd>
        </div>
        <div>
          <dt>{m.conflict_detected()}</dt>
          <dd>
            <Time at={conflict.detected_at} />
          </dd>
        </div>
        <div>
          <dt>{m.conflict_last_seen()}</dt>
          <dd>
            <Time at={conflict.last_seen_at} />
          </dd>
        </div>
        <div>
          <dt>{m.conflict_seen()}</dt>
          <dd>{m.conflict_times({ count: conflict.times_seen, shown: formatCount(conflict.times_seen) })}</dd>
        </div>
      </dl>
      {resolution === null ? (
        <Decisions conflict={conflict} alone={alone} onMerge={onMerge} onDecided={onDecided} />
      ) : (
        <Decided conflict={conflict} resolution={resolution} onUndone={onDecided} />
      )}
    </article>
  )
}

interface DecisionsProps extends ConflictCardProps {
  /** Whether there is no other contact, only an ID that came with the number. */
  alone: boolean
}

function Decisions({ conflict, alone, onMerge, onDecided }: DecisionsProps) {
  const organization = useOrganization()
  const decide = useDecideConflict(organization.slug, onDecided)
  const make = (decision: ConflictDecision) => decide.mutate({ conflict, decision })
  const making = decide.isPending ? decide.variables.decision : null
  const mergeable = conflict.contact !== null && conflict.other_contact !== null
  return (
    <footer className={classes.foot}>
      {decide.error !== null && !isFinal(decide.error) && (
        <div className={classes.failure}>
          <ErrorNotice error={decide.error} />
        </div>
      )}
      {alone
        ? conflict.contact !== null && (
            <Button
              leftSection={<IconUserCheck size={16} stroke={1.8} />}
              loading={making === 'same_person'}
              disabled={making === 'kept_apart'}
              onClick={() => make('same_person')}
            >
              {m.conflict_same_person()}
            </Button>
          )
        : mergeable && (
            <Button
              leftSection={<IconArrowMerge size={16} stroke={1.8} />}
              disabled={making !== null}
              aria-haspopup="dialog"
              onClick={onMerge}
            >
              {m.conflict_merge()}
            </Button>
          )}
      <Button
        variant="default"
        leftSection={<IconArrowsSplit2 size={16} stroke={1.8} />}
        loading={making === 'kept_apart'}
        disabled={making === 'same_person'}
        onClick={() => make('kept_apart')}
      >
        {m.conflict_keep_apart()}
      </Button>
    </footer>
  )
}

interface DecidedProps {
  conflict: Conflict
  resolution: NonNullable<Conflict['resolution']>
  onUndone: () => void
}

function Decided({ conflict, resolution, onUndone }: DecidedProps) {
  const organization = useOrganization()
  const undo = useUndoDecision(organization.slug, onUndone)
  return (
    <footer className={classes.foot}>
      <p className={classes.decision}>
        <bdi>{decidedBy(resolution, conflict.resolved_by_name)}</bdi>
        {conflict.resolved_at !== null && (
          <>
            {' · '}
            <Time at={conflict.resolved_at} />
          </>
        )}
      </p>
      <Button
        variant="default"
        loading={undo.isPending}
        aria-label={m.conflict_undo_of({ title: decidedBy(resolution, conflict.resolved_by_name) })}
        onClick={() => undo.mutate(conflict)}
      >
        {m.undo()}
      </Button>
    </footer>
  )
}
