// What can be done with the chosen rows, over the foot of the list while there are any.
import { ActionIcon, Button } from '@mantine/core'
import { IconTagMinus, IconTagPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useOrganization } from '../access/queries.ts'
import { contactCountQuery } from '../contacts/queries.ts'
import type { ContactQuery } from '../contacts/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import type { Selection } from './selection.ts'
import classes from './SelectionBar.module.css'

const BulkTagsDialog = lazy(() => import('./BulkTagsDialog.tsx').then((file) => ({ default: file.BulkTagsDialog })))

interface SelectionBarProps {
  selection: Selection
  query: ContactQuery
}

export function SelectionBar({ selection, query }: SelectionBarProps) {
  const organization = useOrganization()
  const { data } = useQuery(contactCountQuery(organization.slug, query))
  const [change, setChange] = useState<'add' | 'remove' | null>(null)
  const { chosen } = selection
  const total = data?.count
  const count = chosen === 'all' ? (total ?? 0) : chosen.size
  const offersAll = chosen !== 'all' && selection.loaded === 'all' && total !== undefined && total > chosen.size
  return (
    <div
      className={classes.bar}
      role="region"
      aria-label={m.selection()}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || change !== null) return
        event.stopPropagation()
        selection.clear()
      }}
    >
      <span className={classes.count} role="status">
        {chosen === 'all'
          ? m.selection_all({ count, shown: formatCount(count) })
          : m.selection_count({ count, shown: formatCount(count) })}
      </span>
      {offersAll && (
        <button type="button" className={classes.all} onClick={selection.chooseAll}>
          {m.selection_choose_all({ shown: formatCount(total) })}
        </button>
      )}
      <span className={classes.actions}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTagPlus size={15} stroke={1.7} />}
          onClick={() => setChange('add')}
        >
          {m.bulk_add()}
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTagMinus size={15} stroke={1.7} />}
          onClick={() => setChange('remove')}
        >
          {m.bulk_remove()}
        </Button>
        <ActionIcon aria-label={m.selection_clear()} title={m.selection_clear()} onClick={selection.clear}>
          <IconX size={16} />
        </ActionIcon>
      </span>
      {change !== null && (
        <Suspense fallback={null}>
          <BulkTagsDialog
            change={change}
            chosen={chosen}
            query={query}
            onClose={(started) => {
              setChange(null)
              if (started) selection.clear()
            }}
          />
        </Suspense>
      )}
    </div>
  )
}
