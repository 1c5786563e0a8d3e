// What made the customer write: the advertisement or post that they came from, or the product that they ask about.
import { IconShoppingBag, IconSpeakerphone } from '@tabler/icons-react'
import { m } from '../paraglide/messages.js'
import { productOf, referralOf } from './content.ts'
import classes from './Message.module.css'
import { Card } from './MessageCard.tsx'

export function CameFrom({ content }: { content: unknown }) {
  const referral = referralOf(content)
  const product = productOf(content)
  return (
    <>
      {referral && (
        <Card icon={IconSpeakerphone} title={referral.kind === 'ad' ? m.message_from_ad() : m.message_from_post()}>
          {[...new Set([referral.headline, referral.body])].map(
            (words) =>
              words !== null && (
                <bdi key={words} className={classes.cardLine}>
                  {words}
                </bdi>
              ),
          )}
          {referral.href !== null && (
            <a className={classes.mapLink} href={referral.href} target="_blank" rel="noopener noreferrer">
              {m.message_referral_open()}
            </a>
          )}
        </Card>
      )}
      {product !== null && <Card icon={IconShoppingBag} title={m.message_about_product({ id: product })} />}
    </>
  )
}
