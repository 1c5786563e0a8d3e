// The file of a message: shown or played in place where that is safe, else to be downloaded; or what became of it.
import { Button, Loader } from '@mantine/core'
import { IconDownload, IconFile, IconPhotoOff } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import type { Media } from '../../../server/conversations/media-schema.ts'
import { may, useOrganization } from '../access/queries.ts'
import { formatBytes } from '../lib/numbers.ts'
import { useNow } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { tellFailure } from '../ui/toasts.ts'
import { mediaAddress, placeOfMedia } from './media.ts'
import classes from './MessageMedia.module.css'
import { useFetchAgain } from './queries.ts'
import { kindLabel } from './words.ts'

interface MessageMediaProps {
  type: string
  text: string | null
  media: Media
}

export function MessageMedia({ type, text, media }: MessageMediaProps) {
  const { slug } = useOrganization()
  const [isBroken, setIsBroken] = useState(false)
  const address = mediaAddress(slug, media.id)
  if (media.state !== 'stored') return <NotHere type={type} media={media} />
  const label = text === null || text === '' ? kindLabel(type) : text
  switch (isBroken ? 'row' : placeOfMedia(media.mime_type)) {
    case 'image':
      return (
        <a
          className={classes.open}
          href={address}
          target="_blank"
          rel="noopener noreferrer"
          title={m.media_open()}
          data-sticker={type === 'sticker' || undefined}
        >
          <img className={classes.image} src={address} alt={label} loading="lazy" onError={() => setIsBroken(true)} />
        </a>
      )
    case 'audio':
      return (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- nobody has written down what customers say
        <audio
          className={classes.audio}
          src={address}
          controls
          preload="metadata"
          aria-label={kindLabel('audio')}
          onError={() => setIsBroken(true)}
        />
      )
    case 'video':
      return (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- nobody has written down what customers say
        <video
          className={classes.video}
          src={address}
          controls
          preload="metadata"
          aria-label={kindLabel('video')}
          onError={() => setIsBroken(true)}
        />
      )
    case 'row':
      return <Row type={type} media={media} address={address} />
  }
}

function Row({ type, media, address }: { type: string; media: Media; address: string }) {
  const name = media.file_name ?? kindLabel(type)
  return (
    <a className={classes.row} href={address} download={media.file_name ?? ''} aria-label={m.media_download({ name })}>
      <Icon>
        <IconFile size={18} stroke={1.7} aria-hidden />
      </Icon>
      <span className={classes.words}>
        <bdi className={classes.name}>{name}</bdi>
        <span className={classes.soft}>
          {media.file_name !== null && `${kindLabel(type)} · `}
          {formatBytes(media.size ?? 0)}
        </span>
      </span>
      <IconDownload size={18} stroke={1.7} aria-hidden />
    </a>
  )
}

function NotHere({ type, media }: { type: string; media: Media }) {
  const organization = useOrganization()
  const now = useNow()
  const fetchAgain = useFetchAgain(organization.slug)
  const waits = media.state === 'waiting'
  const isExpired = media.available_until !== null && Date.parse(media.available_until) <= now
  return (
    <span className={classes.row} role={waits ? 'status' : undefined}>
      <Icon>{waits ? <Loader size={16} aria-hidden /> : <IconPhotoOff size={18} stroke={1.7} aria-hidden />}</Icon>
      <span className={classes.words}>
        <bdi className={classes.name}>{media.file_name ?? kindLabel(type)}</bdi>
        <span className={classes.soft}>{isExpired ? m.media_expired() : stateWords(media)}</span>
      </span>
      {media.state === 'failed' && !isExpired && may(organization, 'conversations:answer') && (
        <Button
          size="xs"
          variant="default"
          loading={fetchAgain.isPending}
          onClick={() =>
            fetchAgain.mutate(media.id, { onError: (error) => tellFailure(m.media_fetch_failed(), error) })
          }
        >
          {m.message_try_again()}
        </Button>
      )}
    </span>
  )
}

const Icon = ({ children }: { children: ReactNode }) => <span className={classes.icon}>{children}</span>

/** While it waits only what somebody has to do something about is said. */
function stateWords({ state, error }: Media): string {
  if (state === 'too_large') return m.media_too_large()
  if (state === 'waiting' && error !== 'token_refused' && error !== 'token_missing') return m.media_loading()
  switch (error) {
    case 'gone':
      return m.media_gone()
    case 'token_refused':
      return m.media_token_refused()
    case 'token_missing':
      return m.media_token_missing()
    case 'address_private':
      return m.media_address_private()
    case 'damaged':
      return m.media_damaged()
    case 'unreachable':
      return m.media_unreachable()
    case 'refused':
    case null:
      return m.media_refused()
  }
}
