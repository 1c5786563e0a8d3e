// A text of machines under its title, to be read, scrolled and copied.
import classes from '../channels/DeliveryDialog.module.css'
import { CopyButton } from '../ui/CopyButton.tsx'

interface CodeBlockProps {
  id: string
  title: string
  text: string
  /** What stands there when the text is empty. */
  empty?: string
}

export function CodeBlock({ id, title, text, empty }: CodeBlockProps) {
  return (
    <>
      <div className={classes.bodyHead}>
        <h3 id={id} className={classes.bodyTitle}>
          {title}
        </h3>
        {text !== '' && <CopyButton text={text} what={title} />}
      </div>
      {text === '' && empty !== undefined ? (
        <p className={classes.note}>{empty}</p>
      ) : (
        /* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */
        <pre className={classes.body} tabIndex={0} role="region" aria-labelledby={id} dir="ltr">
          {text}
        </pre>
      )}
    </>
  )
}
