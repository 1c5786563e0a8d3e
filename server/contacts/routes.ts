// The door of contacts.
import { bind } from '../access/door.ts'
import { sendRecorded } from '../audit/sending.ts'
import { answer } from '../lib/route.ts'
import { countContacts, getContact, listContacts } from './contacts.ts'
import { countOpenConflicts, decideConflict, listConflicts, undoDecision } from './conflicts.ts'
import * as conflicts from './conflicts-schema.ts'
import { putContact } from './creating.ts'
import { exportContacts } from './export.ts'
import { findByExternalId, removeExternalId } from './external-ids.ts'
import * as external from './external-schema.ts'
import { findByBsuid, findByPhone } from './lookup.ts'
import { mergeContacts, undoMerge } from './merging.ts'
import * as merging from './merging-schema.ts'
import * as schema from './schema.ts'

export const contactRoutes = [
  bind(schema.listContacts, async ({ query: { limit, cursor, sort, order, ...filter } }, { db, actor }) =>
    answer(200, await listContacts(db, actor, filter, { sort, order, limit, cursor })),
  ),

  bind(schema.countContacts, async ({ query }, { db, actor }) =>
    answer(200, { count: await countContacts(db, actor, query) }),
  ),

  bind(schema.exportContacts, async ({ query: { sort, order, format, ...filter } }, context) => {
    const { rows, content } = await exportContacts(context.pool, context.actor, filter, { format, sort, order })
    const act = { act: 'contacts.exported', details: { rows, filter } } as const
    return sendRecorded(context, act, { name: 'contacts', kind: format, content, rows })
  }),

  bind(schema.findContactsByPhone, async ({ query }, { db, actor }) =>
    answer(200, { contacts: await findByPhone(db, actor, query.phone) }),
  ),

  bind(schema.findContactsByBsuid, async ({ query }, { db, actor }) =>
    answer(200, { contacts: await findByBsuid(db, actor, query.bsuid) }),
  ),

  bind(schema.findContactsByExternalId, async ({ query }, { db, actor }) =>
    answer(200, { contacts: await findByExternalId(db, actor, query) }),
  ),

  bind(external.removeExternalId, ({ params, query }, { actor, write }) =>
    write(async (tx) => answer(200, await removeExternalId(tx, actor, params.id, query))),
  ),

  bind(schema.putContact, ({ body }, { actor, write }) =>
    write(async (tx) => answer(200, await putContact(tx, actor, body))),
  ),

  bind(merging.mergeContacts, ({ params, body }, { actor, write }) =>
    write(async (tx) => answer(200, { merge_id: await mergeContacts(tx, actor, params.id, body.merged_id) })),
  ),

  bind(merging.undoMerge, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await undoMerge(tx, actor, params.id)
      return answer(204, undefined)
    }),
  ),

  bind(schema.getContact, async ({ params }, { db, actor }) => answer(200, await getContact(db, actor, params.id))),

  bind(conflicts.listConflicts, async ({ query }, { db, actor }) =>
    answer(200, {
      conflicts: await listConflicts(db, actor, query.status),
      open_count: await countOpenConflicts(db, actor),
    }),
  ),

  bind(conflicts.decideConflict, ({ params, body }, { actor, write }) =>
    write(async (tx) => {
      await decideConflict(tx, actor, params.id, body.decision)
      return answer(204, undefined)
    }),
  ),

  bind(conflicts.undoConflictDecision, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await undoDecision(tx, actor, params.id)
      return answer(204, undefined)
    }),
  ),
]
