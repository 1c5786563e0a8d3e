// Settings → AI: what reads conversations that close, and what it may do with each tag.
import { Button, Skeleton } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { AI_MODES, type AiMode, type AiTag } from '../../../server/analysis/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { LanguageModels } from '../ai/LanguageModels.tsx'
import { useOrganization } from '../access/queries.ts'
import { BuiltInClassifier, TagLearning } from '../ai/BuiltInClassifier.tsx'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { tell } from '../ui/toasts.ts'
import { AiUse, modeWords } from './AiUse.tsx'
import { aiTagsQuery, useChangeAiTags } from './queries.ts'
import classes from './Suggestions.module.css'

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
        <BuiltInClassifier />
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
                  <th scope="col">{m.learning()}</th>
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
  return (
    <tr>
      <td className={classes.tag}>
        <TagChip {...tag} />
        <p className={classes.about} dir="auto">
          {description === '' ? m.ai_no_description() : description}
        </p>
      </td>
      <td>
        <AiUse name={tag.name} mode={mode} threshold={threshold} onChange={onChange} />
      </td>
      <td>
        <TagLearning id={tag.id} name={tag.name} description={description} threshold={threshold} />
      </td>
    </tr>
  )
}
