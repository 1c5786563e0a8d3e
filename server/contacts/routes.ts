// The door of contacts.
import { bind } from '../access/door.ts'
import { sent } from '../lib/http.ts'
import { answer } from '../lib/route.ts'
import { countContacts, getContact, listContacts } from './contacts.ts'
import { countOpenConflicts, decideConflict, listConflicts, undoDecision } from './conflicts.ts'
import { exportContacts, exportFileName } from './export.ts'
import * as schema from './schema.ts'

export const contactRoutes = [
  bind(schema.listContacts, async ({ query: { limit, cursor, ...filter } }, { db, actor }) =>
    answer(200, await listContacts(db, actor, filter, { limit, cursor })),
  ),

  bind(schema.countContacts, async ({ query }, { db, actor }) =>
    answer(200, { count: await countContacts(db, actor, query) }),
  ),

  bind(schema.exportContacts, async ({ query }, { db, actor, reply }) => {
    reply
      .type('text/csv; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${exportFileName(new Date())}"`)
    await reply.send(exportContacts(db, actor, query))
    return sent
  }),

  bind(schema.getContact, async ({ params }, { db, actor }) => answer(200, await getContact(db, actor, params.id))),

  bind(schema.listConflicts, async ({ query }, { db, actor }) =>
    answer(200, {
      conflicts: await listConflicts(db, actor, query.status),
      open_count: await countOpenConflicts(db, actor),
    }),
  ),

  bind(schema.decideConflict, async ({ params, body }, { db, actor }) => {
    await db.transaction().execute((tx) => decideConflict(tx, actor, params.id, body.decision))
    return answer(204, undefined)
  }),

  bind(schema.undoConflictDecision, async ({ params }, { db, actor }) => {
    await db.transaction().execute((tx) => undoDecision(tx, actor, params.id))
    return answer(204, undefined)
  }),
]
