-- The files that played customers have sent, as long as WhatsApp would keep them: they are fetched from there like any.

create table test_phone_files (
  org_id     uuid not null,
  -- As Meta's ids of files: digits.
  id         text not null,
  contact_id uuid not null,
  mime_type  text not null,
  file_name  text not null,
  bytes      bytea not null,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  foreign key (org_id, contact_id) references contacts (org_id, id) on delete cascade
);
create index test_phone_files_contact on test_phone_files (org_id, contact_id);
alter table test_phone_files alter column bytes set storage external;
