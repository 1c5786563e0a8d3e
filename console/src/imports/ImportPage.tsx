// Contacts → Import CSV: a file is chosen, its columns are named, what it would do is counted, and then it is written.
import { Button, Progress, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Import } from '../../../server/imports/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { wordsOf } from '../lib/problem-words.ts'
import { OperationReport } from '../operations/OperationDialog.tsx'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { tellFailure } from '../ui/toasts.ts'
import { CheckReport } from './CheckReport.tsx'
import { ChooseFile } from './ChooseFile.tsx'
import { ColumnsForm } from './ColumnsForm.tsx'
import classes from './ImportPage.module.css'
import { discard, importQuery } from './queries.ts'

export const ImportPage = () => (
  <Allowed permission="contacts:import">
    <Importing />
  </Allowed>
)

function Importing() {
  const organization = useOrganization()
  const { import: id } = useSearch({ from: '/o/$organization/contacts/import' })
  const navigate = useNavigate()
  const goTo = (next: string | undefined) =>
    void navigate({
      to: '/o/$organization/contacts/import',
      params: { organization: organization.slug },
      search: next === undefined ? {} : { import: next },
    })
  return (
    <div className={classes.page}>
      <PageHeader title={m.import_title()} organization={organization.name} text={m.import_text()} />
      <div className={classes.content}>
        {id === undefined ? (
          <ChooseFile onSent={(sent) => goTo(sent.id)} />
        ) : (
          <OneImport key={id} id={id} onOther={() => goTo(undefined)} />
        )}
      </div>
    </div>
  )
}

function OneImport({ id, onOther }: { id: string; onOther: () => void }) {
  const organization = useOrganization()
  const { data: file, error, refetch } = useQuery(importQuery(organization.slug, id))
  if (!file) {
    return error ? (
      <>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        <div>
          <Button variant="default" onClick={onOther}>
            {m.import_choose_other()}
          </Button>
        </div>
      </>
    ) : (
      <Skeleton height={180} radius={10} />
    )
  }
  const leave = async () => {
    try {
      if (file.status !== 'started') await discard(organization.slug, id)
      onOther()
    } catch (failure) {
      tellFailure(m.import_discard_failed(), failure)
    }
  }
  return (
    <>
      <p className={classes.file}>
        <bdi>{file.file_name}</bdi>
        <Button size="compact-sm" variant="subtle" onClick={() => void leave()}>
          {m.import_choose_other()}
        </Button>
      </p>
      <Step file={file} onOther={onOther} />
    </>
  )
}

function Step({ file, onOther }: { file: Import; onOther: () => void }) {
  const organization = useOrganization()
  const [columns, setColumns] = useState(false)
  if (file.status === 'started' && file.operation_id !== null)
    return (
      <section className={classes.card} aria-label={m.import_title()}>
        <OperationReport id={file.operation_id} onShow={() => {}} onClose={onOther} />
        <p className={classes.quiet}>
          <Link to="/o/$organization/operations" params={{ organization: organization.slug }} className={classes.link}>
            {m.import_see_operations()}
          </Link>
        </p>
      </section>
    )
  if (file.status === 'checking') return <Checking file={file} />
  if (file.status === 'checked' && !columns) return <CheckReport file={file} onColumns={() => setColumns(true)} />
  return (
    <>
      {file.error !== null && (
        <div className={classes.problem} role="alert">
          {wordsOf(file.error.reason, { row: file.error.row ?? 0, max: '', columns: '' }, file.error.message)}
        </div>
      )}
      <ColumnsForm file={file} onChecking={() => setColumns(false)} />
    </>
  )
}

function Checking({ file: { read_bytes: done, file_bytes: all, read_rows: rows } }: { file: Import }) {
  const share = all === 0 ? 0 : (done / all) * 100
  const words = m.import_checking_rows({ shown: formatCount(rows) })
  return (
    <section className={classes.card} aria-label={m.import_checking()}>
      <h2 className={classes.title}>{m.import_checking()}</h2>
      <Progress.Root size={6} radius="xl">
        <Progress.Section value={share} aria-label={m.import_checking()} aria-valuetext={words} />
      </Progress.Root>
      <p className={classes.quiet}>{words}</p>
      <p className={classes.quiet}>{m.import_nothing_written()}</p>
    </section>
  )
}
