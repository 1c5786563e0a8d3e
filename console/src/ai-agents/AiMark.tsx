// The mark beside a name that belongs to an AI agent.
import { m } from '../paraglide/messages.js'
import { SmallBadge } from '../ui/SmallBadge.tsx'

export const AiMark = () => <SmallBadge title={m.ai_mark_title()}>{m.ai_mark()}</SmallBadge>
