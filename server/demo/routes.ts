// The door of the demo organization.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { fillDemo } from './demo.ts'
import * as schema from './schema.ts'

export const demoRoutes = [
  bind(schema.fillDemo, async (_input, context) =>
    answer(201, await context.db.transaction().execute((tx) => fillDemo(tx, context, context.actor))),
  ),
]
