// Which addresses a provider may have: public ones under https, and private ones where whoever runs the server allows them.
import type { Server } from '../access/door.ts'
import { Problem } from '../lib/errors.ts'
import { OutgoingError } from '../lib/outgoing.ts'

/** Refuses an address that this server would not ask. The same is checked whenever it is asked. */
export async function checkAddress(
  { config, outgoing }: Pick<Server, 'config' | 'outgoing'>,
  url: string,
): Promise<void> {
  const { hostname: host, protocol } = new URL(url)
  try {
    await outgoing.check(url)
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    if (error.reason === 'address_private')
      throw new Problem(
        'invalid',
        `${host} is not a public address. Whoever runs Earmark can allow it by ALLOW_PRIVATE_ADDRESSES, as for a model on the same machine.`,
        { reason: 'model_url_private', field: 'base_url', data: { host } },
      )
    throw new Problem('invalid', `There is no host ${host}. Check the address.`, {
      reason: 'model_host_unknown',
      field: 'base_url',
      data: { host },
    })
  }
  if (protocol !== 'https:' && config.allowPrivateAddresses === false)
    throw new Problem(
      'invalid',
      'Write an address that begins with https://, so that nobody on the way can read along.',
      { reason: 'model_url_plain', field: 'base_url' },
    )
}
