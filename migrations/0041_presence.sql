-- Presence: which tabs are open, at which conversation, and who writes there. It is of the moment: not logged, and in no backup.

create unlogged table presences (
  org_id          uuid not null,
  user_id         uuid not null,
  -- The tab names itself.
  tab_id          uuid not null,
  -- No reference: it is looked up when the tab tells it, and locks no conversation.
  conversation_id uuid,
  writing_until   timestamptz(3),
  seen_at         timestamptz(3) not null default now(),
  primary key (org_id, user_id, tab_id),
  foreign key (org_id, user_id) references memberships (org_id, user_id) on delete cascade
);

-- When the customer's phone was last told that somebody writes.
alter table conversations add column writing_told_at timestamptz(3);

-- Since when the played customer sees that somebody writes.
alter table test_phone_customers add column writing_since timestamptz(3);
