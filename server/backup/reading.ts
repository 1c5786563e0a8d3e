// A backup as it is read: nothing of the file is believed before its checksum fits, and none of its names is ever a path.
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { z } from 'zod'
import { LEFT_OUT } from './catalog.ts'
import { PIECE_BYTES, pieceName } from './backing-up.ts'
import { BackupError } from './failure.ts'
import { openBackupFile, type StoredEntry } from './file.ts'
import { refuseUnknownMigrations } from '../lib/migrate.ts'
import { Contents, Format, FORMAT_VERSION, Head } from './schema.ts'

/** What JSON there is in a backup is far smaller. */
const MOST_JSON_BYTES = 16 << 20
/** Random bytes grow by a little when they are compressed. */
const MOST_COMPRESSED_BYTES = PIECE_BYTES + (64 << 10)

const decompress = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)

export interface Backup {
  file: string
  head: Head
  contents: Contents
  rows: number
  bytes: number
  /** The rows of a table as COPY wrote them, in pieces that end where they happen to end. */
  pieces(table: string): AsyncIterable<Buffer>
  close(): Promise<void>
}

/** Reads a backup through once and opens it. Refuses with a sentence what is none, is damaged, or comes from a newer Earmark. */
export async function openBackup(
  file: string,
  { onRead }: { onRead?: (bytes: number, of: number) => void } = {},
): Promise<Backup> {
  const foreign = () => new BackupError(`${file} is not a backup of Earmark.`)
  const parsed = <S extends z.ZodType>(schema: S, content: Buffer): z.output<S> => {
    try {
      return schema.parse(JSON.parse(content.toString('utf8')))
    } catch {
      throw foreign()
    }
  }
  let head: Head | undefined
  const opened = await openBackupFile(
    file,
    {
      name: 'backup.json',
      maxBytes: MOST_JSON_BYTES,
      look(content) {
        const { version } = parsed(Format, content)
        if (version > FORMAT_VERSION) {
          throw new BackupError(
            `${file} was made by a newer Earmark, in a form that is not known here (${version}; the newest known is ${FORMAT_VERSION}). Restore it with that version or a newer one.`,
          )
        }
        head = parsed(Head, content)
      },
    },
    onRead === undefined ? {} : { onRead },
  )
  try {
    await refuseUnknownMigrations(head!.migrations, 'The backup')
    const [, ...entries] = opened.entries
    const last = entries.pop()
    if (last?.name !== 'contents.json' || last.size > MOST_JSON_BYTES) throw foreign()
    const contents = parsed(Contents, await opened.read(last))
    const pieces = sortOut(contents, entries)
    if (pieces === null) throw foreign()
    return {
      file,
      head: head!,
      contents,
      rows: contents.tables.reduce((sum, table) => sum + table.rows, 0),
      bytes: contents.tables.reduce((sum, table) => sum + table.bytes, 0),
      async *pieces(table) {
        for (const entry of pieces.get(table)!) {
          yield await decompress(await opened.read(entry), { maxOutputLength: PIECE_BYTES }).catch(() => {
            throw foreign()
          })
        }
      },
      close: () => opened.close(),
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** The pieces of each table; null unless just those are there that the contents tell of, in their order. */
function sortOut(contents: Contents, entries: readonly StoredEntry[]): Map<string, StoredEntry[]> | null {
  const pieces = new Map<string, StoredEntry[]>()
  let next = 0
  for (const { name, bytes, columns } of contents.tables) {
    const count = Math.ceil(bytes / PIECE_BYTES)
    const own = entries.slice(next, next + count)
    next += own.length
    const fits = own.every((entry, n) => entry.name === pieceName(name, n + 1) && entry.size <= MOST_COMPRESSED_BYTES)
    if (!fits || own.length !== count || pieces.has(name) || LEFT_OUT.has(name)) return null
    if (new Set(columns).size !== columns.length) return null
    pieces.set(name, own)
  }
  return next === entries.length ? pieces : null
}
