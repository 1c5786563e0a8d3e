// The text in the search box: it goes into the address a moment after typing, and never loses a letter to a late answer.
import { useEffect, useRef, useState } from 'react'
import { useChangeSearch, useContactQuery } from './search.ts'

const PAUSE_MS = 120

export function useSearchText() {
  const inAddress = useContactQuery().search ?? ''
  const { change } = useChangeSearch()
  const [text, setText] = useState(inAddress)
  const timer = useRef<number | undefined>(undefined)
  /** Texts that were put into the address from here and have not been seen there yet. */
  const sent = useRef<string[]>([])
  /** The first change of a visit to the box is a step that Back undoes; the letters after it are not. */
  const stepMade = useRef(false)

  // What is in the address and was not put there from here came by Back, Forward, a link or Clear: it wins.
  const seen = useRef(inAddress)
  useEffect(() => {
    if (inAddress === seen.current) return
    seen.current = inAddress
    const at = sent.current.indexOf(inAddress)
    if (at >= 0) return void sent.current.splice(0, at + 1)
    window.clearTimeout(timer.current)
    sent.current = []
    setText(inAddress)
  }, [inAddress])

  useEffect(() => () => window.clearTimeout(timer.current), [])

  const put = (next: string) => {
    sent.current.push(next)
    change({ search: next === '' ? undefined : next }, { replace: stepMade.current })
    stepMade.current = true
  }

  return {
    text,
    begin: () => {
      stepMade.current = false
    },
    type: (next: string) => {
      setText(next)
      window.clearTimeout(timer.current)
      timer.current = window.setTimeout(() => put(next), PAUSE_MS)
    },
    clear: () => {
      window.clearTimeout(timer.current)
      setText('')
      if (inAddress !== '') put('')
    },
  }
}
