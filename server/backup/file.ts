// The file of a backup: a tar whose last entry is the SHA-256 of all before it. It bears its name only once it is whole.
import { createHash } from 'node:crypto'
import { link, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { startOfProcess } from '../lib/processes.ts'
import { errorCode } from '../lib/start-error.ts'
import { readTarHeader, TAR_END, TAR_HEADER_BYTES, tarHeader, tarPadding, type TarEntry } from '../lib/tar.ts'
import { BackupError, explainedFile } from './failure.ts'

const CHECKSUM = 'sha256'
/** The entry with the checksum, its padding and the end. */
const TRAILER_BYTES = TAR_HEADER_BYTES + 512 + TAR_END.length
const READ_BYTES = 1 << 20

function trailer(sha256: string, at: Date): Buffer {
  const content = Buffer.from(`${sha256}\n`)
  return Buffer.concat([
    tarHeader({ name: CHECKSUM, size: content.length, at }),
    content,
    tarPadding(content.length),
    TAR_END,
  ])
}

export interface NewBackupFile {
  add(name: string, content: Buffer): Promise<void>
  /** Writes the end, sees it safely on the disk, and gives the file its name. Answers its size, and what `sha256sum` says of it. */
  finish(): Promise<{ bytes: number; sha256: string }>
  /** Removes what was written. */
  abandon(): Promise<void>
}

const exists = (file: string) =>
  new BackupError(
    `${file} exists already. Choose another name, or say --force to replace it once the new one is whole.`,
  )

/** Begins a file that only its owner can read. Until it is whole it is called FILE.PROCESS.part. */
export async function createBackupFile(
  file: string,
  { at, force }: { at: Date; force: boolean },
): Promise<NewBackupFile> {
  const part = `${file}.${process.pid}.part`
  try {
    const there = await stat(file).catch(() => null)
    if (there?.isDirectory()) throw new BackupError(`${file} is a folder. Name a file.`)
    if (there !== null && !force) throw exists(file)
    await removeLeftParts(dirname(file), { of: (name) => name === basename(file) })
    const handle = await open(part, 'wx', 0o600)
    return write(handle, { file, part, at, force })
  } catch (error) {
    throw explainedFile(error, file)
  }
}

function write(
  handle: FileHandle,
  { file, part, at, force }: { file: string; part: string; at: Date; force: boolean },
): NewBackupFile {
  const hash = createHash('sha256')
  let bytes = 0
  const put = async (buffer: Buffer): Promise<void> => {
    hash.update(buffer)
    for (let done = 0; done < buffer.length;) done += (await handle.write(buffer, done)).bytesWritten
    bytes += buffer.length
  }
  const abandon = async (): Promise<void> => {
    await handle.close().catch(() => {})
    await rm(part, { force: true })
  }
  const orExplain = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw explainedFile(error, file)
    }
  }
  return {
    abandon,
    add: (name, content) =>
      orExplain(async () => {
        await put(tarHeader({ name, size: content.length, at }))
        await put(content)
        await put(tarPadding(content.length))
      }),
    finish: () =>
      orExplain(async () => {
        await put(trailer(hash.copy().digest('hex'), at))
        await handle.sync()
        await handle.close()
        await giveName(part, file, force)
        await syncFolder(dirname(file))
        return { bytes, sha256: hash.digest('hex') }
      }),
  }
}

/** A link never replaces another file, however close in time two backups end. */
async function giveName(part: string, file: string, force: boolean): Promise<void> {
  if (force) return rename(part, file)
  try {
    await link(part, file)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw exists(file)
    // A file system without links.
    if (await stat(file).catch(() => null)) throw exists(file)
    return rename(part, file)
  }
  await rm(part)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  // Some file systems cannot, and need not.
  await handle.sync().catch(() => {})
  await handle.close()
}

/**
 * Removes what killed backups left behind of files with the names asked for, and answers what it removed. Of one that is
 * still written its process lives; where that may be on another machine, it was written to within `idleMs`.
 */
