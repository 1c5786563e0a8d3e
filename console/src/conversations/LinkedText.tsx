// A text with its web addresses as links, in its own direction.
import classes from './Message.module.css'
import { splitLinks } from './links.ts'

export function LinkedText({ text }: { text: string }) {
  return (
    <span className={classes.text} dir="auto">
      {splitLinks(text).map((part, index) =>
        part.href === undefined ? (
          part.text
        ) : (
          // oxlint-disable-next-line react/no-array-index-key -- parts of one text stay in their places
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
    </span>
  )
}
