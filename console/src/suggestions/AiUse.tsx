// What AIs may do with one tag: Off, Suggest or Apply, and how sure they must be. The same in the catalog and under Settings.
import { NumberInput, SegmentedControl } from '@mantine/core'
import { useId, useState } from 'react'
import { AI_MODES, type AiMode } from '../../../server/analysis/schema.ts'
import { m } from '../paraglide/messages.js'
import classes from './Suggestions.module.css'

export const modeWords: Record<AiMode, () => string> = {
  off: () => m.ai_mode_off(),
  suggest: () => m.ai_mode_suggest(),
  apply: () => m.ai_mode_apply(),
}

export interface AiUseChanges {
  mode?: AiMode
  threshold?: number
}

interface AiUseProps {
  /** Of the tag. */
  name: string
  mode: AiMode
  /** From 0 to 1, as it is saved. */
  threshold: number
  /** Whether every change is told, and not only what somebody has finished writing. */
  each?: boolean
  onChange: (changes: AiUseChanges) => void
}

export function AiUse({ name, mode, threshold, each = false, onChange }: AiUseProps) {
  const saved = Math.round(threshold * 100)
  const [percent, setPercent] = useState<number | string>(saved)
  const text = useId()
  const shareOf = (written: number | string): number | null => {
    const share = Number(written) / 100
    return written !== '' && share >= 0 && share <= 1 ? share : null
  }
  const save = () => {
    const share = shareOf(percent)
    if (share === null) setPercent(saved)
    else if (each || Number(percent) !== saved) onChange({ threshold: share })
  }
  return (
    <div className={classes.use}>
      <SegmentedControl
        size="xs"
        aria-label={m.ai_may_named({ name })}
        data={AI_MODES.map((value) => ({ value, label: modeWords[value]() }))}
        value={mode}
        onChange={(value) => onChange({ mode: value })}
      />
      <div className={classes.threshold}>
        <span id={text} title={m.ai_threshold_text()}>
          {m.ai_threshold()}
        </span>
        <NumberInput
          size="xs"
          w={90}
          min={0}
          max={100}
          suffix=" %"
          allowDecimal={false}
          aria-label={m.ai_threshold_named({ name })}
          aria-describedby={text}
          disabled={mode !== 'apply'}
          value={percent}
          onChange={(written) => {
            setPercent(written)
            const share = each ? shareOf(written) : null
            if (share !== null) onChange({ threshold: share })
          }}
          onBlur={save}
          onKeyDown={(event) => event.key === 'Enter' && save()}
        />
      </div>
    </div>
  )
}
