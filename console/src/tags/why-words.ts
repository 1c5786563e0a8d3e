// Why a tag was put on or taken off, in words: what Earmark itself noted, or the reason that was given.
import type { Why } from '../../../server/tags/schema.ts'
import { aiReasonWords, engineWords } from '../ai/words.ts'
import { percentWords } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'

/** The empty text where nothing is known. */
export function whyWords(why: Why | null): string {
  const reason = why?.['reason']
  if (typeof reason !== 'string') return ''
  if (reason === 'bulk_change') return m.why_bulk_change()
  if (reason === 'undo') return m.why_undo()
  const file = why?.['file_name']
  if (reason === 'import' && typeof file === 'string') return m.why_import({ name: file })
  const sure = typeof why?.['confidence'] === 'number' ? percentWords(why['confidence']) : ''
  if (reason === 'analysis') return m.why_analysis({ sure })
  if (reason === 'agent') return sure === '' ? m.why_agent_plain() : m.why_agent({ sure })
  if (reason === 'suggestion') return sure === '' ? m.why_suggestion_asked() : m.why_suggestion({ sure })
  if (reason !== 'merged') return reason
  const tag = why?.['merged_tag']
  return typeof tag === 'string' ? m.why_tags_merged({ name: tag }) : m.why_contacts_merged()
}

/** What an AI said of it: its reason, if it gave one, with its name and how sure it was. Empty where no AI had a part. */
export function aiWords(why: Why | null): string {
  const { engine, confidence, words } = why ?? {}
  if (typeof engine !== 'string') return ''
  const who = engineWords(engine) + (typeof confidence === 'number' ? `, ${percentWords(confidence)}` : '')
  const reason = aiReasonWords(engine, typeof words === 'string' && words !== '' ? words : null)
  return reason === null ? who : reasonBy(reason, who)
}

/** The name of a model is apart from the direction of the reason, which may be written from right to left. */
export const reasonBy = (words: string, engine: string): string =>
  m.why_engine({ words, engine: `\u2068${engine}\u2069` })
