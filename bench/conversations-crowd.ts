// An organization with as many conversations as are asked for, written by the database itself.
import type pg from 'pg'
import { newId } from '../server/lib/ids.ts'
import type { Asked } from './contacts-crowd.ts'
import { connectAccount } from './deliveries.ts'
import { fill } from './filling.ts'

export const APP_SECRET = 'an app secret for benchmarks only'
/** The last one has a thousandth of the conversations. */
export const PHONE_NUMBER_IDS = ['106540352242921', '106540352242922', '106540352242923', '106540352242924']
/** With the administrator; the last one has a thousandth of the conversations. */
const AGENTS = 20
/** Contacts who wrote again and again: a tenth of all conversations is theirs. */
const REGULARS = 1000

/** Each is in one message of ten or more. */
export const FREQUENT = ['order', 'delivery', 'thank', 'please']
/** Each is in one message of a thousand. */
export const MIDDLING = ['warranty', 'invoice', 'bicycle', 'kitchen', 'voucher', 'upgrade', 'gardening', 'museum']
/** Each is in one message of a hundred thousand. */
export const RARE = [
  'zorbexlan',
  'quinyxosh',
  'wempratul',
  'fidgryhul',
  'javkemzor',
  'lanquibex',
  'tulwempra',
  'oshnyxqui',
]
/** Two letters each: the first ones in one message of twenty, the others as the middling and the rare words. */
export const CHINESE = {
  frequent: ['退款', '订单', '谢谢', '快递'],
  middling: ['保修', '发票'],
  rare: ['押金', '瓷砖'],
}

const SENTENCES = [
  'Good morning, I would like to ask about my order from last week',
  'When will the delivery arrive? I am at home after six',
  'Thank you so much, that helped',
  'Could you please send me the address of the shop',
  'Is this still available in blue?',
  'The order came today but one piece is missing',
  'Please call me back when you can',
  'Do you ship to Portugal as well?',
  'I paid yesterday, here is the receipt',
  'Sim, pode ser amanhã de manhã',
  'Thanks, see you tomorrow then',
  'How much is it for two of them?',
  'Your delivery is on its way and will be there on Friday',
  'Yes, that is right',
  'We have it in three sizes, which one do you need?',
  'No problem at all, thank you for waiting',
  '您好，我想申请退款，订单还没有到',
  '好的，谢谢，快递什么时候到',
  'Please tell me what I have to do to return the order',
  'I will come by this afternoon',
]

export interface Size {
  conversations: number
  messagesEach: number
}

/** Shares of the whole: one conversation of a hundred is open, and there are five to a contact. */
export const contactsFor = ({ conversations }: Size): number => Math.ceil(conversations / 5)
const openOf = ({ conversations }: Size): number => Math.ceil(conversations / 100)

/** Adds people, numbers, conversations and messages to an organization that has contacts. All of it is there, or nothing. */
export async function fillConversations(asked: Asked, size: Size): Promise<void> {
  const { server, orgId } = asked
  const people = await addPeople(asked)
  await connectAccount(server, APP_SECRET, PHONE_NUMBER_IDS)
  const { rows: channels } = await server.pool.query<{ id: string }>(
    'select id from channels where org_id = $1 order by phone_number_id',
    [orgId],
  )
  await fill(server.pool, async (client) => {
    await client.query(`set local maintenance_work_mem = '1GB'`)
    const indexes = await dropIndexes(client)
    await planConversations(client, orgId, size, { people, channels: channels.map(({ id }) => id) })
    await insertConversations(client, orgId)
    await insertMessages(client, orgId, size)
    for (const definition of indexes) await client.query(definition)
    await client.query('drop table bench_plan')
  })
  await server.pool.query('vacuum (analyze) conversations, conversation_closings, messages, message_statuses')
}

async function addPeople({ server, orgId, userId }: Asked): Promise<string[]> {
  const others = Array.from({ length: AGENTS - 1 }, newId)
  await server.pool.query(
    `insert into users (id, email, email_key, name, password_hash)
     select id, 'agent' || n || '@example.com', 'agent' || n || '@example.com', 'Agent ' || n, 'none' from unnest($1::uuid[]) with ordinality as u (id, n)`,
    [others],
  )
  await server.pool.query(
    `insert into memberships (org_id, user_id, role) select $1, id, 'agent' from unnest($2::uuid[]) as id`,
    [orgId, others],
  )
  return [userId, ...others]
}

/** Those that are no constraints: made anew in one go at the end. Answers how. */
async function dropIndexes(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
     where i.indrelid in ('messages'::regclass, 'conversations'::regclass)
       and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows.map(({ definition }) => definition)
}

/** An id of version 7 for a moment, the same for the same seed. */
const idAt = (moment: string, seed: string) =>
  `(lpad(to_hex((extract(epoch from ${moment}) * 1000)::bigint), 12, '0') || '7' || substr(md5(${seed}), 1, 3) || '8' || substr(md5(${seed}), 4, 15))::uuid`

/**
 * Closed ones over a year, open ones over the last 23 hours. Statuses, people and numbers are dealt by a number that looks
 * random and is the same in every run.
 */
