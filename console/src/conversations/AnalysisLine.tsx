// Below a closed conversation: what the AI made of it, which one it was, and why it was not the language model that was chosen.
import { useQuery } from '@tanstack/react-query'
import type { Analysis } from '../../../server/analysis/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { analysisQuery } from '../ai/queries.ts'
import { engineWords, reasonWords } from '../ai/words.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from './ConversationPane.module.css'

export function AnalysisLine({ conversationId }: { conversationId: string }) {
  const { slug } = useOrganization()
  // What cannot be read is no news: the thread says what is wrong with the connection.
  const { data: analysis } = useQuery(analysisQuery(slug, conversationId))
  if (!analysis) return null
  return (
    <p className={classes.analysis} data-analysis={analysis.state}>
      {analysisWords(analysis)}
    </p>
  )
}

function analysisWords({ state, engine, fallback, guarded, ...counts }: Analysis): string {
  if (state === 'waiting') return m.analysis_waiting()
  const because = fallback === null ? [] : [m.analysis_fallback({ reason: reasonWords(fallback) })]
  if (state === 'failed') return [m.analysis_failed(), ...because].join(' · ')
  const { applied, suggested, held_back, refused } = counts
  const parts = [
    ...(applied > 0 ? [m.analysis_applied({ shown: formatCount(applied) })] : []),
    ...(suggested > 0 ? [m.analysis_suggested({ shown: formatCount(suggested) })] : []),
    ...(held_back > 0 ? [m.analysis_held_back({ shown: formatCount(held_back) })] : []),
    ...(refused > 0 ? [m.analysis_refused({ shown: formatCount(refused) })] : []),
  ]
  return [
    m.analysis_done({ engine: engineWords(engine ?? 'built-in') }),
    ...because,
    ...(parts.length === 0 ? [m.analysis_nothing()] : parts),
    ...(guarded ? [m.analysis_guarded()] : []),
  ].join(' · ')
}
