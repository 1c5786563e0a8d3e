// npm run reset-password: prints a one-time link by which somebody sets a new password, with the server running or not.
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { makeOperatorResetLink } from '../server/account/reset-links.ts'
import { runTool, ToolError, withStored } from './tool.ts'

const USAGE = `Prints a link by which somebody sets a new password. It works once, within 24 hours.

  npm run reset-password -- ana@example.com

  --turn-off-two-factor   for whoever lost the authenticator app and the recovery codes too`

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'turn-off-two-factor': { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  })
  if (values.help) return console.log(USAGE)
  const [email] = positionals
  if (email === undefined || positionals.length > 1) throw new ToolError(USAGE)
  await withStored(async ({ db, publicUrl }) => {
    const { rows } = await sql<{ ready: boolean }>`select to_regclass('reset_links') is not null as ready`.execute(db)
    if (!rows[0]?.ready)
      throw new ToolError(
        'The database belongs to an older version. Start the server of this version once, then try again.',
      )
    const endsTwoFactor = values['turn-off-two-factor']
    const link = await db.transaction().execute((tx) => makeOperatorResetLink(tx, email, { endsTwoFactor }))
    if (link === null) throw new ToolError(`Nobody signs in as ${email} here.`)
    console.log(`For ${link.email}, once, until ${link.expires_at.replace('T', ' ').slice(0, 16)} UTC:`)
    console.log(publicUrl + link.path)
    if (endsTwoFactor) console.log('Two-factor is turned off when the link is used.')
  })
})
