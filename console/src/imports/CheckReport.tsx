// What the check of a file found: what writing it would do, names of tags to decide about, rows that are refused.
import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { Fragment, useState } from 'react'
import {
  KEEP_REFUSED_DAYS,
  KEEP_UNSTARTED_HOURS,
  MOST_COMPARED,
  type Import,
  type ImportSettings,
} from '../../../server/imports/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import classes from './ImportPage.module.css'
import { saveRefused, useCheckImport, useStartImport } from './queries.ts'
import { TagChoices, type Choices } from './TagChoices.tsx'
import { modeWord, rowWords } from './words.ts'

const choicesIn = (settings: ImportSettings): Choices => new Map(settings.tags.map((each) => [each.name, each]))

export function CheckReport({ file, onColumns }: { file: Import; onColumns: () => void }) {
  const organization = useOrganization()
  const settings = file.settings!
  const result = file.result!
  const check = useCheckImport(organization.slug, file.id)
  const start = useStartImport(organization.slug, file.id)
  const [choices, setChoices] = useState<Choices>(() => choicesIn(settings))
  const asked = file.tags.filter((tag) => tag.state !== 'known')
  const changed = JSON.stringify([...choices.values()]) !== JSON.stringify(settings.tags)
  const count = result.created + result.changed + result.unchanged
  const numbers: [string, number][] = [
    [m.import_count_created(), result.created],
    [m.import_count_changed(), result.changed],
    [m.import_count_unchanged(), result.unchanged],
    [m.import_count_renamed(), result.renamed],
    [m.import_count_tags_added(), result.tags_added],
    [m.import_count_tags_removed(), result.tags_removed],
    [m.import_count_repeated(), result.repeated],
    [m.import_count_refused(), result.refused],
  ]
  return (
    <>
      <section className={classes.card} aria-label={m.import_result()}>
        <h2 className={classes.title}>{m.import_result()}</h2>
        <p className={classes.quiet}>
          {m.import_rows_read({ shown: formatCount(result.rows), count: result.rows })}{' '}
          {settings.columns.tags !== null && `${modeWord(settings.tags_mode)}.`} {m.import_nothing_written()}
        </p>
        <dl className={classes.numbers}>
          {numbers.map(([words, number]) => (
            <div key={words}>
              <dt>{words}</dt>
              <dd>{formatCount(number)}</dd>
            </div>
          ))}
        </dl>
      </section>
      {asked.length > 0 && settings.tags_mode !== 'remove' && (
        <section className={classes.card} aria-label={m.import_tags_unknown()}>
          <h2 className={classes.title}>{m.import_tags_unknown()}</h2>
          <p className={classes.quiet}>{m.import_tags_unknown_text()}</p>
          {asked.length > MOST_COMPARED && (
            <p className={classes.quiet}>{m.import_tags_compared({ shown: formatCount(MOST_COMPARED) })}</p>
          )}
          <TagChoices tags={asked} choices={choices} onChange={setChoices} />
          {changed && (
            <div className={classes.foot}>
              <Button
                variant="default"
                loading={check.isPending}
                onClick={() => check.mutate({ ...settings, tags: [...choices.values()] })}
              >
                {m.import_count_again()}
              </Button>
            </div>
          )}
        </section>
      )}
      {result.refused > 0 && <RefusedRows file={file} />}
      {file.repeated_rows.length > 0 && (
        <section className={classes.card} aria-label={m.import_repeated()}>
          <h2 className={classes.title}>{m.import_repeated()}</h2>
          <p className={classes.quiet}>{m.import_repeated_text()}</p>
          <ul className={classes.rows}>
            {file.repeated_rows.map(({ row, same_as }) => (
              <li key={row}>{m.import_repeated_row({ row: formatCount(row), other: formatCount(same_as) })}</li>
            ))}
          </ul>
          <More shown={file.repeated_rows.length} all={result.repeated} />
        </section>
      )}
      {(check.error ?? start.error) && <ErrorNotice error={check.error ?? start.error} />}
      <p className={classes.quiet}>{m.import_kept({ days: KEEP_REFUSED_DAYS, hours: KEEP_UNSTARTED_HOURS })}</p>
      <div className={classes.foot}>
        {file.undecided_tags > 0 && <span className={classes.quiet}>{m.import_undecided()}</span>}
        {count === 0 && <span className={classes.quiet}>{m.problem_import_nothing_left()}</span>}
        <Button variant="default" onClick={onColumns}>
          {m.import_back()}
        </Button>
        <Button
          disabled={changed || file.undecided_tags > 0 || count === 0}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {m.import_start({ count, shown: formatCount(count) })}
        </Button>
      </div>
    </>
  )
}

function RefusedRows({ file }: { file: Import }) {
  const organization = useOrganization()
  return (
    <section className={classes.card} aria-label={m.import_refused()}>
      <h2 className={classes.title}>{m.import_refused()}</h2>
      <p className={classes.quiet}>{m.import_refused_text()}</p>
      <ul className={classes.rows}>
        {file.refused_rows.map(({ row, reason, cells }) => (
          <li key={row}>
            <strong>{m.import_row_number({ row: formatCount(row) })}</strong> {rowWords(reason)}
            <span className={classes.cells}>
              {cells
                .filter((cell) => cell !== '')
                .map((cell, place) => (
                  // Each reads in its own direction, all of them in that of the row.
                  <Fragment key={place}>
                    {place > 0 && ' · '}
                    <bdi>{cell}</bdi>
                  </Fragment>
                ))}
            </span>
          </li>
        ))}
      </ul>
      <More shown={file.refused_rows.length} all={file.refused_count} />
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} stroke={1.8} />}
          onClick={() => void saveRefused(organization.slug, file.id)}
        >
          {m.import_refused_save()}
        </Button>
      </div>
    </section>
  )
}

function More({ shown, all }: { shown: number; all: number }) {
  if (all <= shown) return null
  return <p className={classes.quiet}>{m.import_and_more({ shown: formatCount(all - shown), count: all - shown })}</p>
}
