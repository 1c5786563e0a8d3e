-- Rare among what an AI agent did: an agent behind the scenes reads every conversation, and may hand over or fail at none.
create index ai_agent_acts_handed_over on ai_agent_acts (org_id, agent_id, id) where kind in ('handed_over', 'silenced');
create index ai_agent_acts_tags on ai_agent_acts (org_id, agent_id, id) where kind in ('tagged', 'suggested', 'untagged', 'refused');
create index ai_agent_acts_failures on ai_agent_acts (org_id, agent_id, id) where kind in ('failed', 'refused');
