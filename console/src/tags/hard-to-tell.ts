// Tags that cannot be guessed from a description: moods, outcomes, and what only the business knows of a customer.
import { fold } from '../lib/fold.ts'

/** What kind it is, and the word that shows it. */
export interface HardToTell {
  kind: 'mood' | 'outcome' | 'standing'
  word: string
}

// As whole words, folded: without case and accents. The last line of each is Chinese, which has no spaces.
const WORDS: Record<HardToTell['kind'], RegExp> = {
  mood: wordsOf(
    `angry|anger|upset|furious|frustrat\\w+|annoyed|irritated|unhappy|dissatisfied|satisfied|delighted|impatient|rude|aggressive|grateful|sentiment|mood
    |enfadad[oa]|enojad[oa]|furios[oa]|frustrad[oa]|molest[oa]s?|descontent[oa]|insatisfech[oa]|satisfech[oa]|impaciente|maleducad[oa]
    |irritad[oa]|zangad[oa]|brav[oa]|chatead[oa]|insatisfeit[oa]|satisfeit[oa]`,
    '生气|愤怒|不满|沮丧|不高兴|满意|不耐烦|情绪',
  ),
  outcome: wordsOf(
    `no[- ]?shows?|churn\\w*|at risk|(?:deal|lead|sale)s? (?:won|lost)|(?:won|lost) (?:deal|lead|sale|customer)s?|closed won|converted|resolved|unresolved|escalated|escalation|follow(?:ed)?[- ]up|upsold|retained
    |no se presento|no asistio|perdid[oa] como cliente|en riesgo|convertid[oa]|resuelt[oa]|sin resolver|escalad[oa]
    |nao compareceu|faltou|em risco|convertid[oa]|resolvid[oa]|nao resolvid[oa]|escalonad[oa]`,
    '未到场|爽约|流失|已成交|已解决|未解决|已升级|跟进',
  ),
  standing: wordsOf(
    `vip|high[- ]value|big spender|loyal|regular customer|repeat customer|blacklist\\w*|hot lead|cold lead|warm lead|qualified lead|influencer|employee|segment
    |alto valor|fiel|cliente habitual|lista negra|cliente frecuente|cliente frecuente|empleado
    |cliente fiel|cliente recorrente|lista negra|funcionari[oa]`,
    '贵宾|大客户|老客户|黑名单|高价值|员工',
  ),
}

function wordsOf(spaced: string, unspaced: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${spaced.replace(/\s*\n\s*/gu, '')})(?![\\p{L}\\p{N}])|${unspaced}`, 'u')
}

/** What such customers write, in quotation marks: with it there is something to go by. */
const QUOTED = /“[^”]{3,}”|"[^"]{3,}"|«[^»]{3,}»|「[^」]{2,}」/u

/** Whether a tag is of a kind that the built-in classifier can hardly tell by these words; null when nothing speaks for that. */
export function hardToTell({ name, description }: { name: string; description: string }): HardToTell | null {
  if (QUOTED.test(description)) return null
  for (const text of [name.replace(/_/gu, ' '), description]) {
    const folded = fold(text)
    for (const kind of ['mood', 'outcome', 'standing'] as const) {
      const word = WORDS[kind].exec(folded)?.[0]
      if (word !== undefined) return { kind, word: asWritten(word, text) }
    }
  }
  return null
}

/** The word with its capitals and accents, where it can be found. */
function asWritten(word: string, text: string): string {
  const at = text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').indexOf(word)
  const composed = text.normalize('NFC')
  return at === -1 || composed.length !== fold(text).length ? word : composed.slice(at, at + word.length)
}
