// Settings → AI agents → one of them: what it did, in figures and one by one, with the way to each conversation.
import { Button, Skeleton } from '@mantine/core'
import { IconArrowLeft, IconRobot } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { AiAgentAct, AiAgentFigures } from '../../../server/ai-agents/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import page from '../channels/DeliveriesPage.module.css'
import { calledName } from '../contacts/identity.ts'
import { isProblem } from '../lib/api.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { LoadMore } from '../ui/LoadMore.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { Time } from '../ui/Time.tsx'
import { ViewLinks, viewLink, viewLinkActive } from '../ui/ViewLinks.tsx'
import { AiAgentDialog } from './AiAgentDialog.tsx'
import classes from './AiAgents.module.css'
import { aiAgentActsQuery, aiAgentQuery } from './queries.ts'
import { ACTS_SHOWN, type ActsShown } from './search.ts'
import { actWords, reasonWords } from './words.ts'

const FROM = '/o/$organization/settings/ai-agents/$agent'

const shownWords: Record<ActsShown, () => string> = {
  all: m.ai_acts_all,
  handed_over: m.ai_acts_handed_over,
  tags: m.ai_acts_tags,
  failures: m.ai_acts_failures,
}

export const AiAgentPage = () => (
  <Allowed permission="organization:manage">
    <Agent />
  </Allowed>
)

function Agent() {
  const organization = useOrganization()
  const { agent: id } = useParams({ from: FROM })
  const { show = 'all' } = useSearch({ from: FROM })
  const one = useQuery(aiAgentQuery(organization.slug, id))
  const list = useInfiniteQuery(aiAgentActsQuery(organization.slug, id, show))
  const [editing, setEditing] = useState(false)
  const back = { to: '/o/$organization/settings/ai-agents', params: { organization: organization.slug } } as const
  if (isProblem(one.error, 404))
    return (
      <EmptyState title={m.ai_agent_missing_title()} text={m.ai_agent_missing_text()} heading="h1">
        <Button variant="default" renderRoot={(props) => <Link {...back} {...props} />}>
          {m.ai_agents()}
        </Button>
      </EmptyState>
    )
  const acts = list.data?.pages.flatMap((each) => each.acts)
  return (
    <div className={page.page}>
      <p className={page.back}>
        <Link {...back}>
          <IconArrowLeft size={14} stroke={2} aria-hidden />
          {m.ai_agents()}
        </Link>
      </p>
      <PageHeader
        title={one.data?.agent.name ?? m.ai_agent_what_it_did()}
        organization={organization.name}
        text={m.ai_agent_page_text()}
      >
        {one.data && (
          <Button variant="default" onClick={() => setEditing(true)}>
            {m.ai_agent_edit()}
          </Button>
        )}
      </PageHeader>
      {one.data && <Figures figures={one.data.figures} />}
      <ViewLinks label={m.ai_acts_shown()}>
        {ACTS_SHOWN.map((each) => (
          <Link
            key={each}
            from={FROM}
            to="."
            search={each === 'all' ? {} : { show: each }}
            className={viewLink}
            activeOptions={viewLinkActive}
          >
            {shownWords[each]()}
          </Link>
        ))}
      </ViewLinks>
      {acts === undefined ? (
        list.error ? (
          <div className={page.failure}>
            <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
          </div>
        ) : (
          <div className={page.loading} role="status" aria-label={m.ai_acts_loading()}>
            {[60, 44, 52, 70].map((width) => (
              <Skeleton key={width} height={12} width={`${width}%`} />
            ))}
          </div>
        )
      ) : acts.length === 0 ? (
        <div className={classes.empty}>
          <EmptyState
            heading="h2"
            icon={<IconRobot size={28} stroke={1.5} />}
            title={m.ai_acts_none_title()}
            text={m.ai_acts_none_text()}
          />
        </div>
      ) : (
        <>
          <ol className={classes.acts} aria-label={m.ai_agent_what_it_did()}>
            {acts.map((act) => (
              <Act key={act.id} act={act} />
            ))}
          </ol>
          <LoadMore list={list} failed={m.ai_acts_more_failed()} />
        </>
      )}
      {editing && one.data && <AiAgentDialog agent={one.data.agent} onClose={() => setEditing(false)} />}
    </div>
  )
}

const FIGURES: [keyof AiAgentFigures, () => string][] = [
  ['conversations', m.ai_figure_conversations],
  ['answers', m.ai_figure_answers],
  ['handed_over', m.ai_figure_handed_over],
  ['tagged', m.ai_figure_tagged],
  ['untagged', m.ai_figure_untagged],
  ['closed', m.ai_figure_closed],
  ['failed', m.ai_figure_failed],
]

const Figures = ({ figures }: { figures: AiAgentFigures }) => (
  <dl className={classes.figures}>
    {FIGURES.map(([key, label]) => (
      <div key={key}>
        <dt>{label()}</dt>
        <dd>{formatCount(figures[key])}</dd>
      </div>
    ))}
  </dl>
)

function Act({ act }: { act: AiAgentAct }) {
  const { slug } = useOrganization()
  const { kind, at, conversation_id, contact, tag, message, words } = act
  const why = reasonWords(act)
  const said = message ?? (kind === 'silenced' ? null : words)
  return (
    <li className={classes.act}>
      <span className={classes.at}>
        <Time at={at} form="minute" />
      </span>
      <span className={classes.what} data-bad={kind === 'failed' || undefined}>
        <strong>{actWords[kind]()}</strong>
        {tag && <TagChip {...tag} />}
        {why !== '' && <span>{why}</span>}
      </span>
      <Link
        to="/o/$organization/conversations"
        params={{ organization: slug }}
        search={{ conversation: conversation_id }}
        className={classes.contact}
        dir="auto"
      >
        {calledName(contact)}
      </Link>
      {said !== null && (
        <span className={classes.words} dir="auto">
          {said}
        </span>
      )}
    </li>
  )
}
