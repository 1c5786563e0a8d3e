// The door of privacy.
import { bind } from '../access/door.ts'
import { sendRecorded } from '../audit/sending.ts'
import { answer } from '../lib/route.ts'
import { eraseContact, listErasures } from './erasing.ts'
import { exportContact } from './exporting.ts'
import { getRetention, previewRetention, setRetention } from './retention.ts'
import * as schema from './schema.ts'

export const privacyRoutes = [
  bind(schema.eraseContact, ({ params }, { actor, write }) =>
    write(async (tx) => answer(202, await eraseContact(tx, actor, params.id))),
  ),

  bind(schema.exportContact, async ({ params: { id } }, context) => {
    const content = await exportContact(context.pool, context.actor, id, context.config)
    const act = { act: 'contact.exported', details: { contact_id: id } } as const
    return sendRecorded(context, act, { name: `contact-${id.slice(-12)}`, kind: 'json', content })
  }),

  bind(schema.getRetention, async (_input, { db, actor }) => answer(200, await getRetention(db, actor))),

  bind(schema.setRetention, ({ body }, { actor, write }) =>
    write(async (tx) => answer(200, await setRetention(tx, actor, body))),
  ),

  bind(schema.previewRetention, async ({ body }, { db, actor }) =>
    answer(200, await previewRetention(db, actor, body)),
  ),

  bind(schema.listErasures, async (_input, { db, actor }) => answer(200, { erasures: await listErasures(db, actor) })),
]
