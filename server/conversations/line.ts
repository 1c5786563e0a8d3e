// A line: one number that this process sends by.
import type { SendingChannel } from '../channels/pausing.ts'
import { openBell, type Bell } from '../lib/bell.ts'
import type { Claims } from '../lib/claims.ts'
import type { Outbox } from './outbox.ts'

export interface Line {
  outbox: Outbox
  claims: Claims
  /** Nothing more is taken: Meta wants to be left alone. */
  paused: boolean
  bell: Bell
  /** The number, and when it was read; null when something is wrong with it. */
  known: { channel: SendingChannel; readAt: number } | null
}

export const openLine = (outbox: Outbox, claims: Claims): Line => ({
  outbox,
  claims,
  paused: false,
  bell: openBell(),
  known: null,
})
