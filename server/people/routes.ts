// The door of Settings → People.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { createInvitation, listInvitations, withdrawInvitation } from './invitations.ts'
import { changeRole, listPeople, removePerson } from './memberships.ts'
import * as schema from './schema.ts'

export const peopleRoutes = [
  bind(schema.listPeople, async (_input, { db, actor }) => answer(200, { people: await listPeople(db, actor) })),

  bind(schema.changeRole, ({ params, body }, context) =>
    context.write(async (tx) => answer(200, await changeRole(tx, context.actor, params.id, body.role))),
  ),

  bind(schema.removePerson, ({ params }, context) =>
    context.write(async (tx) => {
      await removePerson(tx, context.actor, params.id)
      return answer(204, undefined)
    }),
  ),

  bind(schema.listInvitations, async (_input, { db, actor }) =>
    answer(200, { invitations: await listInvitations(db, actor) }),
  ),

  bind(schema.createInvitation, ({ body }, context) =>
    context.write(async (tx) => {
      const { invitation, token } = await createInvitation(tx, context.actor, body)
      return answer(201, { ...invitation, url: `${context.config.publicUrl}/invitation#${token}` })
    }),
  ),

  bind(schema.withdrawInvitation, ({ params }, context) =>
    context.write(async (tx) => {
      await withdrawInvitation(tx, context.actor, params.id)
      return answer(204, undefined)
    }),
  ),
]
