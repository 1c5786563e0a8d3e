// What is meant by names that the catalog does not have: create the tag, take another one, or leave the name out.
import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ImportSettings, ImportTag } from '../../../server/imports/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { listWords } from '../lib/lists.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { tagsQuery } from '../tags/queries.ts'
import classes from './ImportPage.module.css'

type Choice = ImportSettings['tags'][number]
export type Choices = ReadonlyMap<string, Choice>

interface TagChoicesProps {
  tags: readonly ImportTag[]
  choices: Choices
  onChange: (choices: Choices) => void
}

export function TagChoices({ tags, choices, onChange }: TagChoicesProps) {
  const organization = useOrganization()
  const { data: catalog = [] } = useQuery(tagsQuery(organization.slug))
  const choose = (name: string, value: string) => {
    const next = new Map(choices)
    if (value === '') next.delete(name)
    else if (value === 'create' || value === 'leave_out') next.set(name, { name, choice: value })
    else next.set(name, { name, choice: 'use', tag_id: value })
    onChange(next)
  }
  const valueOf = (name: string) => {
    const choice = choices.get(name)
    return choice?.choice === 'use' ? (choice.tag_id ?? '') : (choice?.choice ?? '')
  }
  return (
    <ul className={classes.tags}>
      {tags.map((tag) => {
        const near = new Set(tag.near.map(({ id }) => id))
        const others = catalog.filter(({ id }) => !near.has(id))
        return (
          <li key={tag.name}>
            <span className={classes.tag}>
              <bdi>{tag.name}</bdi>
              <span className={classes.quiet}>
                {m.import_tag_rows({ count: tag.rows, shown: formatCount(tag.rows) })}
                {tag.state === 'deleted' && ` · ${m.import_tag_deleted()}`}
                {!tag.can_create && ` · ${m.import_tag_impossible()}`}
              </span>
              {tag.near_names.length > 0 && (
                <span className={classes.quiet}>{m.import_tag_near_names({ names: listWords(tag.near_names) })}</span>
              )}
            </span>
            <NativeSelect
              aria-label={m.import_tag_choice({ name: tag.name })}
              value={valueOf(tag.name)}
              onChange={(event) => choose(tag.name, event.currentTarget.value)}
            >
              <option value="">{m.import_tag_undecided()}</option>
              {tag.can_create && <option value="create">{m.import_tag_create()}</option>}
              <option value="leave_out">{m.import_tag_leave_out()}</option>
              {tag.near.length > 0 && (
                <optgroup label={m.import_tag_near()}>
                  {tag.near.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </optgroup>
              )}
              {others.length > 0 && (
                <optgroup label={m.import_tag_others()}>
                  {others.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </optgroup>
              )}
            </NativeSelect>
          </li>
        )
      })}
    </ul>
  )
}
