// What can go wrong with a backup or a restore without anybody's mistake in the code: said in sentences.
import { databaseGone } from '../lib/http.ts'
import { errorCode, StartError } from '../lib/start-error.ts'

/** An error whose sentence is for whoever makes backups: what happened, and what to do. */
export class BackupError extends StartError {}

/** A broken connection, or one that broke while rows were copied: the streams say that in words of their own. */
const isCutOff = (error: unknown): boolean =>
  databaseGone(error) || (error instanceof Error && /not queryable|premature close/i.test(error.message))

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Turns what the system or PostgreSQL says into a sentence; what is neither is a mistake in the code and stays. */
export function explained(error: unknown, { doing, kept }: { doing: string; kept: string }): unknown {
  if (error instanceof StartError) return error
  const code = errorCode(error) ?? ''
  if (error instanceof Error && error.name === 'AbortError') return new BackupError(`Stopped. ${kept}`)
  if (code === '53100')
    return new BackupError(`The disk of the database is full, so ${doing} was not finished. ${kept}`)
  if (code === '55P03') {
    return new BackupError(
      `Somebody else has locked the tables for long, a migration perhaps, so ${doing} did not begin. ${kept} Try again later.`,
    )
  }
  if (isCutOff(error))
    return new BackupError(
      `The database ended or was cut off (${reason(error)}), so ${doing} was not finished. ${kept}`,
    )
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E'))
    return new BackupError(`The database refused (${reason(error)}), so ${doing} was not finished. ${kept}`)
  return error
}

/** How far a restore has come. */
export type Reached = 'nothing' | 'the commit' | 'all'

/** The same for a restore: what the database holds now depends on how far it had come. */
export function explainedRestore(error: unknown, reached: Reached): unknown {
  if (reached === 'all')
    return new BackupError(
      `The backup is restored, but not yet brought up to this version (${reason(error)}). Start the server: it goes on with that.`,
      { cause: error },
    )
  if (reached === 'the commit' && isCutOff(error))
    return new BackupError(
      `The database was cut off at the very end (${reason(error)}), so it is not known whether the backup is restored. Restore it again: if it is there, that is refused.`,
      { cause: error },
    )
  return explained(error, { doing: 'the restore', kept: 'The database is as empty as before.' })
}

/** The same for the file itself. */
export function explainedFile(error: unknown, file: string): unknown {
  switch (errorCode(error) ?? '') {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new BackupError(
        `The disk of ${file} is full, so the backup was not finished. Nothing of it was kept. Make room, or choose a file on another disk.`,
      )
    case 'ENOENT':
    case 'ENOTDIR':
      return new BackupError(`${file} cannot be made: its folder does not exist.`)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new BackupError(`${file} cannot be written by this account (${errorCode(error)}).`)
    case 'EIO':
      return new BackupError(`The disk of ${file} does not work (EIO), so the backup was not finished.`)
    default:
      return error
  }
}
