// What an AI agent told colleagues when it handed the conversation over; it stands in the thread, and customers never see it.
import type { HandOver } from '../../../server/ai-agents/schema.ts'
import { AiMark } from '../ai-agents/AiMark.tsx'
import { reasonWords } from '../ai-agents/words.ts'
import { m } from '../paraglide/messages.js'
import { Time } from '../ui/Time.tsx'
import classes from './Thread.module.css'

export function HandOverNote({ handOver: { at, agent, reason, summary } }: { handOver: HandOver }) {
  const why = reasonWords({ kind: 'handed_over', reason, words: null })
  return (
    <div className={classes.note} role="note">
      <p className={classes.noteHead}>
        <strong>
          <bdi>{m.thread_handed_over({ name: agent.name })}</bdi>
        </strong>
        <AiMark />
        <Time at={at} form="minute" />
      </p>
      {why !== '' && <p>{why}</p>}
      {summary !== null && (
        <p className={classes.noteWords} dir="auto">
          {summary}
        </p>
      )}
      <p className={classes.notePrivate}>{m.thread_handed_over_private()}</p>
    </div>
  )
}
