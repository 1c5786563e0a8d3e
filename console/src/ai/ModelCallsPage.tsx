// Settings → AI → Log of model calls: every question to a language model, with what it took and what came back.
import { Button, NativeSelect, Skeleton } from '@mantine/core'
import { IconListDetails } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { OUTCOMES, PURPOSES } from '../../../server/models/purposes-schema.ts'
import { type ModelCall } from '../../../server/models/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { momentWords } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { LoadMore } from '../ui/LoadMore.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './Ai.module.css'
import { CallDialog } from './CallDialog.tsx'
import { callsQuery } from './queries.ts'
import { readCallSearch, type CallSearch } from './search.ts'
import { costWords, outcomeLabels, purposeWords, reasonSentence } from './words.ts'

const FROM = '/o/$organization/settings/ai/calls'

export const ModelCallsPage = () => (
  <Allowed permission="models:manage">
    <ModelCalls />
  </Allowed>
)

function ModelCalls() {
  const organization = useOrganization()
  // The router hands over whatever else stands in the address; the server refuses what it does not know.
  const { call: open, ...filter } = readCallSearch(useSearch({ from: FROM }))
  const navigate = useNavigate({ from: FROM })
  const list = useInfiniteQuery(callsQuery(organization.slug, filter))
  /** What cannot be meant, such as the empty choice, is no filter. */
  const change = (changes: { [K in keyof CallSearch]?: string | undefined }) =>
    void navigate({ search: (before) => readCallSearch({ ...before, ...changes }), resetScroll: false })
  const calls = list.data?.pages.flatMap((page) => page.calls)
  const any = { value: '', label: m.models_log_any() }
  return (
    <div className={classes.page}>
      <PageHeader title={m.models_log()} organization={organization.name} text={m.models_log_text()}>
        <Link to="/o/$organization/settings/ai" params={{ organization: organization.slug }} className={classes.link}>
          {m.ai()}
        </Link>
      </PageHeader>
      <div className={classes.wide}>
        <div className={classes.filters}>
          <NativeSelect
            label={m.models_log_purpose()}
            data={[any, ...PURPOSES.map((value) => ({ value, label: purposeWords[value]() }))]}
            value={filter.purpose ?? ''}
            onChange={(event) => change({ purpose: event.currentTarget.value })}
          />
          <NativeSelect
            label={m.models_log_outcome()}
            data={[any, ...OUTCOMES.map((value) => ({ value, label: outcomeLabels[value]() }))]}
            value={filter.outcome ?? ''}
            onChange={(event) => change({ outcome: event.currentTarget.value })}
          />
        </div>
        {list.error && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
        {calls === undefined ? (
          !list.error && (
            <div role="status" aria-label={m.models_log_loading()}>
              <Skeleton height={200} radius={10} />
            </div>
          )
        ) : calls.length > 0 ? (
          <>
            <CallTable calls={calls} onOpen={(id) => change({ call: id })} />
            <LoadMore list={list} failed={m.models_log_more_failed()} />
          </>
        ) : Object.keys(filter).length > 0 ? (
          <EmptyState title={m.models_log_no_match()}>
            <Button variant="default" onClick={() => void navigate({ search: {} })}>
              {m.filters_clear_all()}
            </Button>
          </EmptyState>
        ) : (
          <EmptyState
            heading="h2"
            icon={<IconListDetails size={22} stroke={1.6} />}
            title={m.models_log_none()}
            text={m.models_log_none_text()}
          />
        )}
      </div>
      {open !== undefined && <CallDialog id={open} onClose={() => change({ call: undefined })} />}
    </div>
  )
}

function CallTable({ calls, onOpen }: { calls: readonly ModelCall[]; onOpen: (id: string) => void }) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{m.models_log_when()}</th>
          <th scope="col">{m.models_log_purpose()}</th>
          <th scope="col">{m.models_log_model()}</th>
          <th scope="col">{m.models_log_outcome()}</th>
          <th scope="col" className={classes.number}>
            {m.models_log_tokens()}
          </th>
          <th scope="col" className={classes.number}>
            {m.models_log_latency()}
          </th>
          <th scope="col" className={classes.number}>
            {m.models_log_cost()}
          </th>
        </tr>
      </thead>
      <tbody>
        {calls.map((call) => (
          <CallRow key={call.id} call={call} onOpen={() => onOpen(call.id)} />
        ))}
      </tbody>
    </table>
  )
}

function CallRow({ call, onOpen }: { call: ModelCall; onOpen: () => void }) {
  const { at, purpose, provider_name, model, outcome, latency_ms, input_tokens, output_tokens, estimated, cost } = call
  return (
    <tr>
      <td>
        <button
          type="button"
          className={classes.open}
          title={m.models_call_open({ time: momentWords(at, 'minute') })}
          onClick={onOpen}
        >
          <Time at={at} form="minute" />
        </button>
      </td>
      <td>{purposeWords[purpose]()}</td>
      <td className={classes.model}>
        <code dir="ltr">{model}</code> <bdi className={classes.quiet}>{provider_name}</bdi>
      </td>
      <td>
        {outcome === null ? (
          m.models_outcome_under_way()
        ) : outcome === 'answered' ? (
          m.models_outcome_answered()
        ) : (
          <span className={classes.bad}>{reasonSentence(outcome)}</span>
        )}
      </td>
      <td className={classes.number} data-label={m.models_log_tokens()}>
        <span title={m.model_tokens({ input: formatCount(input_tokens), output: formatCount(output_tokens) })}>
          {`${formatCount(input_tokens)} + ${formatCount(output_tokens)}`}
        </span>
        {estimated && <abbr title={m.models_log_estimated()}> ≈</abbr>}
      </td>
      <td className={classes.number} data-label={m.models_log_latency()}>
        {latency_ms === null ? '—' : m.model_took({ shown: formatCount(latency_ms) })}
      </td>
      <td className={classes.number} data-label={m.models_log_cost()}>
        {cost === null ? '—' : costWords(cost)}
      </td>
    </tr>
  )
}
