// Which column is which, how the file is read, and what is done with its tags; the first rows show whether it is right.
import { Button, Checkbox, NativeSelect, Radio, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  IMPORT_FIELDS,
  type Columns,
  type Encoding,
  type Import,
  type ImportPreview,
  type Separator,
  type TagsMode,
} from '../../../server/imports/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { isProblem } from '../lib/api.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import classes from './ImportPage.module.css'
import { PortfolioChoice } from './PortfolioChoice.tsx'
import { previewQuery, useCheckImport } from './queries.ts'
import { ENCODING_NAMES, fieldWord, modeWord, separatorWord } from './words.ts'

/** The file itself is refused: asking again would be answered the same. */
const isOfFile = (error: unknown) => isProblem(error, 422) || isProblem(error, 409)

interface Reading {
  encoding?: Encoding | undefined
  separator?: Separator | undefined
}

export function ColumnsForm({ file, onChecking }: { file: Import; onChecking: () => void }) {
  const organization = useOrganization()
  const { settings } = file
  const [reading, setReading] = useState<Reading>(
    settings ? { encoding: settings.encoding, separator: settings.separator } : {},
  )
  const {
    data: preview,
    error,
    refetch,
    isPlaceholderData,
  } = useQuery(previewQuery(organization.slug, file.id, reading))
  if (!preview && !error)
    return (
      <div role="status" aria-label={m.import_looking()}>
        <Skeleton height={220} radius={10} />
      </div>
    )
  return (
    <section className={classes.card} aria-label={m.import_columns()} data-stale={isPlaceholderData || undefined}>
      <h2 className={classes.title}>{m.import_columns()}</h2>
      <div className={classes.choices}>
        <NativeSelect
          label={m.import_encoding()}
          value={reading.encoding ?? preview?.encoding ?? 'utf-8'}
          data={Object.entries(ENCODING_NAMES).map(([value, label]) => ({ value, label }))}
          onChange={(event) => setReading({ ...reading, encoding: event.currentTarget.value as Encoding })}
        />
        <NativeSelect
          label={m.import_separator()}
          value={reading.separator ?? preview?.separator ?? ','}
          data={([',', ';', '\t'] as const).map((value) => ({ value, label: separatorWord(value) }))}
          onChange={(event) => setReading({ ...reading, separator: event.currentTarget.value as Separator })}
        />
      </div>
      {error && <ErrorNotice error={error} {...(isOfFile(error) ? {} : { onRetry: () => void refetch() })} />}
      {preview && !error && (
        <Mapping
          key={`${preview.encoding} ${preview.separator}`}
          file={file}
          preview={preview}
          onChecking={onChecking}
        />
      )}
    </section>
  )
}

function Mapping({ file, preview, onChecking }: { file: Import; preview: ImportPreview; onChecking: () => void }) {
  const organization = useOrganization()
  const check = useCheckImport(organization.slug, file.id)
  const before = file.settings
  const isSame = before?.encoding === preview.encoding && before.separator === preview.separator
  const [columns, setColumns] = useState<Columns>(before && isSame ? before.columns : preview.columns)
  const [mode, setMode] = useState<TagsMode>(before?.tags_mode ?? 'add')
  const [clears, setClears] = useState(before?.empty_clears ?? false)
  const [bare, setBare] = useState(before?.bare_phones ?? false)
  const [creates, setCreates] = useState(before?.create_contacts ?? true)
  const [portfolio, setPortfolio] = useState(before?.portfolio_id)
  const { phone } = columns
  const names = preview.header.map((name, place) => ({
    value: String(place),
    label: name.trim() === '' ? m.import_column_unnamed({ place: place + 1 }) : name,
  }))
  const begin = () => {
    if (phone === null) return
    check.mutate(
      {
        encoding: preview.encoding,
        separator: preview.separator,
        columns: { ...columns, phone },
        bare_phones: bare,
        ...(portfolio === undefined ? {} : { portfolio_id: portfolio }),
        create_contacts: creates,
        tags_mode: mode,
        empty_clears: clears,
        tags: before?.tags ?? [],
      },
      { onSuccess: onChecking },
    )
  }
  return (
    <>
      <div className={classes.choices}>
        {IMPORT_FIELDS.map((field) => (
          <NativeSelect
            key={field}
            label={fieldWord(field)}
            required={field === 'phone'}
            withAsterisk={field === 'phone'}
            value={String(columns[field] ?? '')}
            data={[{ value: '', label: m.import_column_none() }, ...names]}
            onChange={(event) => {
              const { value } = event.currentTarget
              setColumns({ ...columns, [field]: value === '' ? null : Number(value) })
            }}
          />
        ))}
      </div>
      <PortfolioChoice chosen={portfolio} onChoose={setPortfolio} />
      <FirstRows preview={preview} columns={columns} />
      {columns.tags !== null && (
        <Radio.Group label={m.import_mode()} value={mode} onChange={(value) => setMode(value)}>
          <div className={classes.options}>
            {(['add', 'replace', 'remove'] as const).map((each) => (
              <Radio key={each} value={each} label={modeWord(each)} />
            ))}
          </div>
        </Radio.Group>
      )}
      <div className={classes.options}>
        {columns.tags !== null && mode === 'replace' && (
          <Checkbox
            label={m.import_empty_clears()}
            checked={clears}
            onChange={(event) => setClears(event.currentTarget.checked)}
          />
        )}
        <Checkbox
          label={m.import_create_contacts()}
          checked={creates}
          onChange={(event) => setCreates(event.currentTarget.checked)}
        />
        <Checkbox
          label={m.import_bare_phones()}
          checked={bare}
          onChange={(event) => setBare(event.currentTarget.checked)}
        />
      </div>
      {check.error && <ErrorNotice error={check.error} />}
      <div className={classes.foot}>
        {phone === null && <span className={classes.quiet}>{m.import_phone_needed()}</span>}
        <Button disabled={phone === null} loading={check.isPending} onClick={begin}>
          {m.import_check()}
        </Button>
      </div>
    </>
  )
}

function FirstRows({ preview: { header, rows }, columns }: { preview: ImportPreview; columns: Columns }) {
  const fieldAt = new Map(IMPORT_FIELDS.map((field) => [columns[field], field]))
  return (
    // Whoever has no mouse scrolls it by the arrow keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={m.import_first_rows()}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{m.import_row()}</th>
            {header.map((name, place) => {
              const field = fieldAt.get(place)
              return (
                // A header may name two columns alike: their place tells them apart.
                // oxlint-disable-next-line react/no-array-index-key
                <th key={place} scope="col" data-used={field !== undefined}>
                  <bdi>{name === '' ? m.import_column_unnamed({ place: place + 1 }) : name}</bdi>
                  <span className={classes.field}>{field === undefined ? m.import_not_used() : fieldWord(field)}</span>
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ row, cells }) => (
            <tr key={row}>
              <td className={classes.number}>{row}</td>
              {header.map((_, place) => (
                // oxlint-disable-next-line react/no-array-index-key
                <td key={place} data-used={fieldAt.has(place)}>
                  <bdi>{cells[place]}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
