// Which rows of the contact list are chosen: some of those loaded, or all that match the filters, loaded or not.
import { useMemo, useRef, useState } from 'react'
import type { Contact } from '../../../server/contacts/schema.ts'

/** What an operation is told: the filters themselves, or contacts one by one. */
export type Chosen = 'all' | ReadonlySet<string>

/** What the table needs of a selection. */
export interface RowSelection {
  has: (id: string) => boolean
  /** Of the rows that are loaded. */
  loaded: 'none' | 'some' | 'all'
  /** Chooses a row or lets it go; with a range, all rows from the one touched before to this one as well. */
  toggle: (id: string, range: boolean) => void
  toggleLoaded: () => void
  chooseLoaded: () => void
}

export interface Selection extends RowSelection {
  chosen: Chosen
  isEmpty: boolean
  chooseAll: () => void
  clear: () => void
}

const NOBODY: ReadonlySet<string> = new Set()

/** A selection belongs to its filters: with other ones (`key`) nobody is chosen. */
export function useSelection(contacts: readonly Contact[], key: string): Selection {
  const [kept, setKept] = useState<{ key: string; chosen: Chosen }>({ key, chosen: NOBODY })
  const chosen = kept.key === key ? kept.chosen : NOBODY
  const anchor = useRef<string | null>(null)
  return useMemo(() => {
    const set = (to: Chosen) => setKept({ key, chosen: to })
    const everyLoaded = () => new Set(contacts.map((contact) => contact.id))
    const has = (id: string) => chosen === 'all' || chosen.has(id)
    const count = contacts.filter((contact) => has(contact.id)).length
    const loaded = count === 0 ? 'none' : count === contacts.length ? 'all' : 'some'
    const toggle = (id: string, range: boolean) => {
      // Letting one of all go leaves the others that are in sight: what is not can hardly be meant one by one.
      const next = new Set(chosen === 'all' ? everyLoaded() : chosen)
      const to = contacts.findIndex((contact) => contact.id === id)
      const from = contacts.findIndex((contact) => contact.id === anchor.current)
      if (range && from >= 0 && to >= 0) {
        const on = has(anchor.current!)
        for (const contact of contacts.slice(Math.min(from, to), Math.max(from, to) + 1)) {
          if (on) next.add(contact.id)
          else next.delete(contact.id)
        }
      } else {
        if (!next.delete(id)) next.add(id)
        anchor.current = id
      }
      set(next)
    }
    return {
      chosen,
      isEmpty: chosen !== 'all' && chosen.size === 0,
      has,
      loaded,
      toggle,
      toggleLoaded: () => set(loaded === 'all' ? NOBODY : everyLoaded()),
      chooseLoaded: () => set(everyLoaded()),
      chooseAll: () => set('all'),
      clear: () => {
        anchor.current = null
        set(NOBODY)
      },
    }
  }, [contacts, key, chosen])
}
