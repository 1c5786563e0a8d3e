// What tagging is promised to do, beside what was seen: the gates, each held or not.
import { mean } from './scoring.ts'

/** One run over one catalog. */
export interface Seen {
  catalog: string
  shots: number
  /** The share of the examples' tags that was forgotten. */
  drop: number
  micro_f1: number
  precision: number
  foreign_share: number
}

/** Of means over the catalogs, at the threshold from which a tag is put on; the last is what would be good. */
const GATES = new Map([
  [0, { f1: 0.44, precision: 0.76, foreign: 0.06, stretch: 0.52 }],
  [3, { f1: 0.55, precision: 0.78, foreign: 0.06, stretch: 0.65 }],
  [10, { f1: 0.64, precision: 0.8, foreign: 0.06, stretch: 0.72 }],
  [50, { f1: 0.74, precision: 0.8, foreign: 0.09, stretch: 0.8 }],
])
/** So many examples are compared with none, and with as many whose tags were forgotten in part. */
const COMPARED = 10
/** What forgetting 30 % may cost. */
const MOST_LOST = 0.06
const FORGOTTEN = 0.3

export interface Gate {
  what: string
  promised: string
  seen: string
  held: boolean
}

/** Every gate of which something was seen. What is only good to have is not a gate, and told with the gate of F1. */
export function gatesOf(rows: readonly Seen[]): Gate[] {
  const whole = rows.filter(({ drop }) => drop === 0)
  return [
    ...[...GATES].flatMap(([shots, gate]) => gatesAt(whole, shots, gate)),
    ...risesOf(whole),
    ...forgettingOf(rows),
  ]
}

type Bounds = typeof GATES extends Map<number, infer B> ? B : never

function gatesAt(rows: readonly Seen[], shots: number, { f1, precision, foreign, stretch }: Bounds): Gate[] {
  const of = rows.filter((row) => row.shots === shots)
  if (of.length === 0) return []
  const seen = {
    f1: mean(of.map((row) => row.micro_f1)),
    precision: mean(of.map((row) => row.precision)),
    foreign: mean(of.map((row) => row.foreign_share)),
  }
  const good = seen.f1 >= stretch ? ', which would be good' : ''
  return [
    {
      what: `F1 at ${shots}`,
      promised: `at least ${f1.toFixed(2)} (good: ${stretch.toFixed(2)})`,
      seen: `${seen.f1.toFixed(3)}${good}`,
      held: seen.f1 >= f1,
    },
    {
      what: `precision at ${shots}`,
      promised: `at least ${precision.toFixed(2)}`,
      seen: seen.precision.toFixed(3),
      held: seen.precision >= precision,
    },
    {
      what: `foreign tagged at ${shots}`,
      promised: `at most ${(100 * foreign).toFixed(0)} %`,
      seen: `${(100 * seen.foreign).toFixed(1)} %`,
      held: seen.foreign <= foreign,
    },
  ]
}

/** In every catalog examples must help. */
function risesOf(rows: readonly Seen[]): Gate[] {
  return catalogsOf(rows).flatMap((catalog): Gate[] => {
    const [none, ten] = [0, COMPARED].map((shots) => f1Of(rows, catalog, shots))
    if (none == null || ten == null) return []
    return [
      {
        what: `${catalog}: F1 at ${COMPARED} above F1 at 0`,
        promised: 'above',
        seen: `${ten.toFixed(3)}, from ${none.toFixed(3)}`,
        held: ten > none,
      },
    ]
  })
}

/** What it costs when people forget to tag. */
function forgettingOf(rows: readonly Seen[]): Gate[] {
  return [...new Set(rows.map(({ drop }) => drop))]
    .filter((drop) => drop > 0)
    .flatMap((drop): Gate[] => {
      const lost = catalogsOf(rows).flatMap((catalog) => {
        const [all, some] = [0, drop].map((share) =>
          f1Of(
            rows.filter((row) => row.drop === share),
            catalog,
            COMPARED,
          ),
        )
        return all == null || some == null ? [] : [all - some]
      })
      if (lost.length === 0) return []
      const share = `${(100 * drop).toFixed(0)} %`
      return [
        {
          what: `F1 lost at ${COMPARED} with ${share} of the tags forgotten`,
          promised: drop === FORGOTTEN ? `at most ${MOST_LOST.toFixed(2)}` : 'nothing at this share',
          seen: mean(lost).toFixed(3),
          held: drop !== FORGOTTEN || mean(lost) <= MOST_LOST,
        },
      ]
    })
}

const catalogsOf = (rows: readonly Seen[]): string[] => [...new Set(rows.map(({ catalog }) => catalog))]

/** The mean over the seeds; null where it was not run. */
function f1Of(rows: readonly Seen[], catalog: string, shots: number): number | null {
  const of = rows.filter((row) => row.catalog === catalog && row.shots === shots)
  return of.length === 0 ? null : mean(of.map((row) => row.micro_f1))
}

/** The gates as a table. */
export function tableOf(gates: readonly Gate[]): string[] {
  const cells = gates.map(({ what, promised, seen, held }) => [what, promised, seen, held ? 'held' : 'NOT HELD'])
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
}
