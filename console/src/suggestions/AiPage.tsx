// Settings → AI: what reads conversations that close, and what it may do with each tag.
import { Button, NumberInput, SegmentedControl, Skeleton } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { AI_MODES, type AiMode, type AiTag } from '../../../server/analysis/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { LanguageModels } from '../ai/LanguageModels.tsx'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { tell } from '../ui/toasts.ts'
import { aiTagsQuery, useChangeAiTags } from './queries.ts'
import classes from './Suggestions.module.css'

const modeWords: Record<AiMode, () => string> = {
  off: () => m.ai_mode_off(),
  suggest: () => m.ai_mode_suggest(),
  apply: () => m.ai_mode_apply(),
}

export const AiPage = () => (
  <Allowed permission="tags:write">
    <Ai />
  </Allowed>
)

function Ai() {
  const organization = useOrganization()
  const { data: tags, error, refetch } = useQuery(aiTagsQuery(organization.slug))
  const change = useChangeAiTags(organization.slug)
  const all = (mode: AiMode) =>
    change.mutate(
      (tags ?? []).map(({ tag }) => ({ id: tag.id, mode })),
      { onSuccess: () => tell(m.ai_all_changed({ mode: modeWords[mode]() })) },
    )
  return (
    <div className={classes.page}>
      <PageHeader title={m.ai()} organization={organization.name} text={m.ai_text()} />
      <div className={classes.content} tabIndex={-1}>
        <LanguageModels />
        <section className={classes.engine} aria-labelledby="ai-engine">
          <h2 id="ai-engine">{m.ai_built_in()}</h2>
          <p>{m.ai_built_in_text()}</p>
          <p>{m.ai_built_in_limits()}</p>
        </section>
        {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {change.error && <ErrorNotice error={change.error} />}
        {!tags && !error && (
          <div role="status" aria-label={m.tags_loading()}>
            <Skeleton height={200} radius={10} />
          </div>
        )}
        {tags?.length === 0 && (
          <EmptyState
            heading="h2"
            icon={<IconSparkles size={28} stroke={1.5} />}
            title={m.tags_none_title()}
            text={m.ai_no_tags()}
          />
        )}
        {tags && tags.length > 0 && (
          <>
            <div className={classes.bar}>
              {AI_MODES.toReversed().map((mode) => (
                <Button key={mode} size="xs" variant="default" loading={change.isPending} onClick={() => all(mode)}>
                  {m.ai_all({ mode: modeWords[mode]() })}
                </Button>
              ))}
            </div>
            <table className={classes.table}>
              <thead>
                <tr>
                  <th scope="col">{m.tag_name()}</th>
                  <th scope="col">{m.ai_may()}</th>
                  <th scope="col">{m.ai_threshold()}</th>
                </tr>
              </thead>
              <tbody>
                {tags.map((tag) => (
                  <TagRow
                    // What was saved elsewhere takes the place of what stands in the field.
                    key={`${tag.tag.id} ${tag.threshold}`}
                    ai={tag}
                    onChange={(changes) => change.mutate([{ id: tag.tag.id, ...changes }])}
                  />
                ))}
              </tbody>
            </table>
          </>
        )}
      </div>
    </div>
  )
}

interface TagRowProps {
  ai: AiTag
  onChange: (changes: { mode?: AiMode; threshold?: number }) => void
}

function TagRow({ ai: { tag, description, mode, threshold }, onChange }: TagRowProps) {
  const [percent, setPercent] = useState<number | string>(Math.round(threshold * 100))
  const save = () => {
    const share = Number(percent) / 100
    if (percent === '' || !(share >= 0 && share <= 1)) setPercent(Math.round(threshold * 100))
    else if (Math.round(threshold * 100) !== Number(percent)) onChange({ threshold: share })
  }
  return (
    <tr>
      <td className={classes.tag}>
        <TagChip {...tag} />
        <p className={classes.about} dir="auto">
          {description === '' ? m.ai_no_description() : description}
        </p>
      </td>
      <td>
        <SegmentedControl
          size="xs"
          aria-label={m.ai_may_named({ name: tag.name })}
          data={AI_MODES.map((value) => ({ value, label: modeWords[value]() }))}
          value={mode}
          onChange={(value) => onChange({ mode: value })}
        />
      </td>
      <td>
        <NumberInput
          size="xs"
          w={90}
          min={0}
          max={100}
          suffix=" %"
          allowDecimal={false}
          aria-label={m.ai_threshold_named({ name: tag.name })}
          disabled={mode !== 'apply'}
          value={percent}
          onChange={setPercent}
          onBlur={save}
          onKeyDown={(event) => event.key === 'Enter' && save()}
        />
      </td>
    </tr>
  )
}
