// The door of the audit log.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { exportEntries, listActors, listEntries } from './reading.ts'
import * as schema from './schema.ts'
import { sendRecorded } from './sending.ts'

export const auditRoutes = [
  bind(schema.listAuditEntries, async ({ query: { limit, cursor, ...filter } }, { db, actor }) =>
    answer(200, await listEntries(db, actor, filter, { limit, cursor })),
  ),

  bind(schema.listAuditActors, async (_input, { db, actor }) => answer(200, await listActors(db, actor))),

  bind(schema.exportAuditEntries, async ({ query: filter }, context) => {
    const { rows, content } = await exportEntries(context.pool, context.actor, filter)
    const act = { act: 'audit.exported', details: { rows, filter } } as const
    return sendRecorded(context, act, { name: 'audit-log', kind: 'csv', content, rows })
  }),
]
