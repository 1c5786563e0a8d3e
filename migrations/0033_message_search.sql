-- Part of a message's text, whatever its case. As far as WhatsApp lets a business write: of a longer text of a customer the
-- beginning. Every three letters of a text are an entry of the index, so that a text without end would be a flood.

create index messages_search on messages using gin (lower(left(text, 4096)) gin_trgm_ops);
