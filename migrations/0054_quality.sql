-- Tags that an AI agent's key asks for and that AIs may only suggest; and how well AIs tag.

-- A key says neither how sure its AI is nor which message speaks for the tag.
alter table suggestions alter column confidence drop not null;
-- One that waits at a time: what was rejected may be suggested again in the same conversation, when the customer has written more.
drop index suggestions_of_conversation;
create unique index suggestions_of_conversation on suggestions (org_id, conversation_id, tag_id) where state = 'open';
create index suggestions_in_conversation on suggestions (org_id, conversation_id, tag_id);

-- What AIs put on and is off again, by when it was taken off. What is still on is in tag_assignments_source.
create index tag_assignments_ended_by_ai on tag_assignments (org_id, removed_at)
  where removed_at is not null and added_source in ('ai_tool', 'ai_auto_close');