async function planConversations(
  client: pg.PoolClient,
  orgId: string,
  size: Size,
  { people, channels }: { people: string[]; channels: string[] },
): Promise<void> {
  await client.query(`create temporary table bench_members on commit drop as
    select row_number() over (order by id) - 1 as n, id from contacts where org_id = '${orgId}'`)
  await client.query('create index on bench_members (n)')
  const closed = size.conversations - openOf(size)
  const list = (ids: string[]) => `array['${ids.join("','")}']::uuid[]`
  await client.query(`create unlogged table bench_plan as
    with dealt as (
      select n, n > ${closed} as open, (n::bigint * 48271 % 2147483647) as dice,
        case when n <= ${closed} and n % 10 = 0 then n / 10 % ${Math.min(REGULARS, contactsFor(size))} else n::bigint * 7919 % ${contactsFor(size)} end as member,
        n <= ${closed} and n % 10 = 0 as regular,
        date_trunc('milliseconds', case when n > ${closed} then now() - (${size.conversations} - n) * interval '23 hours' / ${openOf(size)}
          else now() - (${closed} - n) * interval '365 days' / ${closed} end) as at
      from generate_series(1, ${size.conversations}) n
    )
    select d.n, d.at, p.id as contact_id, ${idAt("d.at - interval '1 hour'", "'c' || d.n")} as id,
      ${idAt('d.at', `d.n || '.${size.messagesEach}'`)} as last_message_id,
      (${list(channels)})[case when d.regular or d.member % 1000 < 600 then 1 when d.member % 1000 < 900 then 2 when d.member % 1000 < 999 then 3 else 4 end] as channel_id,
      case when d.open then case when d.n % 2 = 0 then 'pending' else 'active' end
        else (array['closed_by_agent', 'expired', 'closed_by_agent', 'ai_auto_closed', 'closed_by_agent', 'closed_by_admin', 'expired', 'closed_by_agent', 'expired', 'closed_by_agent'])[1 + d.dice % 10] end as status,
      case when d.dice / 10 % 1000 = 999 then ${AGENTS} else 1 + d.dice / 10 % ${AGENTS - 1} end as agent,
      (${list(people)})[case when d.dice / 10 % 1000 = 999 then ${AGENTS} else 1 + d.dice / 10 % ${AGENTS - 1} end] as agent_id
    from dealt d join bench_members p on p.n = d.member`)
}

async function insertConversations(client: pg.PoolClient, orgId: string): Promise<void> {
  await client.query(`
    insert into conversations (org_id, id, contact_id, channel_id, status, agent_id, agent_name, opened_at, closed_at, last_message_at, last_message_id, window_ends_at, waiting_since, unread_count)
    select '${orgId}', id, contact_id, channel_id, status,
      case when has_agent then agent_id end, case when has_agent then 'Agent ' || agent end, at - interval '1 hour', case when not open then at + interval '10 minutes' end,
      at, last_message_id, at + interval '24 hours', case when open then at end, case when open then n % 3 else 0 end
    from (select *, status in ('pending', 'active') as open, status in ('active', 'closed_by_agent', 'closed_by_admin') as has_agent from bench_plan) p
    order by n`)
  await client.query(`
    insert into conversation_closings (org_id, conversation_id, status, closed_at, actor_kind, actor_id, actor_name, announced_at)
    select '${orgId}', id, status, at + interval '10 minutes', 'user', agent_id, 'Agent ' || agent, null
    from bench_plan where status not in ('pending', 'active') order by n`)
}

/** Every other one is the customer's. A quarter of what was sent has come as far as read. */
async function insertMessages(client: pg.PoolClient, orgId: string, { messagesEach }: Size): Promise<void> {
  const list = (texts: readonly string[]) => `array['${texts.join("','")}']`
  const word = (texts: readonly string[], every: number, from: number) =>
    `coalesce(' ' || (${list(texts)})[m % ${every} - ${from}], '')`
  await client.query(`
    insert into messages (org_id, id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at, conversation_id, sent_by_id, sent_by_name)
    select '${orgId}', ${idAt('sent_at', "n || '.' || k")}, contact_id, channel_id, 'wamid.B' || m,
      case when customer then 'in' else 'out' end, case when customer then 'live' else 'sent' end, 'text',
      (${list(SENTENCES)})[1 + (m * 48271 % 2147483647) % ${SENTENCES.length}]
        || ${word([...MIDDLING, ...CHINESE.middling], 1000, 100)} || ${word([...RARE, ...CHINESE.rare], 100_000, 50_000)}
        || case when k = 1 then ' ' || substr(md5(n::text), 1, 8) else '' end,
      '{}', sent_at, sent_at, id, case when not customer then agent_id::text end, case when not customer then 'Agent ' || agent end
    from (
      select p.*, k, p.n::bigint * ${messagesEach} + k as m, p.at - (${messagesEach} - k) * interval '2 minutes' as sent_at, k % 2 = 1 as customer
      from bench_plan p cross join generate_series(1, ${messagesEach}) k
    ) m`)
  await client.query(`
    insert into message_statuses (org_id, channel_id, wa_message_id, status, at, received_at, content)
    select '${orgId}', p.channel_id, 'wamid.B' || p.n::bigint * ${messagesEach} + k, s.status, p.at, p.at, '{}'
    from bench_plan p cross join generate_series(2, ${messagesEach}, 2) k cross join (values ('sent'), ('delivered'), ('read')) s (status)
    where p.n % 4 = 0`)
}
