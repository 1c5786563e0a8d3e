// The tags of the open contact: active ones with where each came from, and those whose tag was deleted.
import { Button, Popover } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState, type Ref, type RefObject } from 'react'
import type { ContactDetail } from '../../../server/contacts/schema.ts'
import type { Assignment } from '../../../server/tags/schema.ts'
import { may, useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { tagsQuery } from '../tags/queries.ts'
import { sourceLabel } from '../tags/source-label.ts'
import { aiWords, whyWords } from '../tags/why-words.ts'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { TagList } from '../ui/TagList.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './ContactPanel.module.css'
import pickerClasses from './TagFilter.module.css'
import { useChangeTag } from './tagging.ts'

/** The second click of a double click must not take off the tag that moved under it. */
const DOUBLE_CLICK_MS = 500

interface ContactTagsProps {
  contact: ContactDetail
  /** The button that opens the picker. */
  adder: RefObject<HTMLButtonElement | null>
}

export function ContactTags({ contact, adder }: ContactTagsProps) {
  const organization = useOrganization()
  const changeTag = useChangeTag(contact.id)
  const title = useRef<HTMLHeadingElement>(null)
  const tookAt = useRef(-Infinity)
  const mayTag = may(organization, 'contacts:tag')

  const take = (assignment: Assignment) => {
    const now = performance.now()
    if (now - tookAt.current < DOUBLE_CLICK_MS) return
    tookAt.current = now
    changeTag.remove(assignment)
    // The button that had the focus is gone.
    const next = adder.current ?? title.current
    next?.focus({ preventScroll: true })
  }

  return (
    <>
      <section className={classes.section} aria-labelledby="active-tags">
        <div className={classes.sectionHead}>
          <h3 id="active-tags" ref={title} tabIndex={-1} className={classes.sectionTitle}>
            {m.active_tags()}
          </h3>
          {mayTag && <AddTag ref={adder} contact={contact} onPick={changeTag.add} />}
        </div>
        {contact.active_tags.length === 0 ? (
          <p className={classes.quiet}>{m.active_tags_none()}</p>
        ) : (
          <ul>
            {contact.active_tags.map((assignment) => (
              <li key={assignment.tag.id} className={classes.tag}>
                <span className={classes.chip}>
                  <TagChip {...assignment.tag}>
                    {assignment.removable && (
                      <button
                        type="button"
                        className={classes.take}
                        aria-label={m.tag_remove({ name: assignment.tag.name })}
                        title={m.tag_remove({ name: assignment.tag.name })}
                        onClick={() => take(assignment)}
                      >
                        <IconX size={12} stroke={2.2} />
                      </button>
                    )}
                  </TagChip>
                </span>
                <Origin assignment={assignment} />
              </li>
            ))}
          </ul>
        )}
      </section>
      {contact.historical_tags.length > 0 && (
        <section className={classes.section} aria-labelledby="historical-tags">
          <div className={classes.sectionHead}>
            <h3 id="historical-tags" className={classes.sectionTitle}>
              {m.historical()}
            </h3>
            <span className={classes.beside}>
              <SmallBadge>{m.read_only()}</SmallBadge>
            </span>
          </div>
          <p className={classes.hint}>{m.historical_hint()}</p>
          <ul>
            {contact.historical_tags.map((assignment) => (
              <li key={assignment.tag.id} className={classes.tag}>
                <span className={classes.chip}>
                  <TagChip {...assignment.tag} deleted />
                </span>
                <Origin assignment={assignment} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

/** `Manual (admin) · 2026-05-30`; below it, over the whole width, what an AI went by. */
function Origin({ assignment }: { assignment: Assignment }) {
  const reason = whyWords(assignment.why)
  const by = m.added_by({ name: assignment.actor.name })
  const { evidence } = assignment
  return (
    <>
      <span className={classes.origin} title={by}>
        {sourceLabel(assignment.source)} ·{' '}
        <Time at={assignment.added_at} form="day" note={reason === '' ? by : `${by}\n${reason}`} />
      </span>
      {evidence && <EvidenceQuote evidence={evidence} reason={reason} />}
      <AiReason why={assignment.why} />
    </>
  )
}

/** What the customer wrote that an AI went by; it leads to the conversation. */
function EvidenceQuote({ evidence, reason }: { evidence: NonNullable<Assignment['evidence']>; reason: string }) {
  const { slug } = useOrganization()
  return (
    <Link
      to="/o/$organization/inbox"
      params={{ organization: slug }}
      search={{ conversation: evidence.conversation_id, message: evidence.message_id }}
      className={classes.evidence}
      dir="auto"
      title={reason}
    >
      {evidence.quote}
    </Link>
  )
}

/** Why an AI meant it, how sure it was, and which model it is. */
function AiReason({ why }: { why: Assignment['why'] }) {
  const words = aiWords(why)
  return words === '' ? null : (
    <span className={classes.why} dir="auto">
      {words}
    </span>
  )
}

interface AddTagProps {
  ref: Ref<HTMLButtonElement>
  contact: ContactDetail
  onPick: (tag: Assignment['tag']) => void
}

function AddTag({ ref, contact, onPick }: AddTagProps) {
  const organization = useOrganization()
  const [opened, setOpened] = useState(false)
  /** Each time a new picker: the one before may still fade out, and has been picked from. */
  const [times, setTimes] = useState(0)
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus width={320}>
      <Popover.Target>
        <Button
          ref={ref}
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} stroke={2} />}
          onClick={() => {
            if (!opened) setTimes(times + 1)
            setOpened(!opened)
          }}
          // Until the picker has the focus, Escape is about it all the same, and not about what it stands in.
          onKeyDown={(event) => {
            if (!opened || event.key !== 'Escape') return
            event.stopPropagation()
            setOpened(false)
          }}
          aria-expanded={opened}
        >
          {m.tag_add()}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={m.tag_add()} aria-labelledby={undefined}>
        <Picker
          key={times}
          slug={organization.slug}
          applied={new Set(contact.active_tags.map((each) => each.tag.id))}
          mayCreate={may(organization, 'tags:write')}
          onPick={(tag) => {
            setOpened(false)
            onPick(tag)
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}

interface PickerProps {
  slug: string
  applied: ReadonlySet<string>
  mayCreate: boolean
  onPick: (tag: Assignment['tag']) => void
}

function Picker({ slug, applied, mayCreate, onPick }: PickerProps) {
  const { data: tags, error, refetch } = useQuery(tagsQuery(slug))
  const picked = useRef(false)
  if (error && !tags) {
    return (
      <div className={pickerClasses.failure}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </div>
    )
  }
  if (tags?.length === 0) {
    return (
      <p className={pickerClasses.none}>
        {m.tags_none_title()}{' '}
        {mayCreate && (
          <Link
            to="/o/$organization/tags"
            params={{ organization: slug }}
            className={pickerClasses.link}
            data-autofocus
          >
            {m.tags_none_create()}
          </Link>
        )}
      </p>
    )
  }
  const available = tags?.filter((tag) => !applied.has(tag.id))
  if (available?.length === 0) return <p className={pickerClasses.none}>{m.tags_all_applied()}</p>
  return (
    <TagList
      tags={available}
      label={m.tags_available()}
      withDescriptions
      onPick={(tag) => {
        // While the picker fades out a second click must not pick the tag that moved up.
        if (picked.current) return
        picked.current = true
        onPick({ id: tag.id, name: tag.name, color: tag.color, deleted: false })
      }}
    />
  )
}
