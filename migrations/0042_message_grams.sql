-- Any part of a message's text is found by every four letters in a row of it, also across words: far fewer messages have
-- all of these than have all of its threes. A writing in which a word is one or two letters goes by every two. At its end
-- a text has shorter ones, so that a part of fewer letters is the beginning of some of them.
--
-- Each is marked with the organization, so that a search meets no message of another. The week of arrival is among them:
-- with it, only the newest are looked up. Of a text the beginning is kept, as before.

create function message_grams(org_id uuid, received_at timestamptz, text text) returns tsvector
  language plpgsql immutable strict parallel safe cost 1000
as $$
declare
  mark text := right(org_id::text, 6);
  said text := lower(left(text, 4096));
  piece text;
  gram text;
  grams text[] := array[mark || E'\x01' || floor(extract(epoch from received_at) / 604800)];
begin
  -- Finding the nth letter means reading all before it, so a long text is taken apart first.
  for start in 0..length(said) - 1 by 64 loop
    piece := substr(said, start + 1, 67);
    for i in 1..least(64, length(said) - start) loop
      gram := substr(piece, i, 4);
      grams[start + i + 1] := mark || case when gram < E'\u2E80' collate "C" then gram else left(gram, 2) end;
    end loop;
  end loop;
  return array_to_tsvector(grams);
end
$$;

drop index messages_search;
create index messages_grams on messages using gin (message_grams(org_id, received_at, text)) where conversation_id is not null;
-- Without statistics the planner guesses well enough; making them would take all samples apart again.
alter index messages_grams alter column 1 set statistics 0;
-- Several processes may build the index. To search in it by several takes longer to begin than the search itself.
alter function message_grams parallel restricted;

-- Those that went on for long, which the messages of the last weeks may not tell of.
create index conversations_long on conversations (org_id, last_message_at, id)
  where last_message_at - opened_at > interval '7 days';
