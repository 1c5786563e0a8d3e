// npm run backup -- FILE: writes all that the database holds at one moment into a file, whether servers run or not.
import { parseArgs } from 'node:util'
import { backUp } from '../server/backup/backing-up.ts'
import type { Head } from '../server/backup/schema.ts'
import { PASSPHRASE_MIN_LENGTH, sealSecretKey } from '../server/backup/sealing.ts'
import { givenPath, loadConfig, type Config } from '../server/config.ts'
import { findSecretKeyText } from '../server/lib/secret-key.ts'
import { askHidden, count, megabytes, openProgress } from './terminal.ts'
import { refuseWithoutDatabase, runTool, ToolError, withDatabase } from './tool.ts'

const USAGE = `npm run backup -- FILE [--force] [--with-secret-key]

Writes everything in the database into FILE, while servers go on. Restore it with "npm run restore -- FILE".

  --force             replace FILE if it exists, once the new one is whole
  --with-secret-key   put the text of SECRET_KEY in, sealed under a passphrase: asked for, or from BACKUP_PASSPHRASE`

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { force: { type: 'boolean' }, 'with-secret-key': { type: 'boolean' }, help: { type: 'boolean' } },
  })
  const [name, ...more] = positionals
  if (values.help) return console.log(USAGE)
  if (name === undefined || more.length > 0) throw new ToolError(USAGE)
  const file = givenPath(name)
  const config = loadConfig()
  refuseWithoutDatabase(config)
  const secretKey = values['with-secret-key'] ? await sealedKey(config) : null
  await withDatabase(config, async ({ url, signal }) => {
    const began = performance.now()
    const progress = openProgress()
    const { tables, rows, bytes, sha256 } = await backUp({
      url,
      file,
      force: values.force ?? false,
      secretKey,
      signal,
      onProgress: (now) =>
        progress.show(
          `${count(now.rows)} of about ${count(Math.max(now.rows, Math.round(now.of)))} rows, ${megabytes(now.bytes)}`,
        ),
    }).finally(() => progress.clear())
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    console.log(
      `Backed up ${count(rows)} rows of ${tables} tables to ${file}: ${megabytes(bytes)} in ${seconds} s, SHA-256 ${sha256}`,
    )
    console.log(
      secretKey === null
        ? 'The secret key is not inside; keep it apart (docs/running/backup.md).'
        : 'The secret key is inside, sealed under your passphrase.',
    )
  })
})

async function sealedKey(config: Config): Promise<NonNullable<Head['secret_key']>> {
  const text = findSecretKeyText(config)
  if (text === null)
    throw new ToolError(`There is no secret key: neither SECRET_KEY is set, nor is there one in ${config.dataDir}.`)
  return sealSecretKey(text, config.backupPassphrase ?? (await newPassphrase()))
}

async function newPassphrase(): Promise<string> {
  const passphrase = await askHidden('A passphrase for the secret key: ')
  if (passphrase === null)
    throw new ToolError('There is no terminal to ask for a passphrase. Set BACKUP_PASSPHRASE to it.')
  if (passphrase.length < PASSPHRASE_MIN_LENGTH)
    throw new ToolError(`The passphrase needs at least ${PASSPHRASE_MIN_LENGTH} characters.`)
  if ((await askHidden('The same again: ')) !== passphrase) throw new ToolError('The two are not the same.')
  return passphrase
}
