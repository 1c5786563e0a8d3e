// The key under which secrets are encrypted in the database: from SECRET_KEY, or made once and kept in the data folder.
import { randomBytes, scryptSync } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { prepareDataDir } from './data-dir.ts'
import { clusterFolder } from './postgres-cluster.ts'
import { errorCode, StartError } from './start-error.ts'

const LEAST_CHARACTERS = 16

/**
 * The 32 bytes of the key. They are derived with scrypt from SECRET_KEY or, without one, from the text in secret.key, so
 * the text may be carried from the one to the other. The file is made at the first start, readable by its owner only.
 * Refuses to make a new one beside a database whose secrets it could not open.
 */
export function loadSecretKey({ secretKey, dataDir }: { secretKey?: string; dataDir: string }): Buffer {
  return deriveKey(secretKey ?? readOrMakeText(dataDir))
}

/** Where the text is kept that stands in for SECRET_KEY. */
export const secretKeyFile = (dataDir: string): string => join(dataDir, 'secret.key')

/** The text that the key is made of; null when there is none yet. */
export function findSecretKeyText({ secretKey, dataDir }: { secretKey?: string; dataDir: string }): string | null {
  if (secretKey !== undefined) return secretKey.trim()
  const found = read(secretKeyFile(dataDir))
  return found === null ? null : checked(secretKeyFile(dataDir), found)
}

/**
 * Puts another text in the place of SECRET_KEY, as it comes with a backup. One that is there is kept beside it under the
 * name that is answered. For a database without any secrets only.
 */
export function putSecretKeyText(dataDir: string, text: string): string | null {
  const path = secretKeyFile(dataDir)
  prepareDataDir(dataDir)
  const aside = read(path) === null ? null : `${path}.replaced-${Date.now()}`
  if (aside !== null) linkSync(path, aside)
  renameSync(writeAside(path, text), path)
  return aside
}

/** scrypt, so that a short passphrase is not guessed from what it encrypted. The salt is ours: one key for one text. */
function deriveKey(text: string): Buffer {
  return scryptSync(text.trim(), 'earmark secret key', 32)
}

function readOrMakeText(dataDir: string): string {
  const path = secretKeyFile(dataDir)
  const found = read(path)
  if (found !== null) return checked(path, found)
  prepareDataDir(dataDir)
  if (statSync(clusterFolder(dataDir), { throwIfNoEntry: false })) {
    throw new StartError(
      `SECRET_KEY: ${path} is missing, and without it the secrets in the database cannot be opened. Put it back from a backup, or set SECRET_KEY as it was. If it is lost, write any text of 16 characters or more into it, and enter the WhatsApp accounts' secrets again.`,
    )
  }
  const making = writeAside(path, randomBytes(32).toString('base64url'))
  try {
    linkSync(making, path)
  } catch (error) {
    // Another server made one at the same moment: that one holds.
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    rmSync(making, { force: true })
  }
  return checked(path, read(path) ?? '')
}

/** Writes the text safely to the disk, under a name of this process; answers the name. */
function writeAside(path: string, text: string): string {
  const making = `${path}.${process.pid}`
  const file = openSync(making, 'w', 0o600)
  writeSync(file, `${text}\n`)
  fsyncSync(file)
  // Made by root in the folder of another account, it is that account's.
  const { uid, gid } = statSync(dirname(path))
  if (process.getuid?.() === 0) fchownSync(file, uid, gid)
  closeSync(file)
  return making
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw new StartError(`SECRET_KEY: ${path} cannot be read by this account (${errorCode(error)}).`)
  }
}

function checked(path: string, text: string): string {
  if (text.length < LEAST_CHARACTERS) {
    throw new StartError(
      `SECRET_KEY: ${path} is damaged, it must hold at least ${LEAST_CHARACTERS} characters. Put it back from a backup.`,
    )
  }
  // A copy may have come with the permissions of another machine.
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
  return text
}
