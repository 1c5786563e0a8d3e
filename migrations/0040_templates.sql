-- Templates: conversations that wait for a customer's answer to one, and that the organization may have begun.

alter table conversations
  -- Until then the answer to a template is waited for: 24 hours after the last one.
  add column waits_until timestamptz(3),
  -- The customer's first message in it; null while there is none in a conversation that a template began.
  add column first_asked_at timestamptz(3);

-- Of closed ones nobody asks any more: their first answer is counted from the opening, which was the same.
update conversations set first_asked_at = opened_at where closed_at is null;

drop index conversations_window;
create index conversations_expiry on conversations (greatest(window_ends_at, waits_until)) where closed_at is null;
