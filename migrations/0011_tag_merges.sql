-- Tags that were merged into another.

alter table tags
  -- The survivor; a chain of merges always points to its end.
  add column merged_into uuid,
  -- Who merges, while assignments are still moving: source, actor_kind, actor_id, actor_name.
  add column merging jsonb,
  add foreign key (org_id, merged_into) references tags (org_id, id),
  add check (merged_into is null or (deleted_at is not null and merged_into <> id)),
  add check (merging is null or merged_into is not null);
create index tags_merged_into on tags (org_id, merged_into) where merged_into is not null;
