-- Orders in which conversations and threads are read.

-- Reactions, edits and revocations of each message of a thread.
create index messages_target on messages (org_id, channel_id, target) where target is not null;

-- Of one number, most recently active first.
create index conversations_channel on conversations (org_id, channel_id, last_message_at, id);
