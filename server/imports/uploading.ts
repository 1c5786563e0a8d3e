// A file on its way in: kept part by part, and looked at once all of it is here.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { sparingMemory, throwAway } from '../lib/heap.ts'
import { guessColumns } from './columns.ts'
import { guessEncoding } from './decoding.ts'
import { findImport, lockUnstarted, noFile, noImport, type Guess, type ImportRow } from './imports.ts'
import { firstRows, guessSeparator } from './parsing.ts'
import { PART_BYTES, type Encoding, type ImportPreview, type Separator } from './schema.ts'

/** Rows that the preview shows, and one more for the names of the columns. */
const SHOWN = 10

type Sized = Pick<ImportRow, 'file_bytes'>

const partsOf = ({ file_bytes: bytes }: Sized): number => Math.ceil(bytes / PART_BYTES)

/** How many bytes a part has to have. */
const sizeOf = (file: Sized, n: number): number => Math.min(PART_BYTES, file.file_bytes - n * PART_BYTES)

/** Keeps a part of the file; the same part again takes its place. Refuses one that is not as long as it must be. */
export async function putPart(
  tx: Tx,
  actor: Actor,
  id: string,
  { n, bytes }: { n: number; bytes: Uint8Array },
): Promise<void> {
  const file = await lockUnstarted(tx, actor.org_id, id)
  if (file.status === 'failed') throw noFile()
  if (file.status !== 'uploading')
    throw new Problem('conflict', 'This file is complete. Announce another one.', { reason: 'import_complete' })
  if (n >= partsOf(file) || bytes.length !== sizeOf(file, n))
    throw new Problem('invalid', `This part does not fit: the file was announced with ${file.file_bytes} bytes.`, {
      reason: 'import_part_misfit',
      data: { bytes: file.file_bytes },
    })
  await sql`
    insert into import_parts (org_id, import_id, n, bytes) values (${actor.org_id}, ${id}, ${n}, ${Buffer.from(bytes)})
    on conflict (org_id, import_id, n) do update set bytes = excluded.bytes`.execute(tx)
  await sql`update imports set touched_at = now() where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  throwAway(bytes.length)
}

/** Read at a time. Of whole parts, which come as text of twice their length, a server that read them kept 20 MB more. */
const PIECE_BYTES = 62_500

/** The file's bytes in their order, a piece in memory at a time. */
export async function* bytesOf(db: Db, { org_id: orgId, id, ...file }: ImportRow): AsyncGenerator<Buffer> {
  for (let n = 0; n < partsOf(file); n++)
    for (let at = 0; at < sizeOf(file, n); at += PIECE_BYTES) {
      const { rows } = await sql<{ bytes: Buffer }>`
        select substring(bytes from ${at + 1}::int for ${PIECE_BYTES}::int) as bytes
        from import_parts where org_id = ${orgId} and import_id = ${id} and n = ${n}`.execute(db)
      if (!rows[0]) throw noFile()
      yield rows[0].bytes
    }
}

/**
 * The first rows as they are read with an encoding and a separator, by default those that the file seems to have. The first
 * call after the last part looks at the whole file. Refuses one that is not complete, that is a workbook, and that has no row
 * beside its first line.
 */
export async function previewImport(
  db: Db,
  actor: Actor,
  id: string,
  asked: { encoding?: Encoding | undefined; separator?: Separator | undefined },
): Promise<ImportPreview> {
  const file = await findImport(db, actor.org_id, id)
  if (!file) throw noImport()
  if (file.error?.reason === noFile().details.reason) throw noFile()
  const guess = file.guess ?? (await sparingMemory(() => recognise(db, file)))
  const how = { encoding: asked.encoding ?? guess.encoding, separator: asked.separator ?? guess.separator }
  const [header, ...rows] = await firstRows(await startOf(db, file), how, SHOWN + 1)
  if (!header || rows.length === 0) throw noRows()
  return {
    ...how,
    header: header.cells,
    rows: rows.map(({ n, cells }) => ({ row: n, cells })),
    columns: guessColumns(header.cells),
  }
}

export const noRows = () =>
  new Problem('invalid', 'The file has no rows beside its first line. Choose another one.', {
    reason: 'import_no_rows',
  })

async function startOf(db: Db, file: ImportRow): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const bytes of bytesOf(db, file)) {
    pieces.push(bytes)
    if (pieces.length * PIECE_BYTES >= PART_BYTES) break
  }
  return Buffer.concat(pieces)
}

async function recognise(db: Db, file: ImportRow): Promise<Guess> {
  const { org_id: orgId, id } = file
  const { rows } = await sql<{ n: number }>`
    select p.n from generate_series(0, ${partsOf(file) - 1}::int) p (n)
    where not exists (select from import_parts i where i.org_id = ${orgId} and i.import_id = ${id} and i.n = p.n) order by 1 limit 1`.execute(
    db,
  )
  if (rows[0])
    throw new Problem('conflict', 'The file is not complete yet. Send the parts that are missing.', {
      reason: 'import_incomplete',
      data: { part: rows[0].n },
    })
  const encoding = await guessEncoding(bytesOf(db, file))
  const separator = await guessSeparator(await startOf(db, file), encoding)
  const [header] = await firstRows(await startOf(db, file), { encoding, separator }, 1)
  const guess = { encoding, separator, header: header?.cells.map((cell) => cell.replaceAll('\0', '')) ?? [] }
  await sql`
    update imports set guess = ${JSON.stringify(guess)}::jsonb, status = case when status = 'uploading' then 'uploaded' else status end, touched_at = now()
    where org_id = ${orgId} and id = ${id}`.execute(db)
  return guess
}
