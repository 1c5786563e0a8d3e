// What a message consists of, by its kind; what nobody knows how to show is said as such, never left out.
import {
  IconFile,
  IconHelpCircle,
  IconMicrophone,
  IconPhoto,
  IconShoppingCart,
  IconSticker,
  IconUser,
  IconVideo,
} from '@tabler/icons-react'
import type { Message } from '../../../server/conversations/schema.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import {
  answersOf,
  cardsOf,
  fileNameOf,
  isForm,
  orderOf,
  placeOf,
  replyOf,
  shownOf,
  type ShownButton,
} from './content.ts'
import { LinkedText } from './LinkedText.tsx'
import classes from './Message.module.css'
import { Card, PlaceCard, type CardIcon } from './MessageCard.tsx'
import { MessageMedia } from './MessageMedia.tsx'
import { TemplateContent } from './TemplateContent.tsx'
import { isKnownKind, kindLabel } from './words.ts'

const MEDIA: Record<string, CardIcon> = {
  image: IconPhoto,
  audio: IconMicrophone,
  video: IconVideo,
  document: IconFile,
  sticker: IconSticker,
}

interface MessageContentProps {
  message: Message
  /** For the customer: presses a button. */
  onPress?: (button: ShownButton) => void
}

export function MessageContent({ message, onPress }: MessageContentProps) {
  const { type, text, content } = message
  if (Object.hasOwn(MEDIA, type)) {
    return (
      <>
        {message.media ? (
          <MessageMedia type={type} text={text} media={message.media} />
        ) : (
          <Card icon={MEDIA[type]!} title={fileNameOf(type, content) ?? kindLabel(type)}>
            {fileNameOf(type, content) !== null && kindLabel(type)}
          </Card>
        )}
        {text !== null && text !== '' && <LinkedText text={text} />}
      </>
    )
  }
  switch (type) {
    case 'location':
      return <Place content={content} text={text} />
    case 'contacts':
      return <Cards content={content} text={text} />
    case 'interactive':
    case 'button':
      return <Reply content={content} text={text} type={type} />
    case 'template':
      return <Template message={message} {...(onPress ? { onPress } : {})} />
    case 'order':
      return <Order content={content} text={text} />
    default:
      if (text !== null && text !== '') return <LinkedText text={text} />
      return (
        <Card icon={IconHelpCircle} title={kindLabel(type)}>
          {isKnownKind(type) && type !== 'unsupported' ? m.message_kept_no_more() : m.message_unsupported_text()}
        </Card>
      )
  }
}

function Template({ message: { text, content, media }, ...pressing }: MessageContentProps) {
  const shown = shownOf(content)
  return (
    <>
      {media && <MessageMedia type={shown.header_file ?? 'document'} text={null} media={media} />}
      <TemplateContent text={text} shown={shown} {...pressing} />
    </>
  )
}

function Place({ content, text }: Pick<Message, 'content' | 'text'>) {
  return <PlaceCard place={placeOf(content)} title={text} />
}

function Cards({ content, text }: Pick<Message, 'content' | 'text'>) {
  const cards = cardsOf(content)
  if (cards.length === 0) return <Card icon={IconUser} title={text || kindLabel('contacts')} />
  return cards.map(({ name, company, reachedBy }, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- the cards of one message stay in their places
    <Card key={index} icon={IconUser} title={name ?? kindLabel('contacts')}>
      {company !== null && <bdi className={classes.cardLine}>{company}</bdi>}
      {[...new Set(reachedBy)].map((address) => (
        <bdi key={address} className={classes.cardLine}>
          {address}
        </bdi>
      ))}
    </Card>
  ))
}

function Reply({ content, text, type }: Pick<Message, 'content' | 'text' | 'type'>) {
  const reply = replyOf(content)
  const answers = answersOf(content)
  return (
    <>
      <span className={classes.soft}>{isForm(content) ? m.message_form() : m.message_chose()}</span>
      {/* Of a form WhatsApp says no more than that it was sent. */}
      {answers.length === 0 && <LinkedText text={reply?.title ?? (text || kindLabel(type))} />}
      {reply?.description != null && <span className={classes.soft}>{reply.description}</span>}
      {answers.length > 0 && (
        <dl className={classes.answers}>
          {answers.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  )
}

function Order({ content, text }: Pick<Message, 'content' | 'text'>) {
  const products = orderOf(content)
  return (
    <>
      <Card icon={IconShoppingCart} title={kindLabel('order')}>
        {m.message_order_products({ count: products.length, shown: formatCount(products.length) })}
      </Card>
      <ul className={classes.products}>
        {products.map(({ id, quantity, price }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- the products of one order stay in their places
          <li key={index}>
            {formatCount(quantity)} × <bdi>{id}</bdi> {price !== null && <span className={classes.soft}>{price}</span>}
          </li>
        ))}
      </ul>
      {text !== null && text !== '' && <LinkedText text={text} />}
    </>
  )
}
