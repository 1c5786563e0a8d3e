// Asks before an AI agent is removed.
import type { AiAgent } from '../../../server/ai-agents/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { useRemoveAiAgent } from './queries.ts'

export function RemoveAiAgentDialog({ agent: { id, name }, onClose }: { agent: AiAgent; onClose: () => void }) {
  const { slug } = useOrganization()
  const remove = useRemoveAiAgent(slug, id)
  return (
    <ConfirmDialog
      title={m.ai_agent_remove_title({ name })}
      confirmLabel={m.ai_agent_remove()}
      danger
      confirming={remove.isPending}
      failure={remove.error}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => {
            tell(m.ai_agent_removed({ name }))
            onClose()
          },
        })
      }
      onClose={onClose}
    >
      <p>{m.ai_agent_remove_text()}</p>
    </ConfirmDialog>
  )
}
