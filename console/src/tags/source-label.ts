// What the five sources of tags are called on screen.
import type { TagSource } from '../../../server/tags/schema.ts'
import { m } from '../paraglide/messages.js'

export const sourceLabel = (source: TagSource): string =>
  ({
    manual_admin: m.source_manual_admin,
    manual_agent: m.source_manual_agent,
    api: m.source_api,
    ai_tool: m.source_ai_tool,
    ai_auto_close: m.source_ai_auto_close,
  })[source]()
