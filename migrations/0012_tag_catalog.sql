-- How many contacts carry each tag, without counting a million assignments; and who last changed a tag.

-- The number is the sum of a tag's rows. Whoever tags adds one, so that nobody waits for anybody; they are added up every minute.
create table tag_counts (
  org_id  uuid not null,
  id      bigint generated always as identity,
  tag_id  uuid not null,
  change  integer not null,
  primary key (org_id, id),
  foreign key (org_id, tag_id) references tags (org_id, id) on delete cascade
);
insert into tag_counts (org_id, tag_id, change)
select org_id, tag_id, count(*) from tag_assignments where removed_at is null group by org_id, tag_id;

-- What was done to the tags themselves; putting tags on contacts writes a thousand times as many events.
create index events_tag on events (org_id, tag_id, id)
  where kind in ('tag.created', 'tag.updated', 'tag.deleted', 'tag.restored', 'tag.merged');
