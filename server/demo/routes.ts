// The door of the demo organization.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { fillDemo } from './demo.ts'
import * as schema from './schema.ts'

export const demoRoutes = [
  bind(schema.fillDemo, (_input, context) =>
    context.write(async (tx) => answer(201, await fillDemo(tx, context, context.actor))),
  ),
]
