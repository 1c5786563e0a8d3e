// Above the box to answer: who else has the conversation open, and who of them writes.
import { useOrganization } from '../access/queries.ts'
import { initials } from '../lib/initials.ts'
import { listWords } from '../lib/lists.ts'
import { m } from '../paraglide/messages.js'
import classes from './AlsoHere.module.css'
import { usePresence } from './told.ts'

const CIRCLES = 4

export function AlsoHere({ conversationId }: { conversationId: string }) {
  const { slug } = useOrganization()
  const { threads } = usePresence(slug)
  const people = threads.find((each) => each.conversation_id === conversationId)?.people ?? []
  const names = (writing: boolean) => people.filter((each) => each.writing === writing).map(({ name }) => name)
  const [writing, reading] = [names(true), names(false)]
  return (
    <div role="status" className={classes.root} data-shown={people.length > 0 || undefined}>
      {people.length > 0 && (
        <>
          <span className={classes.circles} aria-hidden>
            {people.slice(0, CIRCLES).map((each) => (
              <span key={each.id} className={classes.circle} data-writing={each.writing || undefined}>
                {initials(each.name)}
              </span>
            ))}
            {people.length > CIRCLES && <span className={classes.circle}>+{people.length - CIRCLES}</span>}
          </span>
          <span className={classes.words} dir="auto">
            {writing.length > 0 && (
              <span className={classes.writing}>
                {m.presence_writing({ count: writing.length, names: listWords(writing) })}
              </span>
            )}{' '}
            {reading.length > 0 && (
              <span className={classes.reading}>{m.presence_here({ names: listWords(reading) })}</span>
            )}
          </span>
        </>
      )}
    </div>
  )
}
