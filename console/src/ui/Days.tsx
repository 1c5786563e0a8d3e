// Two days, from and to; what is half typed, or the wrong way round, is not told yet.
import { TextInput } from '@mantine/core'
import { useState, type ChangeEvent } from 'react'
import { m } from '../paraglide/messages.js'

/** Years outside are years that are not written out yet; WhatsApp began in the first. */
const LIMITS = { min: '2009-01-01', max: '2999-12-31' }

interface DaysProps {
  /** As `2026-05-30`; empty for none. */
  first: string
  last: string
  onChange: (first: string, last: string) => void
}

export function Days({ first, last, onChange }: DaysProps) {
  const [draft, setDraft] = useState({ first, last })
  const [seen, setSeen] = useState({ first, last })
  // What comes by Back or a link wins over what is half typed.
  if (seen.first !== first || seen.last !== last) {
    setSeen({ first, last })
    setDraft({ first, last })
  }
  const inOrder = (days: typeof draft) => days.first === '' || days.last === '' || days.first <= days.last
  const edit = (end: 'first' | 'last') => (event: ChangeEvent<HTMLInputElement>) => {
    const { value, validity } = event.currentTarget
    const next = { ...draft, [end]: value }
    setDraft(next)
    if (validity.valid && inOrder(next)) onChange(next.first, next.last)
  }
  return (
    <>
      <TextInput {...LIMITS} type="date" label={m.period_from()} value={draft.first} onChange={edit('first')} />
      <TextInput
        {...LIMITS}
        type="date"
        label={m.period_to()}
        value={draft.last}
        onChange={edit('last')}
        error={!inOrder(draft) && m.period_wrong_order()}
      />
    </>
  )
}
