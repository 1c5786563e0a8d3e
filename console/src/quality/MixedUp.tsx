// Tags that are mixed up: those that people put on instead of an AI's, and those whose names and descriptions are alike.
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useId, type ReactNode } from 'react'
import type { z } from 'zod'
import { MOST_CORRECTIONS, type Confusion } from '../../../server/analysis/quality-schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount, percentWords } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { overlapsQuery } from './queries.ts'
import classes from './Quality.module.css'

interface SectionProps {
  title: string
  text: string
  children: ReactNode
}

function Section({ title, text, children }: SectionProps) {
  const id = useId()
  return (
    <section className={classes.section} aria-labelledby={id}>
      <h2 id={id} className={classes.title}>
        {title}
      </h2>
      <p className={classes.quiet}>{text}</p>
      {children}
    </section>
  )
}

export const Confused = ({ rows }: { rows: readonly z.output<typeof Confusion>[] }) => (
  <Section title={m.ai_quality_confused()} text={m.ai_quality_confused_text({ most: formatCount(MOST_CORRECTIONS) })}>
    {rows.length === 0 ? (
      <p className={classes.quiet}>{m.ai_quality_confused_none()}</p>
    ) : (
      <table className={classes.pairs}>
        <thead>
          <tr>
            <th scope="col">{m.ai_quality_wrong()}</th>
            <th scope="col">{m.ai_quality_right()}</th>
            <th scope="col" className={classes.number}>
              {m.contacts()}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ taken_off, put_on, times }) => (
            <tr key={`${taken_off.id} ${put_on.id}`}>
              <td>
                <TagChip {...taken_off} />
              </td>
              <td>
                <TagChip {...put_on} />
              </td>
              <td className={classes.number}>{formatCount(times)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </Section>
)

export function Alike() {
  const { slug } = useOrganization()
  const { data, error, refetch } = useQuery(overlapsQuery(slug))
  return (
    <Section title={m.ai_quality_alike()} text={m.ai_quality_alike_text()}>
      {error && !data && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <div role="status" aria-label={m.ai_quality_alike_loading()}>
          <Skeleton mt={8} height={80} radius={10} />
        </div>
      )}
      {data?.overlaps.length === 0 && <p className={classes.quiet}>{m.ai_quality_alike_none()}</p>}
      {data && data.overlaps.length > 0 && (
        <ul className={classes.alike} aria-label={m.ai_quality_alike()}>
          {data.overlaps.map(({ tags: [a, b], words, meaning }) => (
            <li key={`${a.id} ${b.id}`}>
              <TagChip {...a} /> <TagChip {...b} />
              <span className={classes.share}>{m.ai_quality_alike_words({ share: percentWords(words) })}</span>
              {meaning !== null && (
                <span className={classes.share}>{m.ai_quality_alike_meaning({ share: percentWords(meaning) })}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      {data && data.compared < data.all && (
        <p className={classes.quiet}>
          {m.ai_quality_alike_part({ compared: formatCount(data.compared), all: formatCount(data.all) })}
        </p>
      )}
    </Section>
  )
}
