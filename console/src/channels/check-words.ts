// What Meta said of a number, in words, with the remedy.
import type { ConnectionCheck } from '../../../server/channels/schema.ts'
import { m } from '../paraglide/messages.js'

const QUALITY: Record<string, () => string> = {
  GREEN: m.quality_green,
  YELLOW: m.quality_yellow,
  RED: m.quality_red,
}

export function checkWords({ outcome, display_phone_number, said, ...check }: ConnectionCheck): string {
  const error = said ?? ''
  switch (outcome) {
    case 'ok': {
      // Set apart, so that a name written from right to left does not turn the sentence.
      const name = `\u2068${check.verified_name ?? '—'}\u2069`
      const quality = QUALITY[check.quality_rating ?? '']
      return quality === undefined ? m.check_ok({ name }) : m.check_ok_quality({ name, quality: quality() })
    }
    case 'phone_differs':
      return m.check_phone_differs({ phone: display_phone_number ?? '—' })
    case 'number_unknown':
      return m.check_number_unknown()
    case 'token_missing':
      return m.check_token_missing()
    case 'token_refused':
      return m.check_token_refused()
    case 'not_permitted':
      return m.check_not_permitted()
    case 'too_many':
      return m.check_too_many()
    case 'refused':
      return m.check_refused({ error })
    case 'unreadable':
      return m.check_unreadable()
    case 'unreachable':
      return m.check_unreachable({ error })
    case 'address_private':
      return m.check_address_private()
  }
}
