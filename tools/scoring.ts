// Counts right, wrong and missed tags, and says what that is as F1.

type Counts = { right: number; wrong: number; missed: number }

const f1 = ({ right, wrong, missed }: Counts): number => (right === 0 ? 0 : (2 * right) / (2 * right + wrong + missed))

export interface Score {
  /** Counts a conversation: the tags that it has, and those that it was given. */
  count(labels: ReadonlySet<string>, given: ReadonlySet<string>): void
  /** The share of conversations without a tag that got none; null when there are none. */
  leftAlone(): number | null
  /** Micro figures over all decisions; macro-F1 is the mean over the tags that occur or were given. */
  figures(): { micro_f1: number; macro_f1: number; precision: number; recall: number }
}

/** The score of one run over a catalog of these tags. */
export function newScore(ids: readonly string[]): Score {
  const tags = new Map(ids.map((tag): [string, Counts] => [tag, { right: 0, wrong: 0, missed: 0 }]))
  let untagged = 0
  let alone = 0
  return {
    count(labels, given) {
      for (const [tag, counts] of tags) {
        if (labels.has(tag)) counts[given.has(tag) ? 'right' : 'missed']++
        else if (given.has(tag)) counts.wrong++
      }
      if (labels.size > 0) return
      untagged++
      if (given.size === 0) alone++
    },
    leftAlone: () => (untagged === 0 ? null : alone / untagged),
    figures() {
      const all: Counts = { right: 0, wrong: 0, missed: 0 }
      const each: number[] = []
      for (const counts of tags.values()) {
        for (const kind of ['right', 'wrong', 'missed'] as const) all[kind] += counts[kind]
        if (counts.right + counts.wrong + counts.missed > 0) each.push(f1(counts))
      }
      return {
        micro_f1: f1(all),
        macro_f1: mean(each),
        precision: all.right + all.wrong === 0 ? 1 : all.right / (all.right + all.wrong),
        recall: all.right + all.missed === 0 ? 1 : all.right / (all.right + all.missed),
      }
    },
  }
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, x) => sum + x, 0) / values.length
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
