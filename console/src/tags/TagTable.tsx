// The catalog as a table: each tag, what it is for, who carries it, since when it is there.
import { Link } from '@tanstack/react-router'
import type { Tag } from '../../../server/tags/schema.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { TagChip } from '../ui/TagChip.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './TagTable.module.css'

export function TagTable({ tags, organization }: { tags: readonly Tag[]; organization: string }) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{m.column_tag()}</th>
          <th scope="col">{m.column_description()}</th>
          <th scope="col" className={classes.contacts}>
            {m.contacts()}
          </th>
          <th scope="col" className={classes.created}>
            {m.column_created()}
          </th>
        </tr>
      </thead>
      <tbody>
        {tags.map((tag) => (
          <tr key={tag.id}>
            <th scope="row" className={classes.tag}>
              <TagChip name={tag.name} color={tag.color} deleted={tag.deleted_at !== null} />
            </th>
            <td className={classes.description}>
              {tag.description !== '' && (
                <span className={classes.text} dir="auto" title={tag.description}>
                  {tag.description}
                </span>
              )}
            </td>
            <td className={classes.contacts}>
              <Link
                to="/o/$organization/contacts"
                params={{ organization }}
                search={{ any_tags: tag.id }}
                className={classes.link}
                aria-label={m.tag_contacts({ count: tag.contact_count, name: tag.name })}
              >
                {formatCount(tag.contact_count)}
                <span className={classes.word}> {m.contacts_word({ count: tag.contact_count })}</span>
              </Link>
            </td>
            <td className={classes.created}>
              <Time at={tag.created_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
