-- Imports: a file of contacts on its way in, from its upload to the rows that were refused.

create table imports (
  org_id        uuid not null references organizations (id) on delete cascade,
  id            uuid not null,
  actor_kind    text not null,
  actor_id      text not null,
  actor_name    text not null,
  file_name     text not null,
  file_bytes    bigint not null check (file_bytes between 1 and 200000000),
  status        text not null default 'uploading' check (status in ('uploading', 'uploaded', 'checking', 'checked', 'failed', 'started')),
  -- What the bytes look like: encoding, separator, first line; known once all of them are here.
  guess         jsonb,
  -- How the person wants it read and written.
  settings      jsonb,
  -- Grows with every check that is asked for: one that was overtaken writes nothing more.
  check_no      integer not null default 0,
  -- Whether the rows are staged as the settings have it; false: only the numbers are to be counted again.
  must_read     boolean not null default true,
  -- How far reading has come, in bytes and rows of the file.
  read_bytes    bigint not null default 0,
  read_rows     integer not null default 0,
  -- What writing would do, in numbers.
  result        jsonb,
  -- Why the file cannot be imported: reason, message and, where one is at fault, row.
  error         jsonb,
  operation_id  uuid,
  -- Rows refused while it was written, beside those that the check refused.
  refused_late  integer not null default 0,
  created_at    timestamptz(3) not null default now(),
  -- When anything was last done with it.
  touched_at    timestamptz(3) not null default now(),
  primary key (org_id, id),
  foreign key (org_id, operation_id) references operations (org_id, id) on delete cascade,
  check ((status = 'started') = (operation_id is not null)),
  check ((status = 'failed') = (error is not null))
);
create index imports_checking on imports (org_id, id) where status = 'checking';
create unique index imports_operation on imports (org_id, operation_id) where operation_id is not null;

-- The file as it was sent, in pieces from 0 on; gone once the import has started.
create table import_parts (
  org_id     uuid not null,
  import_id  uuid not null,
  n          integer not null check (n between 0 and 399),
  bytes      bytea not null check (octet_length(bytes) between 1 and 500000),
  primary key (org_id, import_id, n),
  foreign key (org_id, import_id) references imports (org_id, id) on delete cascade
);
alter table import_parts alter column bytes set storage external;

-- The names in the file's column of tags, each once.
create table import_tags (
  org_id     uuid not null,
  import_id  uuid not null,
  n          integer not null,
  name       text not null,
  name_key   text not null,
  uses       integer not null,
  -- What the person said of a name that the catalog does not have.
  choice     text check (choice in ('create', 'use', 'leave_out')),
  -- Where it leads: what is known of the catalog, or what the person chose; once started, also what was created.
  tag_id     uuid,
  primary key (org_id, import_id, n),
  foreign key (org_id, import_id) references imports (org_id, id) on delete cascade,
  check ((choice = 'use') <= (tag_id is not null))
);

-- The rows as they were read. One that was written is gone; refused ones stay for some weeks.
create table import_rows (
  org_id         uuid not null,
  import_id      uuid not null,
  -- As a spreadsheet counts: the first line is 1.
  n              integer not null,
  -- As they stand in the file, for the person.
  cells          text[] not null,
  -- Why it is refused.
  reason         text,
  -- An earlier row that speaks of the same contact, and has what this one says.
  same_as        integer,
  -- The ids that the contact may have here, the likeliest first; digits of a phone, or WhatsApp's own id.
  keys           text[] not null default '{}',
  -- Who that is: a contact's id, or a key that is the same for all spellings.
  person         text,
  contact_id     uuid,
  display_name   text,
  -- Numbers of import_tags; empty for an empty cell, null without a column of tags.
  tags           integer[],
  first_seen_at  timestamptz(3),
  last_seen_at   timestamptz(3),
  primary key (org_id, import_id, n),
  foreign key (org_id, import_id) references imports (org_id, id) on delete cascade
);
create index import_rows_refused on import_rows (org_id, import_id, n) where reason is not null;

alter table operations drop constraint operations_kind_check;
alter table operations add constraint operations_kind_check check (kind in ('change_tags', 'merge_tags', 'import', 'undo'));
-- Contacts that were created, among those that were changed.
alter table operations add column created integer not null default 0;
-- The rows of the file that a batch is about.
alter table operation_batches add column first_row integer;
alter table operation_batches add column last_row integer;
-- The contacts that it created, and those that it gave another name: contact_id, before, after.
alter table operation_batches add column created uuid[] not null default '{}';
alter table operation_batches add column renamed jsonb not null default '[]';
