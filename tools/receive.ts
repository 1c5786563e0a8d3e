// npm run receive: plays a customer, by posting a signed body in Meta's shape to the running server.
import { parseArgs } from 'node:util'
import { systemActor } from '../server/access/actor.ts'
import { callbackPath } from '../server/channels/accounts.ts'
import { composePlayed, openTestAccount } from '../server/test-phone/test-phone.ts'
import { openRunning, runTool, ToolError } from './tool.ts'

const USAGE = `Plays a customer who writes to your test phone number.

  npm run receive -- --from +8613800138000 --name 'Li Wei' 'hola'
  npm run receive -- --user-id US.13491208655302741918 --username liwei 'no phone number'

  --from PHONE          the customer's phone, in full international form
  --user-id ID          the customer's business-scoped user id; with it the phone may be left out
  --username NAME       the customer's WhatsApp username
  --name NAME           the customer's profile name
  --organization SLUG   the organization, when there are several
  --times N             sends it as N separate messages`

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      'user-id': { type: 'string' },
      username: { type: 'string' },
      name: { type: 'string' },
      organization: { type: 'string' },
      times: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  const text = positionals.join(' ')
  if (values.help) return console.log(USAGE)
  if (text === '') throw new ToolError(USAGE)
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
    const account = await openTestAccount(running.db, running, actor)
    for (let n = 0; n < times; n++) {
      const { body, signature } = await composePlayed(running.db, running, actor, account, {
        from: values.from,
        user_id: values['user-id'],
        username: values.username,
        name: values.name,
        text,
      })
      const answer = await fetch(running.url + callbackPath(account.id), {
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
