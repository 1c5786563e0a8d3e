// The message templates of a WhatsApp account, asked of Meta page by page.
// https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates
import { z } from 'zod'
import { OutgoingError } from '../../lib/outgoing.ts'
import { failureIn, parsed, type GraphApi } from './client.ts'
import { treatmentOf } from './send-answer.ts'
import { MetaTemplate } from './template.ts'

/** Why there is no list. */
export type ListTrouble = 'token_refused' | 'not_permitted' | 'throttled' | 'unreachable' | 'refused'

export type TemplateList =
  | { outcome: 'listed'; templates: MetaTemplate[]; complete: boolean }
  | { outcome: ListTrouble; said: string | null }

const TIMEOUT_MS = 15_000
const PAGE = 100
/** Meta lets an account have 6,000 templates, translations counted. */
const MOST_PAGES = 60
const MOST_BYTES = 4 << 20
const FIELDS = 'name,language,status,category,components'

const Page = z.object({
  data: z.array(z.unknown()),
  paging: z.object({ cursors: z.object({ after: z.string() }).optional(), next: z.string().optional() }).optional(),
})

/**
 * All templates of the account, or those of one name. Not complete when there are more than Meta allows. Never throws for
 * what Meta or the network answers: that is the outcome.
 */
export async function listTemplates(
  api: GraphApi,
  wabaId: string,
  { name }: { name?: string } = {},
): Promise<TemplateList> {
  const templates: MetaTemplate[] = []
  let after: string | undefined
  try {
    for (let n = 0; n < MOST_PAGES; n++) {
      const query = new URLSearchParams({
        fields: FIELDS,
        limit: String(PAGE),
        ...(name === undefined ? {} : { name }),
        ...(after === undefined ? {} : { after }),
      })
      const { status, body } = await api.outgoing.ask(
        `${api.graphApiUrl}/${wabaId}/message_templates?${query.toString()}`,
        {
          headers: { authorization: `Bearer ${api.accessToken}`, accept: 'application/json' },
          timeoutMs: TIMEOUT_MS,
          mostBytes: MOST_BYTES,
        },
      )
      const page = Page.safeParse(parsed(body))
      if (status !== 200 || !page.success) return refusedWith(status, body)
      templates.push(...page.data.data.flatMap((each) => MetaTemplate.safeParse(each).data ?? []))
      const { cursors, next } = page.data.paging ?? {}
      if (next === undefined || cursors === undefined) return { outcome: 'listed', templates, complete: true }
      after = cursors.after
    }
    return { outcome: 'listed', templates, complete: false }
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    return { outcome: 'unreachable', said: error.message }
  }
}

function refusedWith(status: number, body: string): TemplateList {
  const failure = failureIn(body)
  const said = failure?.said ?? `HTTP ${status}`
  const code = failure?.code ?? null
  // Meta does not tell an account that is not there from one that this token may not see.
  if (code === 10 || code === 100 || (code !== null && code >= 200 && code <= 299))
    return { outcome: 'not_permitted', said }
  const treatment = treatmentOf(status, code)
  // Of a token that it does not like Meta repeats the token.
  if (treatment === 'token_refused') return { outcome: treatment, said: null }
  if (treatment === 'throttled') return { outcome: treatment, said }
  return { outcome: treatment === 'retry' ? 'unreachable' : 'refused', said }
}
