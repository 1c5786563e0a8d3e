// The search box of the catalog: rows follow each letter at once, and the address a moment after.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { readTagSearch, type TagSearch } from './search.ts'

const PAUSE_MS = 250

/** What the address says, with the text that is typed, and how both are changed. */
export function useTagSearch() {
  const inAddress = useSearch({ from: '/o/$organization/tags' })
  const navigate = useNavigate({ from: '/o/$organization/tags' })
  const [text, setText] = useState(inAddress.search ?? '')
  const timer = useRef<number | undefined>(undefined)
  /** What was last put into the address from here: anything else in it came by Back, Forward or a link, and wins. */
  const put = useRef(inAddress.search ?? '')

  useEffect(() => {
    const now = inAddress.search ?? ''
    if (now === put.current) return
    window.clearTimeout(timer.current)
    put.current = now
    setText(now)
  }, [inAddress.search])
  useEffect(() => () => window.clearTimeout(timer.current), [])

  const change = (changes: { [K in keyof TagSearch]: TagSearch[K] | undefined }, replace = false) => {
    window.clearTimeout(timer.current)
    put.current = 'search' in changes ? (changes.search ?? '') : text
    void navigate({ search: (before) => readTagSearch({ ...before, search: put.current, ...changes }), replace })
  }
  return {
    search: { ...inAddress, search: text } satisfies TagSearch,
    type: (next: string) => {
      setText(next)
      window.clearTimeout(timer.current)
      timer.current = window.setTimeout(() => change({ search: next }, true), PAUSE_MS)
    },
    clear: () => {
      setText('')
      change({ search: undefined }, true)
    },
    change,
  }
}
