// The door of the live stream.
import { bind } from '../access/door.ts'
import { sent } from '../lib/http.ts'
import { answer } from '../lib/route.ts'
import { listEvents } from './listing.ts'
import * as schema from './schema.ts'

export const eventRoutes = [
  bind(schema.listEvents, async ({ query }, { db, actor }) => answer(200, await listEvents(db, actor, query))),

  bind(schema.live, async ({ query }, { actor, live, request, reply, stillAllowed }) => {
    const last = request.headers['last-event-id']
    const resumed = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : null
    const stream = await live.open({
      orgId: actor.org_id,
      userId: actor.id,
      after: query.after ?? resumed,
      stillAllowed,
    })
    reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      // When the stream ends nothing more comes over this connection, so that a stopping server need not wait for it.
      .header('connection', 'close')
      // A proxy such as nginx would otherwise hold messages back.
      .header('x-accel-buffering', 'no')
    await reply.send(stream)
    return sent
  }),
]
