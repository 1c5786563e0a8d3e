// Importing a file in tests as the console does: announced, sent in parts, looked at, checked, begun with.
import { checkOnce } from '../../server/imports/checking.ts'
import {
  checkImport,
  createImport,
  getImport,
  PART_BYTES,
  previewImport,
  type Import,
  type ImportSettings,
} from '../../server/imports/schema.ts'
import { getOperation, startImport, type Operation } from '../../server/operations/schema.ts'
import type { Person, TestServer } from './server.ts'

/** Sends a part as its bytes; answers the status and what was said. */
export async function putPart(server: TestServer, person: Person, id: string, n: number, bytes: Uint8Array) {
  const response = await server.app.inject({
    method: 'PUT',
    url: `/v1/imports/${id}/parts/${n}`,
    headers: {
      cookie: person.cookie,
      'earmark-organization': person.slug,
      'earmark-request': 'test',
      'content-type': 'text/csv',
    },
    payload: Buffer.from(bytes),
  })
  return { status: response.statusCode, body: response.body === '' ? null : (response.json() as { reason?: string }) }
}

/** Announces a file and sends all of it. */
export async function upload(server: TestServer, person: Person, content: string | Uint8Array): Promise<Import> {
  const bytes = Buffer.from(content)
  const created = await person.call(createImport, { body: { file_name: 'contacts.csv', file_bytes: bytes.length } })
  for (let n = 0; n * PART_BYTES < bytes.length; n++) {
    const { status } = await putPart(
      server,
      person,
      created.id,
      n,
      bytes.subarray(n * PART_BYTES, (n + 1) * PART_BYTES),
    )
    if (status !== 204) throw new Error(`Part ${n} was answered ${status}.`)
  }
  return created
}

/** Has a file read with the columns that it seems to have; answers what the check found. */
export async function check(
  server: TestServer,
  person: Person,
  id: string,
  settings: Partial<ImportSettings> = {},
): Promise<Import> {
  const { encoding, separator, columns } = await person.call(previewImport, { params: { id } })
  const phone = columns.phone ?? 0
  await person.call(checkImport, {
    params: { id },
    body: { encoding, separator, columns: { ...columns, phone }, ...settings },
  })
  while (await checkOnce(server));
  return person.call(getImport, { params: { id } })
}

/** All of it: sent, checked, written. Answers what the check found, and the operation at its end. */
export async function importFile(
  server: TestServer,
  person: Person,
  content: string | Uint8Array,
  settings: Partial<ImportSettings> = {},
): Promise<{ checked: Import; operation: Operation }> {
  const { id } = await upload(server, person, content)
  const checked = await check(server, person, id, settings)
  const begun = await person.call(startImport, { params: { id } })
  await server.operate()
  return { checked, operation: await person.call(getOperation, { params: { id: begun.id } }) }
}
