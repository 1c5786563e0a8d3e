// The order of the list as a menu, where its columns have no heads that could be clicked.
import { Button, Menu } from '@mantine/core'
import { IconArrowsSort } from '@tabler/icons-react'
import { memo } from 'react'
import type { ContactSort, SortOrder } from '../../../server/contacts/schema.ts'
import { m } from '../paraglide/messages.js'
import { naturalOrder, SORTS, useChangeSearch, useContactOrder } from './search.ts'
import classes from './SortMenu.module.css'
import { sortWords } from './sort-words.ts'

export const SortMenu = memo(function SortMenu() {
  const { sort = 'last_seen', order = naturalOrder(sort) } = useContactOrder()
  const { sortBy } = useChangeSearch()
  const choices = SORTS.flatMap((each): [ContactSort, SortOrder][] => {
    const natural = naturalOrder(each)
    return [
      [each, natural],
      [each, natural === 'asc' ? 'desc' : 'asc'],
    ]
  })
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          className={classes.button}
          leftSection={<IconArrowsSort size={15} stroke={1.7} />}
          aria-label={m.sort_now({ order: sortWords(sort, order) })}
        >
          {m.sort_button()}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={`${sort} ${order}`}>
          {choices.map(([by, direction]) => (
            <Menu.RadioItem
              key={`${by} ${direction}`}
              value={`${by} ${direction}`}
              onClick={() => sortBy(by, direction)}
            >
              {sortWords(by, direction)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
})
