// npm run restore -- FILE: loads a backup into a database without an organization. Also how one moves between databases.
import { parseArgs } from 'node:util'
import { restore, type Step } from '../server/backup/restoring.ts'
import { openBackup, type Backup } from '../server/backup/reading.ts'
import { openSecretKey } from '../server/backup/sealing.ts'
import { findLostTwoFactors } from '../server/account/two-factor.ts'
import { findLostSecrets } from '../server/channels/lost-secrets.ts'
import { findLostKeys } from '../server/models/lost-keys.ts'
import { givenPath, loadConfig, type Config } from '../server/config.ts'
import { openDatabase } from '../server/lib/db.ts'
import { findSecretKeyText, loadSecretKey, putSecretKeyText, secretKeyFile } from '../server/lib/secret-key.ts'
import { askHidden, count, megabytes, openProgress } from './terminal.ts'
import { runTool, ToolError, withDatabase } from './tool.ts'

const USAGE = `npm run restore -- FILE [--without-secret-key]

Loads a backup into the database of DATA_DIR or DATABASE_URL, which must not have an organization yet.

  --without-secret-key   leave the secret key that is inside where it is; the secrets are to be entered again`

const DOING: Record<Step, (done: number, of: number) => string> = {
  loading: (done, of) => `Loading: ${megabytes(done)} of ${megabytes(of)}`,
  indexing: (done, of) => `Making indexes: ${count(done)} of ${count(of)}`,
  comparing: (done, of) => `Comparing: ${megabytes(done)} of ${megabytes(of)}`,
  finishing: () => 'Finishing …',
}
const SECRET_NAMES = {
  app_secret: 'app secret (then paste the new verify token into Meta)',
  access_token: 'access token',
}
const TRIES = 3

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'without-secret-key': { type: 'boolean' }, help: { type: 'boolean' } },
  })
  const [name, ...more] = positionals
  if (values.help) return console.log(USAGE)
  if (name === undefined || more.length > 0) throw new ToolError(USAGE)
  const config = loadConfig()
  const began = performance.now()
  const progress = openProgress()
  const backup = await openBackup(givenPath(name), {
    onRead: (bytes, of) => progress.show(`Reading the file: ${megabytes(bytes)} of ${megabytes(of)}`),
  }).finally(() => progress.clear())
  try {
    const key = values['without-secret-key'] ? null : await keyInside(backup, config)
    const putKey = openKeyDoor(config, key)
    await withDatabase(config, async ({ url, signal }) => {
      const { migrated, analyzed } = await restore({
        url,
        backup,
        signal,
        beforeCommit: putKey,
        onProgress: (step, done, of) => progress.show(DOING[step](done, of)),
      }).finally(() => progress.clear())
      const seconds = ((performance.now() - began) / 1000).toFixed(1)
      console.log(
        `Restored ${count(backup.rows)} rows of ${backup.contents.tables.length} tables, as they were on ${backup.head.created_at}, in ${seconds} s. All checksums fit.`,
      )
      if (migrated.length > 0) console.log(`Brought up to this version by ${migrated.join(', ')}.`)
      if (!analyzed)
        console.log('The statistics were not made: searches may be slow until PostgreSQL makes them by itself.')
      await tellLostSecrets(url, config)
    })
  } finally {
    await backup.close()
  }
  console.log('Everybody signs in again. A server that runs already serves what was restored.')
})

/** The text of the key that the backup holds; null when it holds none. */
async function keyInside({ head, file }: Backup, config: Config): Promise<string | null> {
  if (head.secret_key === null) return null
  if (config.backupPassphrase !== undefined) {
    const text = await openSecretKey(head.secret_key, config.backupPassphrase)
    if (text === null)
      throw new ToolError('BACKUP_PASSPHRASE is not the passphrase of this backup. Nothing was changed.')
    return text
  }
  for (let tries = 0; tries < TRIES; tries++) {
    const passphrase = await askHidden(`The passphrase of the secret key in ${file}: `)
    if (passphrase === null)
      throw new ToolError(
        'The backup holds the secret key, and there is no terminal to ask for its passphrase. Set BACKUP_PASSPHRASE to it, or say --without-secret-key.',
      )
    const text = await openSecretKey(head.secret_key, passphrase)
    if (text !== null) return text
    process.stderr.write('That is not the passphrase.\n')
  }
  throw new ToolError('Nothing was changed. Without the passphrase, say --without-secret-key.')
}

/** Makes sure that there is a key before there is a database, and answers what puts the restored one in its place. */
function openKeyDoor(config: Config, key: string | null): () => void {
  const present = findSecretKeyText(config)
  if (key === null) {
    if (present === null) loadSecretKey(config)
    return () => {}
  }
  if (present === null) putSecretKeyText(config.dataDir, key)
  if (present === null || present === key) return () => {}
  return () => {
    const file = secretKeyFile(config.dataDir)
    const aside = putSecretKeyText(config.dataDir, key)
    const kept = aside === null ? '' : ` The one that was there, which nothing was sealed under, is kept in ${aside}.`
    console.log(
      config.secretKey === undefined
        ? `The secret key of the backup is now in ${file}.${kept} Restart the servers that run.`
        : `SECRET_KEY is set to another text than the backup's, which is now in ${file}.${kept} Set SECRET_KEY to that text on every server, or unset it here, and restart.`,
    )
  }
}

async function tellLostSecrets(url: string, config: Config): Promise<void> {
  const { pool, db } = openDatabase(url, { max: 1 })
  try {
    const secretKey = loadSecretKey(config)
    const lost = await findLostSecrets(db, secretKey)
    const people = await findLostTwoFactors({ db, secretKey })
    const keys = await findLostKeys(db, secretKey)
    if (lost.length + people.length + keys.length === 0) return
    if (lost.length > 0)
      console.log('These secrets were sealed under another SECRET_KEY. Enter them again in Settings → WhatsApp:')
    for (const { organization, account_name: account, secrets } of lost)
      console.log(`  ${organization}, ${account}: ${secrets.map((each) => SECRET_NAMES[each]).join(' and ')}`)
    if (keys.length > 0) console.log('The keys of these language models must be entered again in Settings → AI:')
    for (const { organization, provider } of keys) console.log(`  ${organization}, ${provider}`)
    if (people.length > 0) {
      console.log(
        'The authenticator apps of these people cannot be checked. They sign in with a recovery code and set two-factor up again, or with a reset link that turns it off (npm run reset-password -- EMAIL --turn-off-two-factor):',
      )
      for (const { name, email } of people) console.log(`  ${name}, ${email}`)
    }
    console.log('Or set SECRET_KEY to what it was, and restart: then nothing of this is needed.')
  } finally {
    await pool.end()
  }
}
