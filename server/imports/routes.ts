// The door of imports; beginning to write is an operation's.
import { bind } from '../access/door.ts'
import { sendFile } from '../lib/http.ts'
import { answer } from '../lib/route.ts'
import { checkImport } from './checking.ts'
import { createImport, discardImport, getImport } from './imports.ts'
import { exportRefused } from './refused.ts'
import * as schema from './schema.ts'
import { previewImport, putPart } from './uploading.ts'

export const importRoutes = [
  bind(schema.createImport, ({ body }, { actor, write }) =>
    write(async (tx) => answer(201, await createImport(tx, actor, body))),
  ),

  bind(schema.putImportPart, ({ params, body }, { actor, write }) =>
    write(async (tx) => {
      await putPart(tx, actor, params.id, { n: params.n, bytes: body.bytes })
      return answer(204, undefined)
    }),
  ),

  bind(schema.getImport, async ({ params }, { db, actor }) => answer(200, await getImport(db, actor, params.id))),

  bind(schema.previewImport, async ({ params, query }, { db, actor }) =>
    answer(200, await previewImport(db, actor, params.id, query)),
  ),

  bind(schema.checkImport, async ({ params, body }, { actor, write, operateSoon }) => {
    const checking = await write(async (tx) => answer(202, await checkImport(tx, actor, params.id, body)))
    operateSoon()
    return checking
  }),

  bind(schema.discardImport, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await discardImport(tx, actor, params.id)
      return answer(204, undefined)
    }),
  ),

  // It tells nothing of the organization: only what its people have sent.
  bind(schema.exportRefusedRows, async ({ params }, { pool, actor, reply }) => {
    const { rows, content } = await exportRefused(pool, actor, params.id)
    return sendFile(reply, { name: 'refused', kind: 'csv', content, rows })
  }),
]
