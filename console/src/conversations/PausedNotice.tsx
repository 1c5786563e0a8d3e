// Above the composer: why what is written waits, and that it goes by itself.
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { channelsQuery } from '../channels/channel-names.ts'
import { m } from '../paraglide/messages.js'
import classes from './ConversationPane.module.css'

/** A pause begins and ends without a word on the stream. */
const LOOK_EVERY_MS = 10_000

export function PausedNotice({ channelId }: { channelId: string }) {
  const { slug } = useOrganization()
  const { data: channels } = useQuery({ ...channelsQuery(slug), refetchInterval: LOOK_EVERY_MS })
  const channel = channels?.find(({ id }) => id === channelId)
  if (!channel?.paused) return null
  const account = channel.account_name
  const words = {
    throttled: m.sending_throttled(),
    unreachable: m.sending_unreachable(),
    token_refused: m.sending_token_refused({ account }),
    token_missing: m.sending_token_missing({ account }),
  }
  return (
    <p className={classes.paused} role="status">
      {words[channel.paused]}
    </p>
  )
}
