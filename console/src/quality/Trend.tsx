// How many tags an AI put on or suggested in each week, as small bars; what people took off or rejected stands out.
import type { TagQuality } from '../../../server/analysis/quality-schema.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from './Quality.module.css'

const HEIGHT = 28
const STEP = 9
const BAR = 6

export function Trend({ weeks }: { weeks: TagQuality['weeks'] }) {
  const all = weeks.map(({ applied, suggested }) => applied + suggested)
  const most = Math.max(1, ...all)
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT))
  return (
    <svg
      className={classes.bars}
      width={weeks.length * STEP}
      height={HEIGHT}
      role="img"
      aria-label={m.ai_quality_trend({ numbers: all.map(formatCount).join(', ') })}
    >
      {weeks.map(({ removed, rejected }, i) => {
        const [height, wrong] = [heightOf(all[i]!), heightOf(removed + rejected)]
        const x = i * STEP
        return (
          // oxlint-disable-next-line react/no-array-index-key -- a week is its place
          <g key={i}>
            <rect x={x} y={HEIGHT - 1} width={BAR} height={1} className={classes.base} />
            <rect x={x} y={HEIGHT - height} width={BAR} height={height} className={classes.bar} />
            <rect x={x} y={HEIGHT - wrong} width={BAR} height={wrong} className={classes.wrong} />
          </g>
        )
      })}
    </svg>
  )
}
