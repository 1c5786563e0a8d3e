-- Part of a message's text, whatever its case.

create index messages_search on messages using gin (lower(text) gin_trgm_ops);
