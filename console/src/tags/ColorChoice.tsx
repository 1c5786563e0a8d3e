// Choosing a tag's colour: Default and the presets, as one group of radio buttons.
import { IconCheck } from '@tabler/icons-react'
import { useId, type ReactNode } from 'react'
import { TAG_COLORS, type TagColor } from '../../../server/tags/schema.ts'
import { m } from '../paraglide/messages.js'
import classes from './ColorChoice.module.css'

interface ColorChoiceProps {
  value: TagColor | null
  error?: ReactNode
  onChange: (color: TagColor | null) => void
}

export function ColorChoice({ value, error, onChange }: ColorChoiceProps) {
  const errorId = useId()
  return (
    <fieldset className={classes.root} aria-describedby={error ? errorId : undefined}>
      <legend className={classes.legend}>
        {m.tag_color()}
        <span className={classes.chosen}>{colorName(value)}</span>
      </legend>
      <div className={classes.grid}>
        {[null, ...TAG_COLORS].map((color) => (
          <label
            key={color ?? 'default'}
            className={classes.swatch}
            data-tag-color={color ?? 'default'}
            title={colorName(color)}
          >
            <input
              type="radio"
              name="tag-color"
              value={color ?? ''}
              checked={color === value}
              onChange={() => onChange(color)}
              aria-label={colorName(color)}
            />
            {color === value && <IconCheck size={14} stroke={3} aria-hidden />}
          </label>
        ))}
      </div>
      {error && (
        <p id={errorId} className={classes.error}>
          {error}
        </p>
      )}
    </fieldset>
  )
}

export const colorName = (color: TagColor | null): string => names[color ?? 'default']()

const names: Record<TagColor | 'default', () => string> = {
  default: m.color_default,
  red: m.color_red,
  rose: m.color_rose,
  pink: m.color_pink,
  fuchsia: m.color_fuchsia,
  purple: m.color_purple,
  violet: m.color_violet,
  indigo: m.color_indigo,
  blue: m.color_blue,
  sky: m.color_sky,
  cyan: m.color_cyan,
  teal: m.color_teal,
  emerald: m.color_emerald,
  green: m.color_green,
  lime: m.color_lime,
  olive: m.color_olive,
  yellow: m.color_yellow,
  amber: m.color_amber,
  orange: m.color_orange,
  brown: m.color_brown,
  slate: m.color_slate,
}
