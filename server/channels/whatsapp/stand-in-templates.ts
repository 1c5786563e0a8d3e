// The part of the stand-in that lists the templates of an account.
import { SAMPLE_TEMPLATES } from './sample-templates.ts'
import { metaError, type GraphAnswer, type GraphNumber, type GraphRequest } from './stand-in.ts'

type GraphAccount = Pick<GraphNumber, 'access_token'>

/** Whose accounts these are. */
export interface BehindTemplates {
  findAccount(wabaId: string): Promise<GraphAccount | null> | GraphAccount | null
}

const PATH = /(?:^|\/)(?<account>\w+)\/message_templates\/?(?:\?(?<query>.*))?$/
const FIELDS = 'name,parameter_format,components,language,status,category,id'

/** Answers what is about templates as Meta does; null to anything else. */
export async function answerAboutTemplates(
  behind: BehindTemplates,
  { method, path, authorization }: Pick<GraphRequest, 'method' | 'path' | 'authorization'>,
): Promise<GraphAnswer | null> {
  const { account: wabaId, query } = PATH.exec(path)?.groups ?? {}
  if (wabaId === undefined || method !== 'GET') return null
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1]
  if (token === undefined) return metaError(190, 'An access token is required to request this resource.')
  const account = await behind.findAccount(wabaId)
  if (!account)
    return metaError(
      100,
      `Unsupported get request. Object with ID '${wabaId}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
      33,
    )
  if (token !== account.access_token) return metaError(190, 'Invalid OAuth access token - Cannot parse access token')
  return listed(new URLSearchParams(query))
}

function listed(query: URLSearchParams): GraphAnswer {
  const [name, status, after] = [query.get('name'), query.get('status'), query.get('after')]
  const limit = Number(query.get('limit') ?? 25)
  const fields = (query.get('fields') ?? FIELDS).split(',')
  const from = after === null ? 0 : Number(Buffer.from(after, 'base64url').toString())
  const matching = SAMPLE_TEMPLATES.filter(
    (each) => (name === null || each.name.includes(name)) && (status === null || each.status === status),
  )
  const page = matching.slice(from, from + limit)
  const cursor = (n: number) => Buffer.from(String(n)).toString('base64url')
  return {
    status: 200,
    body: {
      // The id is there whatever is asked for.
      data: page.map((each) =>
        Object.fromEntries(Object.entries(each).filter(([field]) => field === 'id' || fields.includes(field))),
      ),
      ...(page.length === 0
        ? {}
        : {
            paging: {
              cursors: { before: cursor(from), after: cursor(from + page.length) },
              ...(from + page.length < matching.length
                ? { next: `https://graph.facebook.com/v25.0/message_templates?after=${cursor(from + page.length)}` }
                : {}),
            },
          }),
    },
  }
}
