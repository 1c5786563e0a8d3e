// What writing a file would do, in numbers, as of now.
import { sql } from 'kysely'
import { newId } from '../lib/ids.ts'
import type { Db } from '../lib/db.ts'
import type { ImportRow } from './imports.ts'
import type { ImportResult } from './schema.ts'
import { tagMapOf } from './tags.ts'

/** Counts in one statement, and so in one snapshot. A tag that is to be created counts as one that nobody carries. */
export async function countImport(db: Db, file: ImportRow): Promise<ImportResult> {
  const { tags_mode: mode, empty_clears: clears } = file.settings!
  const { ids, toCreate } = await tagMapOf(db, file)
  const meant = [...ids]
  for (const { n } of toCreate) meant[n] = newId()
  const { rows } = await sql<ImportResult>`
    with known as materialized (
      select array_agg(id) as ids from tags where org_id = ${file.org_id} and deleted_at is null
    ), row_by_row as (
      select r.reason is not null as refused, r.same_as is not null as repeated, c.id is null as new,
        c.id is not null and r.display_name is not null and c.name_origin is distinct from 'whatsapp' and c.display_name is distinct from r.display_name as renamed,
        case when ${mode} = 'remove' or want.ids is null then 0 else (
          select count(*) from unnest(want.ids) t where t <> all(coalesce(c.tag_ids, '{}')))::int end as added,
        case ${mode} when 'add' then 0
          when 'remove' then (select count(*) from unnest(want.ids) t where t = any(c.tag_ids))::int
          else (select count(*) from unnest(c.tag_ids) t, known where t = any(known.ids) and t <> all(want.ids))::int end as removed
      from import_rows r left join contacts c on c.org_id = r.org_id and c.id = r.contact_id and r.reason is null
      cross join lateral (select case when cardinality(r.tags) = 0 then '{}'::uuid[] else (
        select array_agg(distinct (${meant}::uuid[])[t + 1]) filter (where (${meant}::uuid[])[t + 1] is not null) from unnest(r.tags) t) end as ids) found
      cross join lateral (select case when cardinality(found.ids) > 0 or (${mode} = 'replace' and ${clears} and cardinality(r.tags) = 0) then found.ids end as ids) want
      where r.org_id = ${file.org_id} and r.import_id = ${file.id}
    )
    select count(*)::int as rows, count(*) filter (where refused)::int as refused, count(*) filter (where repeated)::int as repeated,
      count(*) filter (where live and new)::int as created, count(*) filter (where live and not new and (renamed or added + removed > 0))::int as changed,
      count(*) filter (where live and not new and not renamed and added + removed = 0)::int as unchanged,
      count(*) filter (where live and renamed)::int as renamed,
      coalesce(sum(added) filter (where live), 0)::int as tags_added, coalesce(sum(removed) filter (where live), 0)::int as tags_removed
    from row_by_row cross join lateral (select not refused and not repeated as live) l`.execute(db)
  return rows[0]!
}
