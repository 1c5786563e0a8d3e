// A connected number, to which a customer writes as WhatsApp delivers it: by a signed request.
import { expect, type Page } from '@playwright/test'
import { composeMessage } from '../../server/channels/whatsapp/compose.ts'
import { signBody } from '../../server/channels/whatsapp/signature.ts'
import { callAs } from './people.ts'

const SECRET = 'a secret'
const NUMBER = { phoneNumberId: '106540352242922', displayPhone: '15550783881', wabaId: '102290129340398' }

/** Connects it; answers how its customer Sheena writes, now unless another time is given. */
export async function connectNumber(page: Page, url: string, more: { access_token?: string } = {}) {
  const account = await callAs<{ id: string }>(page, url, 'POST', '/v1/whatsapp-accounts', {
    name: 'Shop',
    portfolio_id: '506914307656634',
    waba_id: NUMBER.wabaId,
    app_secret: SECRET,
    channels: [{ name: 'Main number', phone_number_id: NUMBER.phoneNumberId, phone: '+15550783881' }],
    ...more,
  })
  return async (message: object, at = new Date()): Promise<void> => {
    const body = composeMessage({ ...NUMBER, from: '+16505551234', name: 'Sheena', at, message })
    const answer = await page.request.post(`${url}/webhooks/whatsapp/${account.id}`, {
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signBody(body, SECRET) },
      data: Buffer.from(body),
    })
    expect(answer.status()).toBe(200)
  }
}