export async function removeLeftParts(
  folder: string,
  { of, idleMs = 0 }: { of: (name: string) => boolean; idleMs?: number },
): Promise<string[]> {
  const removed: string[] = []
  for (const part of await readdir(folder)) {
    const [, name, pid] = /^(.+)\.(\d+)\.part$/.exec(part) ?? []
    if (name === undefined || !of(name) || startOfProcess(Number(pid)) !== null) continue
    const path = join(folder, part)
    if (idleMs > 0) {
      const found = await stat(path).catch(() => null)
      if (found === null || Date.now() - found.mtimeMs < idleMs) continue
    }
    await rm(path, { force: true })
    removed.push(part)
  }
  return removed
}

export interface StoredEntry {
  name: string
  offset: number
  size: number
}

export interface OpenBackupFile {
  /** When it was made. */
  at: Date
  entries: StoredEntry[]
  read(entry: StoredEntry): Promise<Buffer>
  close(): Promise<void>
}

const foreign = (file: string) => new BackupError(`${file} is not a backup of Earmark.`)
const changed = (file: string) =>
  new BackupError(
    `${file} is cut off or was changed since it was made: its checksum does not fit. Copy it again, or take another backup.`,
  )

/** Opens a file of which the first entry is `first`, and shows that entry's content before anything else is believed. */
export async function openBackupFile(
  file: string,
  first: { name: string; maxBytes: number; look(content: Buffer): void },
  { onRead = () => {} }: { onRead?: (bytes: number, of: number) => void } = {},
): Promise<OpenBackupFile> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') throw new BackupError(`There is no file ${file}.`)
    throw new BackupError(`${file} cannot be read (${errorCode(error) ?? String(error)}).`)
  })
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw foreign(file)
    const opening = await entryAt(handle, 0, found.size)
    if (opening?.name !== first.name || opening.size > first.maxBytes) throw foreign(file)
    first.look(await readExactly(handle, opening.offset, opening.size))
    await checkSum(handle, file, { size: found.size, at: opening.at, onRead })
    const entries: StoredEntry[] = []
    const end = found.size - TRAILER_BYTES
    for (let offset = 0; offset < end;) {
      const entry = await entryAt(handle, offset, end)
      if (entry === null) throw foreign(file)
      entries.push(entry)
      offset = entry.offset + entry.size + tarPadding(entry.size).length
    }
    return {
      at: opening.at,
      entries,
      read: (entry) => readExactly(handle, entry.offset, entry.size),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    if (error instanceof CutOff) throw changed(file)
    throw error
  }
}

class CutOff extends Error {}

/** Every byte counts: those before the last entry by their hash, and the rest must be just what that hash makes it. */
async function checkSum(
  handle: FileHandle,
  file: string,
  { size, at, onRead }: { size: number; at: Date; onRead: (bytes: number, of: number) => void },
): Promise<void> {
  const end = size - TRAILER_BYTES
  if (end < 0) throw changed(file)
  const hash = createHash('sha256')
  for (let offset = 0; offset < end; offset += READ_BYTES) {
    hash.update(await readExactly(handle, offset, Math.min(READ_BYTES, end - offset)))
    onRead(Math.min(offset + READ_BYTES, end), size)
  }
  const expected = trailer(hash.digest('hex'), at)
  if (!expected.equals(await readExactly(handle, end, TRAILER_BYTES))) throw changed(file)
}

async function entryAt(handle: FileHandle, offset: number, end: number): Promise<(StoredEntry & TarEntry) | null> {
  if (offset + TAR_HEADER_BYTES > end) return null
  const entry = readTarHeader(await readExactly(handle, offset, TAR_HEADER_BYTES))
  if (entry === null) return null
  const begins = offset + TAR_HEADER_BYTES
  return begins + entry.size <= end ? { ...entry, offset: begins } : null
}

async function readExactly(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(buffer, done, length - done, offset + done)
    if (bytesRead === 0) throw new CutOff()
    done += bytesRead
  }
  return buffer
}
