// Tags that AIs put on and suggested over twelve weeks, written by the database itself.
import type pg from 'pg'
import { fill } from './filling.ts'

const TAGS = 100
const CONTACTS = 200_000

/** A tenth of them was taken off by people, who put another one on instead for a tenth of those. */
export async function fillQuality(pool: pg.Pool, orgId: string, assignments: number): Promise<void> {
  await fill(pool, async (client) => {
    await client.query(
      `insert into tags (org_id, id, name, name_key, description)
       select $1, gen_random_uuid(), 'Quality ' || n, 'quality ' || n, '' from generate_series(1, ${TAGS}) n`,
      [orgId],
    )
    await client.query(
      `create temporary table bench_tags on commit drop as select row_number() over (order by name) - 1 as n, id from tags where org_id = '${orgId}' and name like 'Quality %'`,
    )
    await client.query(
      `create temporary table bench_contacts on commit drop as select n - 1 as n, gen_random_uuid() as id from generate_series(1, ${CONTACTS}) n`,
    )
    const added = (n: string) => `now() - interval '84 days' + (${n}) * interval '84 days' / ${assignments + 1}`
    await client.query(`
      insert into tag_assignments (org_id, contact_id, tag_id, added_at, added_source, added_actor_kind, added_actor_id, added_actor_name, removed_at,
        removed_source, removed_actor_kind, removed_actor_id, removed_actor_name)
      select '${orgId}', c.id, t.id, ${added('a.n')}, case when a.n % 5 = 0 then 'ai_tool' else 'ai_auto_close' end, 'ai_auto_close', 'built-in', 'Built-in classifier',
        case when off then ${added('a.n')} + interval '2 hours' end, case when off then 'manual_agent' end, case when off then 'user' end, case when off then 'x' end, case when off then 'X' end
      from (select n, n % 10 = 0 as off from generate_series(1, ${assignments}) n) a
        join bench_contacts c on c.n = a.n % ${CONTACTS}
        join bench_tags t on t.n = (a.n / ${CONTACTS} + a.n % 7 * 13) % ${TAGS}`)
    await client.query(`
      insert into tag_assignments (org_id, contact_id, tag_id, added_at, added_source, added_actor_kind, added_actor_id, added_actor_name)
      select '${orgId}', c.id, t.id, ${added('a.n')} + interval '3 hours', 'manual_agent', 'user', 'x', 'X'
      from generate_series(100, ${assignments}, 100) as a (n)
        join bench_contacts c on c.n = a.n % ${CONTACTS}
        join bench_tags t on t.n = ${TAGS - 1} - a.n / 100 % 3
      on conflict do nothing`)
    await client.query(`
      insert into conversations (org_id, id, contact_id, channel_id, status, opened_at, closed_at, last_message_at, window_ends_at)
      select '${orgId}', gen_random_uuid(), id, gen_random_uuid(), 'expired', now(), now(), now(), now() from bench_contacts`)
    await client.query(`
      insert into suggestions (org_id, id, conversation_id, tag_id, confidence, engine, made_at, state, decided_at, source)
      select '${orgId}', (lpad(to_hex((extract(epoch from made_at) * 1000)::bigint), 12, '0') || '7000' || '8000' || lpad(to_hex(s.n), 12, '0'))::uuid, v.id, t.id, 0.4, 'built-in', made_at,
        (array['open', 'accepted', 'rejected'])[1 + s.n % 3], case when s.n % 3 > 0 then made_at + interval '1 hour' end, 'ai_auto_close'
      from (select n, ${added('n * 10')} as made_at from generate_series(1, ${Math.floor(assignments / 10)}) n) s
        join (select row_number() over () as n, id from conversations where org_id = '${orgId}') v on v.n = 1 + s.n % ${CONTACTS}
        join bench_tags t on t.n = s.n % ${TAGS}`)
  })
  await pool.query('vacuum (analyze) tag_assignments, suggestions, conversations')
}
