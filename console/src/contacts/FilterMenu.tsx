// The Filter button, and what opens below it.
import { Button, Loader, Popover, VisuallyHidden } from '@mantine/core'
import { IconFilter2 } from '@tabler/icons-react'
import { lazy, memo, Suspense, type Ref } from 'react'
import { m } from '../paraglide/messages.js'
import { useAppliedCount, type Facet } from './facets.ts'
import classes from './FilterMenu.module.css'

const loadPanel = () => import('./FilterPanel.tsx')
const FilterPanel = lazy(() => loadPanel().then((file) => ({ default: file.FilterPanel })))

interface FilterMenuProps {
  ref: Ref<HTMLButtonElement>
  opened: boolean
  onToggle: () => void
  onClose: () => void
  facet: Facet
  onFacet: (facet: Facet) => void
  onClearAll: () => void
}

export const FilterMenu = memo(function FilterMenu({
  ref,
  opened,
  onToggle,
  onClose,
  facet,
  onFacet,
  onClearAll,
}: FilterMenuProps) {
  const applied = useAppliedCount()
  return (
    <Popover
      opened={opened}
      onClose={onClose}
      onDismiss={onClose}
      position="bottom-start"
      trapFocus
      width="min(520px, calc(100vw - 32px))"
    >
      <Popover.Target>
        <Button
          ref={ref}
          variant="default"
          leftSection={<IconFilter2 size={15} stroke={1.7} />}
          rightSection={
            applied > 0 && (
              <>
                <span className={classes.applied} aria-hidden>
                  {applied}
                </span>
                <VisuallyHidden>{m.filter_applied_count({ count: applied })}</VisuallyHidden>
              </>
            )
          }
          aria-expanded={opened}
          onClick={onToggle}
          onPointerEnter={() => void loadPanel()}
        >
          {m.filter()}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} className={classes.dropdown} aria-label={m.filter()} aria-labelledby={undefined}>
        <Suspense fallback={<Loader size={18} m={16} />}>
          <FilterPanel facet={facet} onFacet={onFacet} onClearAll={onClearAll} onDone={onClose} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  )
})
