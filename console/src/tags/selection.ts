// Which tags of the catalog are ticked: a choice that survives searching, and knows what of it is out of sight.
import { useMemo, useRef, useState } from 'react'

const NONE: ReadonlySet<string> = new Set()

/** The choice after a row was ticked or let go; with an anchor, all rows shown from that one to this become as the anchor is. */
export function toggled(
  chosen: ReadonlySet<string>,
  shown: readonly string[],
  id: string,
  anchor: string | null = null,
): Set<string> {
  const next = new Set(chosen)
  const [from, to] = [anchor === null ? -1 : shown.indexOf(anchor), shown.indexOf(id)]
  if (from < 0 || to < 0) {
    if (!next.delete(id)) next.add(id)
    return next
  }
  for (const each of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (chosen.has(anchor!)) next.add(each)
    else next.delete(each)
  }
  return next
}

/** The choice after the box above all rows was clicked: what is out of sight stays as it is. */
export function toggledAll(chosen: ReadonlySet<string>, shown: readonly string[]): Set<string> {
  const next = new Set(chosen)
  const all = shown.every((id) => chosen.has(id))
  for (const id of shown) {
    if (all) next.delete(id)
    else next.add(id)
  }
  return next
}

export interface TagSelection {
  chosen: ReadonlySet<string>
  /** How many of the chosen are not among the rows shown. */
  hidden: number
  /** Of the rows shown. */
  shown: 'none' | 'some' | 'all'
  toggle: (id: string, range: boolean) => void
  toggleShown: () => void
  drop: (ids: readonly string[]) => void
  clear: () => void
}

/** `selectable` are the tags that can be chosen at all, `shown` those of them in the rows, in their order. */
export function useTagSelection(selectable: ReadonlySet<string>, shown: readonly string[]): TagSelection {
  const [kept, setKept] = useState(NONE)
  const anchor = useRef<string | null>(null)
  return useMemo(() => {
    // What is no longer there, or was merged, cannot stay chosen.
    const chosen = new Set([...kept].filter((id) => selectable.has(id)))
    const inSight = shown.filter((id) => chosen.has(id)).length
    return {
      chosen,
      hidden: chosen.size - inSight,
      shown: inSight === 0 ? 'none' : inSight === shown.length ? 'all' : 'some',
      toggle: (id, range) => {
        setKept(toggled(chosen, shown, id, range ? anchor.current : null))
        if (!range || anchor.current === null) anchor.current = id
      },
      toggleShown: () => setKept(toggledAll(chosen, shown)),
      drop: (ids) => setKept(new Set([...chosen].filter((id) => !ids.includes(id)))),
      clear: () => {
        anchor.current = null
        setKept(NONE)
      },
    }
  }, [kept, selectable, shown])
}
