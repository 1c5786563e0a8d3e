-- Suggestions that a merge of contacts set aside, because a newer one was there for the same tag: undoing it brings them back.
alter table contact_merges add column suggestions jsonb not null default '[]';
