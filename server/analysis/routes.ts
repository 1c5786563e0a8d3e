// The door of suggested tags, and of what AIs may do with tags.
import { bind } from '../access/door.ts'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { answer } from '../lib/route.ts'
import { listAiModes, setAiModes } from '../tags/ai-modes.ts'
import { findAnalysis } from './analysis-of.ts'
import * as schema from './schema.ts'
import { decideSuggestions, listSuggestions } from './suggestions.ts'

const aiTags = async (db: Db, actor: Actor): Promise<{ tags: schema.AiTag[] }> => ({
  tags: (await listAiModes(db, actor)).map(({ id, name, color, description, ai_mode, ai_threshold }) => ({
    tag: { id, name, color, deleted: false },
    description,
    mode: ai_mode,
    threshold: ai_threshold,
  })),
})

export const analysisRoutes = [
  bind(schema.listAiTags, async (_input, { db, actor }) => answer(200, await aiTags(db, actor))),

  bind(schema.changeAiTags, ({ body }, { actor, write }) =>
    write(async (tx) => {
      await setAiModes(tx, actor, body.tags)
      return answer(200, await aiTags(tx, actor))
    }),
  ),

  bind(schema.listSuggestions, async ({ query }, { db, actor }) =>
    answer(200, await listSuggestions(db, actor, query)),
  ),

  bind(schema.decideSuggestions, ({ body }, { actor, write }) =>
    write(async (tx) => answer(200, await decideSuggestions(tx, actor, body))),
  ),

  bind(schema.getAnalysis, async ({ params }, { db, actor }) =>
    answer(200, { analysis: await findAnalysis(db, actor, params.id) }),
  ),
]
