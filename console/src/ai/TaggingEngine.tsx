// Who tags closed conversations; before a language model is chosen, what will be sent to it.
import { Radio } from '@mantine/core'
import { useState } from 'react'
import type { ModelProvider, ModelSettings } from '../../../server/models/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './Ai.module.css'
import { useSetModelSettings } from './queries.ts'
import { hostOf, reasonWords } from './words.ts'

const BUILT_IN = 'built-in'

interface TaggingEngineProps {
  providers: readonly ModelProvider[]
  settings: ModelSettings
}

export function TaggingEngine({ providers, settings }: TaggingEngineProps) {
  const { slug } = useOrganization()
  const set = useSetModelSettings(slug)
  const [asked, setAsked] = useState<ModelProvider | null>(null)
  const choose = (provider: ModelProvider | null) =>
    set.mutate(
      { tagging_provider_id: provider?.id ?? null },
      {
        onSuccess: () => {
          setAsked(null)
          tell(m.models_chosen({ name: provider?.name ?? m.ai_built_in() }))
        },
      },
    )
  return (
    <section className={classes.section} aria-labelledby="tagging-engine">
      <h2 id="tagging-engine">{m.models_tagging()}</h2>
      {set.error && asked === null && <ErrorNotice error={set.error} />}
      <Radio.Group
        aria-labelledby="tagging-engine"
        value={settings.tagging_provider_id ?? BUILT_IN}
        onChange={(value) => {
          const provider = providers.find(({ id }) => id === value)
          set.reset()
          // Nothing is sent before it was said what.
          if (provider) setAsked(provider)
          else choose(null)
        }}
      >
        <div className={classes.choices}>
          <Radio value={BUILT_IN} label={<Choice name={m.ai_built_in()} hint={m.models_tagging_built_in_hint()} />} />
          {providers.map(({ id, name, model, base_url }) => (
            <Radio
              key={id}
              value={id}
              label={<Choice name={name} model={model} hint={m.models_tagging_hint({ host: hostOf(base_url) })} />}
            />
          ))}
        </div>
      </Radio.Group>
      {providers.length === 0 && <p className={classes.text}>{m.models_tagging_none()}</p>}
      <Week week={settings.week} />
      {asked !== null && (
        <ConfirmDialog
          title={m.models_choose_title({ name: asked.name })}
          confirmLabel={m.models_choose_submit()}
          confirming={set.isPending}
          failure={set.error}
          onConfirm={() => choose(asked)}
          onClose={() => setAsked(null)}
        >
          <p>{m.models_choose_sends({ host: hostOf(asked.base_url) })}</p>
          <ul className={classes.sent}>
            <li>{m.models_choose_texts()}</li>
            <li>{m.models_choose_tags()}</li>
            <li>{m.models_choose_present()}</li>
          </ul>
          <p>{m.models_choose_not()}</p>
          <p>{m.models_choose_fails()}</p>
        </ConfirmDialog>
      )}
    </section>
  )
}

const Choice = ({ name, model, hint }: { name: string; model?: string; hint: string }) => (
  <>
    <bdi>{name}</bdi>
    {model !== undefined && (
      <>
        {' · '}
        <bdi>{model}</bdi>
      </>
    )}
    <span className={classes.hint}>{hint}</span>
  </>
)

/** What became of the last analyses; nothing where there were none. */
function Week({ week: { by_model, by_built_in, fallbacks, refused } }: { week: ModelSettings['week'] }) {
  const count = by_model + by_built_in
  if (count === 0) return null
  return (
    <div className={classes.week}>
      <p>
        {m.models_week({
          count,
          shown: formatCount(count),
          by_model: formatCount(by_model),
          by_built_in: formatCount(by_built_in),
        })}
      </p>
      {fallbacks.length > 0 && (
        <ul>
          {fallbacks.map(({ reason, count: times }) => (
            <li key={reason}>{m.models_week_fallback({ shown: formatCount(times), reason: reasonWords(reason) })}</li>
          ))}
        </ul>
      )}
      {refused > 0 && <p>{m.models_week_refused({ count: refused, shown: formatCount(refused) })}</p>}
    </div>
  )
}
