// The door of suggested tags, of what AIs may do with tags, and of how well they do it.
import { bind } from '../access/door.ts'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { answer } from '../lib/route.ts'
import { listAiModes, setAiModes } from '../tags/ai-modes.ts'
import { findAnalysis } from './analysis-of.ts'
import * as quality from './quality-schema.ts'
import { getTagQuality, listTagOverlaps } from './quality.ts'
import * as schema from './schema.ts'
import { decideSuggestions, listSuggestions } from './suggestions.ts'
import { tryTag as tryRoute } from './trying-schema.ts'
import { tryTag } from './trying.ts'

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

  bind(tryRoute, async ({ body }, context) =>
    answer(200, await tryTag(context, context.actor, body, context.hungUp())),
  ),

  bind(quality.getTagQuality, async (_input, { db, actor }) => answer(200, await getTagQuality(db, actor))),

  bind(quality.listTagOverlaps, async (_input, { db, actor, classifier }) =>
    answer(200, await listTagOverlaps(db, actor, classifier)),
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
