// The language models of an organization, as administrators manage them.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { Server } from '../access/door.ts'
import { recordAct } from '../audit/recording.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import type { OpenProvider } from './connecting.ts'
import { ModelError } from './errors.ts'
import type { ModelProvider, NewProvider, ProviderChanges, ProviderKind } from './schema.ts'
import { openKey, sealKey } from './sealing.ts'

const MOST_PROVIDERS = 20

type Vault = Pick<Server, 'secretKey'>

interface ProviderRow {
  id: string
  kind: ProviderKind
  name: string
  base_url: string
  model: string
  api_key: Buffer | null
  api_key_end: string | null
  input_price: number | null
  output_price: number | null
  created_at: string
  created_by_name: string
}

const columns = sql`id, kind, name, base_url, model, api_key, api_key_end, input_price::float8 as input_price,
  output_price::float8 as output_price, created_at, created_by_name`

const toProvider = (
  secretKey: Buffer,
  { api_key, api_key_end, created_by_name, ...row }: ProviderRow,
): ModelProvider => ({
  ...row,
  key_end: api_key_end,
  key_lost: api_key !== null && openKey(secretKey, row.id, api_key) === null,
  created_by: created_by_name,
})

export async function listProviders(db: Db, { secretKey }: Vault, actor: Actor): Promise<ModelProvider[]> {
  const { rows } = await sql<ProviderRow>`
    select ${columns} from model_providers where org_id = ${actor.org_id} order by created_at, id`.execute(db)
  return rows.map((row) => toProvider(secretKey, row))
}

export async function getProvider(db: Db, { secretKey }: Vault, actor: Actor, id: string): Promise<ModelProvider> {
  const { rows } = await sql<ProviderRow>`
    select ${columns} from model_providers where org_id = ${actor.org_id} and id = ${id}`.execute(db)
  if (!rows[0]) throw missing()
  return toProvider(secretKey, rows[0])
}

/** Adds one; nothing is sent to it before it is chosen or tested. Refuses the twenty-first. */
export async function createProvider(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  { kind, name, base_url, model, api_key, input_price, output_price }: z.output<typeof NewProvider>,
): Promise<ModelProvider> {
  const { org_id } = actor
  // Of two at once the second counts the first.
  await sql`select from organizations where id = ${org_id} for no key update`.execute(tx)
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from model_providers where org_id = ${org_id}`.execute(tx)
  if (rows[0]!.count >= MOST_PROVIDERS)
    throw new Problem('conflict', `There are ${MOST_PROVIDERS} language models already. Remove one of them first.`, {
      reason: 'too_many_model_providers',
      data: { most: MOST_PROVIDERS },
    })
  const id = newId()
  const { sealed, end } = keyColumns(vault, id, api_key)
  await sql`
    insert into model_providers (org_id, id, kind, name, base_url, model, api_key, api_key_end, input_price, output_price, created_by_name)
    values (${org_id}, ${id}, ${kind}, ${name}, ${base_url}, ${model}, ${sealed}, ${end}, ${input_price}, ${output_price}, ${actor.name})`.execute(
    tx,
  )
  await record(tx, actor, 'model_provider.created', { id, name }, { kind, base_url, model })
  return getProvider(tx, vault, actor, id)
}

/** Changes it; a key that is not given stays, unless the address is another: then it must be entered again, so that nobody can have it sent elsewhere. */
export async function updateProvider(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  id: string,
  { name, base_url, model, api_key, input_price, output_price }: z.output<typeof ProviderChanges>,
): Promise<ModelProvider> {
  const before = await lockProvider(tx, actor, id)
  if (api_key === null && before.api_key !== null && new URL(before.base_url).origin !== new URL(base_url).origin)
    throw new Problem('invalid', 'The address is another one now: enter the key again, or remove it.', {
      reason: 'model_key_again',
      field: 'api_key',
    })
  const { sealed, end } =
    api_key === null ? { sealed: before.api_key, end: before.api_key_end } : keyColumns(vault, id, api_key)
  await sql`
    update model_providers set name = ${name}, base_url = ${base_url}, model = ${model}, api_key = ${sealed}, api_key_end = ${end},
      input_price = ${input_price}, output_price = ${output_price}, without = '{}'
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  const told = (of: { name: string; base_url: string; model: string }) => ({
    name: of.name,
    base_url: of.base_url,
    model: of.model,
  })
  await record(
    tx,
    actor,
    'model_provider.changed',
    { id, name },
    {
      before: told(before),
      after: { name, base_url, model },
      ...(api_key === null ? {} : { new_key: api_key !== '' }),
    },
  )
  return getProvider(tx, vault, actor, id)
}

/** Removes it with its key. What it was chosen for goes back to the built-in classifier; its calls stay in the log. */
export async function deleteProvider(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { name } = await lockProvider(tx, actor, id)
  await sql`delete from model_providers where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  await record(tx, actor, 'model_provider.deleted', { id, name })
}

/** The provider with its key, for asking it. Throws ModelError when it is not there, or this server cannot open its key. */
export async function openProvider(db: Db, secretKey: Buffer, orgId: string, id: string): Promise<OpenProvider> {
  const { rows } = await sql<ProviderRow & { without: string[] }>`
    select ${columns}, without from model_providers where org_id = ${orgId} and id = ${id}`.execute(db)
  const [row] = rows
  if (!row) throw new ModelError('no_provider', 'The provider is not there any more. Choose another in Settings → AI.')
  const { kind, name, base_url, model, input_price, output_price, without } = row
  const api_key = row.api_key === null ? null : openKey(secretKey, id, row.api_key)
  if (row.api_key !== null && api_key === null)
    throw new ModelError('key_lost', 'This server cannot open the provider’s key. Enter it again in Settings → AI.')
  return { org_id: orgId, id, kind, name, base_url, model, api_key, input_price, output_price, without }
}

/** That the provider knows nothing of a part of questions. */
export async function noteRefusedPart(db: Db, { org_id, id }: OpenProvider, part: string): Promise<void> {
  await sql`
    update model_providers set without = without || ${part}::text
    where org_id = ${org_id} and id = ${id} and not without @> array[${part}::text]`.execute(db)
}

async function lockProvider(tx: Tx, actor: Actor, id: string): Promise<ProviderRow> {
  const { rows } = await sql<ProviderRow>`
    select ${columns} from model_providers where org_id = ${actor.org_id} and id = ${id} for update`.execute(tx)
  if (!rows[0]) throw missing()
  return rows[0]
}

const missing = () =>
  new Problem('not_found', 'There is no such language model any more.', { reason: 'model_provider_missing' })

/** A short key shows less of itself. */
const keyColumns = ({ secretKey }: Vault, id: string, key: string): { sealed: Buffer | null; end: string | null } =>
  key === ''
    ? { sealed: null, end: null }
    : { sealed: sealKey(secretKey, id, key), end: key.length < 12 ? '' : key.slice(-4) }

async function record(
  tx: Tx,
  actor: Actor,
  act: 'model_provider.created' | 'model_provider.changed' | 'model_provider.deleted',
  subject: { id: string; name: string },
  details?: Record<string, unknown>,
): Promise<void> {
  await recordAct(tx, actor, { act, subject, ...(details && { details }) })
  await recordEvents(tx, actor, [{ kind: 'organization.models_changed' }])
}
