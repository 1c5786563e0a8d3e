// The data folder: made at the first start, then read and written by every part that keeps something in files.
import { accessSync, chmodSync, constants, mkdirSync, statSync } from 'node:fs'
import { errorCode, StartError } from './start-error.ts'

/**
 * Makes the folder if there is none and checks that it can be written. Made by root it can be walked through by all
 * (the embedded PostgreSQL runs as another account), but not listed; what is secret in it has its own permissions.
 */
export function prepareDataDir(dataDir: string): void {
  try {
    const made = mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    // Also the folders made above it, or the last one's permission would be of no use.
    if (made !== undefined && process.getuid?.() === 0) {
      for (let folder = dataDir; folder.length >= made.length; folder = folder.slice(0, folder.lastIndexOf('/')))
        chmodSync(folder, 0o711)
    }
    if (!statSync(dataDir).isDirectory()) throw new StartError(`DATA_DIR: ${dataDir} is not a folder.`)
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    if (error instanceof StartError) throw error
    const code = errorCode(error)
    if (code === 'EEXIST' || code === 'ENOTDIR') throw new StartError(`DATA_DIR: ${dataDir} is not a folder.`)
    throw new StartError(
      `DATA_DIR: ${dataDir} cannot be written by this account (${code}). Give it to the account, or set DATA_DIR to another folder.`,
    )
  }
}
