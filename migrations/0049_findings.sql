-- Suggestions come from more than one AI, and some say why.

alter table suggestions
  add column reason text check (length(reason) <= 300),
  add column source text not null default 'ai_auto_close' check (source in ('ai_auto_close', 'ai_tool'));
