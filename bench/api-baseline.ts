// The least that a call can cost: the statements that change a contact's tags, or find one by phone, behind the same HTTP server.
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { openDatabase } from '../server/lib/db.ts'
import { joinEmbeddedPostgres } from '../server/lib/postgres.ts'

const [file, dataDir, orgId] = process.argv.slice(2) as [string, string, string]
const { pool } = openDatabase((await joinEmbeddedPostgres(dataDir)).url, { max: 20 })
const app = Fastify()

app.post('/v1/contacts/:id/tags', async (request) => {
  const { id } = request.params as { id: string }
  const [tag] = (request.body as { add: [string] }).add
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('select id from tags where org_id = $1 and id = $2 for share', [orgId, tag])
    await client.query('select id from contacts where org_id = $1 and id = $2 for no key update', [orgId, id])
    const { rows } = await client.query(
      `insert into tag_assignments (org_id, contact_id, tag_id, added_at, added_source, added_actor_kind, added_actor_id, added_actor_name)
       values ($1, $2, $3, now(), 'api', 'api_key', 'bench', 'Bench') on conflict do nothing returning id`,
      [orgId, id, tag],
    )
    if (rows.length > 0) {
      await client.query(
        'update contacts set tag_ids = tag_ids || $3::uuid, tag_sources = tag_sources | 4 where org_id = $1 and id = $2',
        [orgId, id, tag],
      )
      await client.query('insert into tag_counts (org_id, tag_id, change) values ($1, $2, 1)', [orgId, tag])
      await client.query(
        `insert into events (org_id, kind, contact_id, tag_id, actor_kind, actor_id, actor_name, source)
         values ($1, 'contact.tag_added', $2, $3, 'api_key', 'bench', 'Bench', 'api')`,
        [orgId, id, tag],
      )
    }
    const { rows: chips } = await client.query('select id, name, color from tags where org_id = $1 and id = $2', [
      orgId,
      tag,
    ])
    await client.query('commit')
    return { added: chips, removed: [], unchanged: [] }
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
})

app.get('/v1/contacts/by-phone', async (request) => {
  const { phone } = request.query as { phone: string }
  const { rows } = await pool.query(
    `select i.contact_id from contact_identities i where i.org_id = $1 and i.kind = 'phone' and i.scope = '' and i.value = $2`,
    [orgId, phone.slice(1)],
  )
  return { contacts: rows }
})

await app.listen({ port: 0, host: '127.0.0.1' })
writeFileSync(file, JSON.stringify({ url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` }))
