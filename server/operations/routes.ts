// The door of operations, and of merging tags, which is one.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { previewMerge } from '../tags/merging.ts'
import { getOperation, listFailures, listOperations } from './operations.ts'
import * as schema from './schema.ts'
import { previewChange } from './selecting.ts'
import { cancelOperation, resumeOperation, startImport, startMerge, startOperation, startUndo } from './starting.ts'

export const operationRoutes = [
  bind(schema.previewOperation, async ({ body }, { db, actor }) => answer(200, await previewChange(db, actor, body))),

  bind(schema.startOperation, async ({ body }, { actor, write, operateSoon }) => {
    const begun = await write(async (tx) => answer(202, await startOperation(tx, actor, body)))
    operateSoon()
    return begun
  }),

  bind(schema.listOperations, async ({ query }, { db, actor }) => answer(200, await listOperations(db, actor, query))),

  bind(schema.getOperation, async ({ params }, { db, actor }) => answer(200, await getOperation(db, actor, params.id))),

  bind(schema.listOperationFailures, async ({ params, query }, { db, actor }) =>
    answer(200, await listFailures(db, actor, params.id, query)),
  ),

  bind(schema.cancelOperation, ({ params }, { actor, write }) =>
    write(async (tx) => answer(200, await cancelOperation(tx, actor, params.id))),
  ),

  bind(schema.resumeOperation, async ({ params }, { actor, write, operateSoon }) => {
    const begun = await write(async (tx) => answer(202, await resumeOperation(tx, actor, params.id)))
    operateSoon()
    return begun
  }),

  bind(schema.undoOperation, async ({ params }, { actor, write, operateSoon }) => {
    const begun = await write(async (tx) => answer(202, await startUndo(tx, actor, params.id)))
    operateSoon()
    return begun
  }),

  bind(schema.startImport, async ({ params }, { actor, write, operateSoon }) => {
    const begun = await write(async (tx) => answer(202, await startImport(tx, actor, params.id)))
    operateSoon()
    return begun
  }),

  bind(schema.previewMerge, async ({ params, query }, { db, actor }) =>
    answer(200, await previewMerge(db, actor, params.id, query.into)),
  ),

  bind(schema.mergeTags, async ({ params, body }, { actor, write, operateSoon }) => {
    const begun = await write(async (tx) => answer(202, await startMerge(tx, actor, params.id, body.into)))
    operateSoon()
    return begun
  }),
]
