// Settings → AI agents: who answers customers by a language model, on which numbers, and how each is set up.
import { ActionIcon, Button, Menu, Skeleton } from '@mantine/core'
import { IconDots, IconPlus, IconRobot } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { AiAgent } from '../../../server/ai-agents/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { channelsQuery } from '../channels/channel-names.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import rows from '../ui/NamedRows.module.css'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { tell, tellFailure } from '../ui/toasts.ts'
import { AiAgentDialog } from './AiAgentDialog.tsx'
import classes from './AiAgents.module.css'
import { aiAgentsQuery, modelsQuery, useUpdateAiAgent } from './queries.ts'
import { RemoveAiAgentDialog } from './RemoveAiAgentDialog.tsx'

type Dialog = { kind: 'new' } | { kind: 'edit' | 'remove'; agent: AiAgent }

export const AiAgentsPage = () => (
  <Allowed permission="organization:manage">
    <AiAgents />
  </Allowed>
)

function AiAgents() {
  const organization = useOrganization()
  const { data: agents, error, refetch } = useQuery(aiAgentsQuery(organization.slug))
  const models = useQuery(modelsQuery(organization.slug))
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  const add = (
    <Button leftSection={<IconPlus size={15} stroke={2} />} onClick={() => setDialog({ kind: 'new' })}>
      {m.ai_agent_new()}
    </Button>
  )
  return (
    <div className={rows.page}>
      <PageHeader title={m.ai_agents()} organization={organization.name} text={m.ai_agents_text()}>
        {agents && agents.length > 0 && add}
      </PageHeader>
      <div className={rows.content} tabIndex={-1}>
        {models.data?.length === 0 && (
          <p className={classes.notice}>
            {m.ai_agents_need_model()}{' '}
            <Link to="/o/$organization/settings/ai" params={{ organization: organization.slug }}>
              {m.ai_agents_to_models()}
            </Link>
          </p>
        )}
        {error && !agents && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {!agents && !error && (
          <div role="status" aria-label={m.ai_agents_loading()}>
            <Skeleton height={160} radius={10} />
          </div>
        )}
        {agents?.length === 0 && (
          <EmptyState
            heading="h2"
            icon={<IconRobot size={28} stroke={1.5} />}
            title={m.ai_agents_none_title()}
            text={m.ai_agents_none_text()}
          >
            {add}
          </EmptyState>
        )}
        {agents && agents.length > 0 && (
          <ul className={rows.list} aria-label={m.ai_agents()} tabIndex={-1}>
            {agents.map((agent) => (
              <AgentRow key={agent.id} agent={agent} onAct={(kind) => setDialog({ kind, agent })} />
            ))}
          </ul>
        )}
        <p className={classes.sent}>{m.ai_agents_sent()}</p>
      </div>
      {dialog?.kind === 'new' && <AiAgentDialog agent={null} onClose={close} />}
      {dialog?.kind === 'edit' && <AiAgentDialog agent={dialog.agent} onClose={close} />}
      {dialog?.kind === 'remove' && <RemoveAiAgentDialog agent={dialog.agent} onClose={close} />}
    </div>
  )
}

function AgentRow({ agent, onAct }: { agent: AiAgent; onAct: (act: 'edit' | 'remove') => void }) {
  const organization = useOrganization()
  const { data: channels = [] } = useQuery(channelsQuery(organization.slug))
  const { data: models } = useQuery(modelsQuery(organization.slug))
  const update = useUpdateAiAgent(organization.slug, agent.id)
  const button = useRef<HTMLButtonElement>(null)
  // The item goes with the menu: the focus is where it stays, and where a dialog gives it back to.
  const stay = () => button.current?.focus({ preventScroll: true })
  const act = (kind: 'edit' | 'remove') => () => {
    stay()
    onAct(kind)
  }
  const { id, open_conversations, updated_at, ...settings } = agent
  const { name, active } = settings
  const switchOver = () => {
    stay()
    update.mutate(
      { ...settings, active: !active, seen_at: updated_at },
      {
        onSuccess: () => tell(active ? m.ai_agent_switched_off({ name }) : m.ai_agent_switched_on({ name })),
        onError: (error) => tellFailure(m.ai_agent_not_switched(), error),
      },
    )
  }
  const numbers = channels.filter((channel) => agent.channel_ids.includes(channel.id)).map((channel) => channel.name)
  const model = models?.find((each) => each.id === agent.provider_id)
  const to = {
    to: '/o/$organization/settings/ai-agents/$agent',
    params: { organization: organization.slug, agent: id },
  } as const
  return (
    <li className={rows.row}>
      <div className={rows.words}>
        <p className={classes.head}>
          <Link {...to} className={classes.name} dir="auto">
            {name}
          </Link>
          {!active && <SmallBadge>{m.ai_agent_is_off()}</SmallBadge>}
          {!agent.user_facing && <SmallBadge>{m.ai_agent_is_behind()}</SmallBadge>}
        </p>
        <p className={classes.text}>
          {[
            numbers.length === 0 ? m.ai_agent_without_numbers() : numbers.join(' · '),
            ...(model ? [`${model.name} (${model.model})`] : []),
          ].map((words, index) => (
            <span key={words}>
              {index > 0 && ' — '}
              <bdi>{words}</bdi>
            </span>
          ))}
        </p>
        {agent.provider_id === null && <p className={classes.bad}>{m.ai_agent_without_model()}</p>}
        {open_conversations > 0 && (
          <p className={classes.text}>{m.ai_agent_has_open({ shown: formatCount(open_conversations) })}</p>
        )}
      </div>
      <Menu position="bottom-end" returnFocus={false}>
        <Menu.Target>
          <ActionIcon ref={button} aria-label={m.ai_agent_actions({ name })} loading={update.isPending}>
            <IconDots size={17} stroke={1.8} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={act('edit')}>{m.ai_agent_edit()}</Menu.Item>
          <Menu.Item renderRoot={(props) => <Link {...to} {...props} />}>{m.ai_agent_what_it_did()}</Menu.Item>
          <Menu.Item onClick={switchOver}>{active ? m.ai_agent_switch_off() : m.ai_agent_switch_on()}</Menu.Item>
          <Menu.Item className={rows.danger} onClick={act('remove')}>
            {m.ai_agent_remove()}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  )
}
