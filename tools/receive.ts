// npm run receive: plays a customer, by posting a signed body in Meta's shape to the running server.
import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { parseArgs } from 'node:util'
import { systemActor, type Actor } from '../server/access/actor.ts'
import { callbackPath } from '../server/channels/accounts.ts'
import { playFile, playText } from '../server/test-phone/playing.ts'
import { findPlayed } from '../server/test-phone/behaviour.ts'
import { listTestMessages } from '../server/test-phone/test-phone.ts'
import type { Db } from '../server/lib/db.ts'
import { openRunning, runTool, ToolError } from './tool.ts'

const USAGE = `Plays a customer who writes to your test phone number.

  npm run receive -- --from +8613800138000 --name 'Li Wei' 'hola'
  npm run receive -- --user-id US.13491208655302741918 --username liwei 'no phone number'

  --from PHONE          the customer's phone, in full international form
  --user-id ID          the customer's business-scoped user id; with it the phone may be left out
  --username NAME       the customer's WhatsApp username
  --name NAME           the customer's profile name
  --organization SLUG   the organization, when there are several
  --file PATH           sends a file, the text as its caption; the customer has written before
  --reply               answers the newest message that they were sent
  --times N             sends it as N separate messages`

/** What is sent without a type that is known here goes as a document. */
const TYPES: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.mp4': 'video/mp4',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.ogg': 'audio/ogg',
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
}

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      'user-id': { type: 'string' },
      username: { type: 'string' },
      name: { type: 'string' },
      organization: { type: 'string' },
      file: { type: 'string' },
      reply: { type: 'boolean', default: false },
      times: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  const text = positionals.join(' ')
  if (values.help) return console.log(USAGE)
  if (text === '' && values.file === undefined) throw new ToolError(USAGE)
  if (!values.from && !values['user-id'])
    throw new ToolError(
      'Say who writes: --from +8613800138000, or --user-id US.1349… for a customer without a phone number.',
    )
  if (values.from && !/^\+[0-9 ().-]{5,25}$/.test(values.from))
    throw new ToolError('Write --from in full international form, such as +8613800138000.')
  const times = Number(values.times)
  if (!Number.isInteger(times) || times < 1 || times > 10_000)
    throw new ToolError('--times is a number from 1 to 10000.')

  const running = await openRunning()
  try {
    const organization = await running.organization(values.organization)
    const actor = systemActor(organization.id)
    const stage = { db: running.db, vault: running, actor }
    const played = await findPlayed(
      running.db,
      organization.id,
      values.from?.replaceAll(/[^+0-9]/g, '') ?? values['user-id']!,
    )
    if (!played && (values.file !== undefined || values.reply))
      throw new ToolError('This customer has not written yet. Send a text first.')
    const reply_to = values.reply ? await newestArrived(running.db, actor, played!.id) : undefined
    const file = values.file === undefined ? null : readFile(values.file)
    for (let n = 0; n < times; n++) {
      const { accountId, body, signature } = file
        ? await playFile(stage, played!.id, { ...file, caption: text, reply_to })
        : await playText(stage, {
            from: values.from,
            user_id: values['user-id'],
            username: values.username,
            name: values.name,
            text,
            reply_to,
          })
      const answer = await fetch(running.url + callbackPath(accountId), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
        body,
      })
      if (!answer.ok) throw new ToolError(`The server answered ${answer.status}: ${await answer.text()}`)
    }
    console.log(
      `Delivered to ${organization.name}: ${times === 1 ? 'one message' : `${times} messages`} from ${values.from ?? values['user-id']}.`,
    )
  } finally {
    await running.close()
  }
})

async function newestArrived(db: Db, actor: Actor, contactId: string): Promise<string> {
  const { messages } = await listTestMessages(db, actor, contactId)
  const newest = messages.findLast(({ direction, arrived }) => direction === 'out' && arrived)
  if (!newest) throw new ToolError('Nothing has arrived at this customer yet that they could answer.')
  return newest.id
}

function readFile(path: string) {
  try {
    const mime_type = TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream'
    return { bytes: readFileSync(path), mime_type, file_name: basename(path) }
  } catch (error) {
    throw new ToolError(`${path} cannot be read: ${(error as Error).message}`)
  }
}
