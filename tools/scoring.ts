// Counts right, wrong and missed tags, and says what that is as F1.

type Counts = { right: number; wrong: number; missed: number }

const f1 = ({ right, wrong, missed }: Counts): number => (right === 0 ? 0 : (2 * right) / (2 * right + wrong + missed))

/** The score of one run over one catalog. */
export class Score {
  private readonly tags: Map<string, Counts>
  private untagged = 0
  private alone = 0

  constructor(tags: readonly string[]) {
    this.tags = new Map(tags.map((tag) => [tag, { right: 0, wrong: 0, missed: 0 }]))
  }

  /** Counts a conversation: the tags that it has, and those that it was given. */
  count(labels: ReadonlySet<string>, given: ReadonlySet<string>): void {
    for (const [tag, counts] of this.tags) {
      if (labels.has(tag)) counts[given.has(tag) ? 'right' : 'missed']++
      else if (given.has(tag)) counts.wrong++
    }
    if (labels.size > 0) return
    this.untagged++
    if (given.size === 0) this.alone++
  }

  /** The share of conversations without a tag that got none; null when there are none. */
  leftAlone(): number | null {
    return this.untagged === 0 ? null : this.alone / this.untagged
  }

  /** Micro figures over all decisions; macro-F1 is the mean over the tags that occur or were given. */
  figures(): { micro_f1: number; macro_f1: number; precision: number; recall: number } {
    const all: Counts = { right: 0, wrong: 0, missed: 0 }
    const each: number[] = []
    for (const counts of this.tags.values()) {
      for (const kind of ['right', 'wrong', 'missed'] as const) all[kind] += counts[kind]
      if (counts.right + counts.wrong + counts.missed > 0) each.push(f1(counts))
    }
    return {
      micro_f1: f1(all),
      macro_f1: mean(each),
      precision: all.right + all.wrong === 0 ? 1 : all.right / (all.right + all.wrong),
      recall: all.right + all.missed === 0 ? 1 : all.right / (all.right + all.missed),
    }
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
