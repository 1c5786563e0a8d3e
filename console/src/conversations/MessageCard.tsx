// What is no text in a message, as a card: an icon, what it is, and more about it.
import { IconMapPin } from '@tabler/icons-react'
import type { ComponentType, ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import type { Place } from './content.ts'
import classes from './Message.module.css'
import { kindLabel } from './words.ts'

export type CardIcon = ComponentType<{ size: number; stroke: number; 'aria-hidden': true }>

interface CardProps {
  icon: CardIcon
  title: ReactNode
  children?: ReactNode
}

export function Card({ icon: Icon, title, children }: CardProps) {
  return (
    <span className={classes.card}>
      <span className={classes.cardIcon}>
        <Icon size={18} stroke={1.7} aria-hidden />
      </span>
      <span className={classes.cardWords}>
        <bdi className={classes.cardTitle}>{title}</bdi>
        {children !== undefined && children !== false && <span className={classes.soft}>{children}</span>}
      </span>
    </span>
  )
}

interface PlaceCardProps {
  /** Null where it cannot be read. */
  place: Place | null
  /** Where the place has no name. */
  title?: string | null
}

export function PlaceCard({ place, title = null }: PlaceCardProps) {
  return (
    <Card icon={IconMapPin} title={place?.name ?? (title || kindLabel('location'))}>
      {place && (
        <>
          {place.address !== null && <bdi>{place.address}</bdi>}
          <a className={classes.mapLink} href={place.href} target="_blank" rel="noopener noreferrer">
            {m.message_open_map()}
          </a>
        </>
      )}
    </Card>
  )
}
