// How a played customer takes what is sent to them: reads it or not, is out of reach, fails with an error of Meta's, or late.
import { Checkbox, NativeSelect, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { ERROR_TITLES } from '../../../server/test-phone/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import classes from './BehaviourBar.module.css'
import { useBehave, type Customer } from './queries.ts'

export function BehaviourBar({ customer: { id, behaviour } }: { customer: Customer }) {
  const { slug } = useOrganization()
  const { mutate, error } = useBehave(slug, id)
  const [delay, setDelay] = useState<string | number>(behaviour.delay_seconds)
  const change = (changes: Partial<typeof behaviour>) => mutate({ ...behaviour, ...changes })
  return (
    <fieldset className={classes.root} aria-label={m.test_behaviour()}>
      <Checkbox
        label={m.test_behaviour_reads()}
        checked={behaviour.reads}
        onChange={(event) => change({ reads: event.currentTarget.checked })}
      />
      <Checkbox
        label={m.test_behaviour_silent()}
        checked={behaviour.silent}
        onChange={(event) => change({ silent: event.currentTarget.checked })}
      />
      <label className={classes.field}>
        {m.test_behaviour_delay()}
        <NumberInput
          className={classes.delay}
          value={delay}
          min={0}
          max={3600}
          allowDecimal={false}
          clampBehavior="strict"
          onChange={setDelay}
          onBlur={() => {
            const seconds = Math.floor(Number(delay)) || 0
            setDelay(seconds)
            if (seconds !== behaviour.delay_seconds) change({ delay_seconds: seconds })
          }}
        />
      </label>
      <label className={classes.field}>
        {m.test_behaviour_refuses()}
        <NativeSelect
          value={behaviour.refuses_with ?? ''}
          onChange={({ currentTarget: { value } }) => change({ refuses_with: value === '' ? null : Number(value) })}
          data={[
            { value: '', label: m.test_behaviour_refuses_not() },
            // As Meta writes them, in every language.
            ...ERROR_TITLES.map(([code, title]) => ({ value: String(code), label: `${code} ${title}` })),
          ]}
        />
      </label>
      {error && <ErrorNotice error={error} />}
    </fieldset>
  )
}
