// The options below a field that searches them: where a key leads among them, and what the pointer does.

const PAGE = 8

/** Where a key leads from an option; arrows go round. Nowhere when the key belongs to the text that is typed. */
export function optionBy(key: string, at: number, count: number, search: string): number | null {
  const last = count - 1
  const within = (to: number) => Math.max(0, Math.min(last, to))
  switch (key) {
    case 'ArrowDown':
      return at < last ? at + 1 : 0
    case 'ArrowUp':
      return at > 0 ? at - 1 : Math.max(0, last)
    case 'PageDown':
      return within(at + PAGE)
    case 'PageUp':
      return within(at - PAGE)
    case 'Home':
      return search === '' ? 0 : null
    case 'End':
      return search === '' ? within(last) : null
    default:
      return null
  }
}

/** Of one option: the pointer makes it the active one and picks it; the focus stays in the field. */
export const byPointer = (isActive: boolean, onActive: () => void, onPick: () => void) => ({
  onMouseMove: () => {
    if (!isActive) onActive()
  },
  onMouseDown: (event: { preventDefault: () => void }) => event.preventDefault(),
  onClick: onPick,
})
