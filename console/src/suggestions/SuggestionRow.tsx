// One suggested tag: which, how sure, what the customer wrote, and the two answers.
import { Button } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Suggestion } from '../../../server/analysis/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { aiReasonWords, engineWords } from '../ai/words.ts'
import { percentWords } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { reasonBy } from '../tags/why-words.ts'
import { Quote } from '../ui/Quote.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './Suggestions.module.css'

interface SuggestionRowProps {
  suggestion: Suggestion
  /** Whose it is, where that is not clear. */
  who?: ReactNode
  before?: ReactNode
  busy: boolean
  onAccept: () => void
  onReject: () => void
}

export function SuggestionRow({ suggestion, who, before, busy, onAccept, onReject }: SuggestionRowProps) {
  const organization = useOrganization()
  const { tag, evidence, confidence, engine, reason } = suggestion
  const words = aiReasonWords(engine, reason)
  return (
    <li className={classes.row} data-suggestion={suggestion.id}>
      {before}
      <div className={classes.words}>
        <p className={classes.what}>
          <TagChip {...tag} />
          {confidence !== null && (
            <span className={classes.sure} title={m.suggestion_sure_title()}>
              {percentWords(confidence)}
            </span>
          )}
          {who}
        </p>
        {evidence === null ? (
          <p className={classes.quiet} dir="auto">
            {confidence === null ? m.suggestion_by_key({ name: engine }) : m.suggestion_evidence_gone()}{' '}
            <Link
              to="/o/$organization/inbox"
              params={{ organization: organization.slug }}
              search={{ conversation: suggestion.conversation_id }}
            >
              {m.suggestion_read_conversation()}
            </Link>
          </p>
        ) : (
          <Quote text={evidence.quote}>
            <span className={classes.when}>
              <Time at={evidence.at} form="minute" /> ·{' '}
              <Link
                to="/o/$organization/inbox"
                params={{ organization: organization.slug }}
                search={{ conversation: evidence.conversation_id, message: evidence.message_id }}
              >
                {m.suggestion_read_conversation()}
              </Link>
            </span>
          </Quote>
        )}
        <p className={classes.reason} dir="auto">
          {words === null ? engineWords(engine) : reasonBy(words, engineWords(engine))}
        </p>
      </div>
      <div className={classes.answers}>
        <Button
          size="xs"
          variant="default"
          disabled={busy}
          leftSection={<IconCheck size={14} stroke={2} />}
          aria-label={m.suggestion_accept_named({ name: tag.name })}
          onClick={onAccept}
        >
          {m.suggestion_accept()}
        </Button>
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          disabled={busy}
          leftSection={<IconX size={14} stroke={2} />}
          aria-label={m.suggestion_reject_named({ name: tag.name })}
          onClick={onReject}
        >
          {m.suggestion_reject()}
        </Button>
      </div>
    </li>
  )
}
