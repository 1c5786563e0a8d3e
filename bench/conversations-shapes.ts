// The questions that people ask the inbox and a thread, each with values that vary from request to request.
import { createHash } from 'node:crypto'
import type { Asked } from './contacts-crowd.ts'
import { cursorsBeyond, pick, tagsByShare } from './contacts-shapes.ts'
import { CHINESE, FREQUENT, MIDDLING, RARE } from './conversations-crowd.ts'

export interface Shape {
  name: string
  rows: 'conversations' | 'messages'
  /** The nth request. */
  path(n: number): string
}

const PAGE = 50
const DAY_MS = 86_400_000
const CLOSED = ['closed_by_agent', 'closed_by_admin', 'expired', 'ai_auto_closed']
const NOWHERE = ['zzqxj', 'orderly thanks please', 'xylophone', 'deliveries were', 'qqqq', 'please order the thanks']

/** The shapes with values that occur in this organization. */
export async function shapesOf({ server, orgId, get }: Asked, conversations: number): Promise<Shape[]> {
  const tags = await tagsByShare(server.pool, orgId)
  const idsOf = async (text: string) => (await server.pool.query<{ id: string }>(text, [orgId])).rows
  const channels = await idsOf('select id from channels where org_id = $1 order by phone_number_id')
  const agents = await idsOf('select user_id as id from memberships where org_id = $1 order by created_at, user_id')
  const newest = await idsOf(
    'select id from conversations where org_id = $1 and closed_at is null order by last_message_at desc limit 300',
  )
  const long = await idsOf(
    `select (array_agg(id order by last_message_at desc))[1] as id from conversations
     where org_id = $1 group by contact_id, channel_id order by count(*) desc limit 300`,
  )
  const older = await Promise.all(
    long.map(async ({ id }) => {
      const { text } = await get(`/v1/conversations/${id}/messages?limit=${PAGE}`)
      const { next_cursor } = JSON.parse(text) as { next_cursor: string | null }
      return `/v1/conversations/${id}/messages?limit=${PAGE}${next_cursor === null ? '' : `&cursor=${next_cursor}`}`
    }),
  )
  const deep = await cursorsBeyond(get, '/v1/conversations', 2000)
  const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString()
  const word = (words: readonly string[], n: number) => `search=${encodeURIComponent(words[n % words.length]!)}`
  const unique = (n: number) =>
    createHash('md5')
      .update(String(1 + ((n * 7919) % conversations)))
      .digest('hex')
      .slice(0, 8)
  const list = (name: string, query: (n: number) => string): Shape => ({
    name,
    rows: 'conversations',
    path: (n) => `/v1/conversations?limit=${PAGE}&${query(n)}`,
  })
  return [
    list('waiting', () => 'list=waiting'),
    list('mine', () => 'list=mine'),
    list('open', () => 'list=open'),
    list('all', () => ''),
    list('2,000 pages deep', (n) => `cursor=${deep[n % deep.length]!}`),
    list('by status', (n) => `statuses=${CLOSED[n % CLOSED.length]!}`),
    list('by agent', (n) => `agents=${pick(agents.slice(0, -1), n)}`),
    list('by an agent with few', () => `agents=${agents.at(-1)!.id}`),
    list('by channel', (n) => `channels=${pick(channels.slice(0, -1), n)}`),
    list('by a channel with few', () => `channels=${channels.at(-1)!.id}`),
    list('common tag', (n) => `any_tags=${pick(tags.common, n)}`),
    list('middle tag', (n) => `any_tags=${pick(tags.middle, n)}`),
    list('rare tag', (n) => `any_tags=${pick(tags.rare, n)}`),
    list('by time', (n) => `active_from=${ago(31 + (n % 300))}&active_before=${ago(1 + (n % 300))}`),
    list('search, frequent word', (n) => word(FREQUENT, n)),
    list('search, middling word', (n) => word(MIDDLING, n)),
    list('search, rare word', (n) => word(RARE, n)),
    list('search, unique word', (n) => `search=${unique(n)}`),
    list('search, in no message', (n) => word(NOWHERE, n)),
    list('search, two Chinese letters, frequent', (n) => word(CHINESE.frequent, n)),
    list('search, two Chinese letters, middling', (n) => word(CHINESE.middling, n)),
    list('search, two Chinese letters, rare', (n) => word(CHINESE.rare, n)),
    {
      name: 'thread, newest page',
      rows: 'messages',
      path: (n) => `/v1/conversations/${n % 2 ? pick(newest, n) : pick(long, n)}/messages?limit=${PAGE}`,
    },
    { name: 'thread, older page', rows: 'messages', path: (n) => older[n % older.length]! },
  ]
}
