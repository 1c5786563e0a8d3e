// The text in the search box: what is typed is asked for at once, one question at a time, and never loses a letter to a late answer.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useOrganization } from '../access/queries.ts'
import { newestNext } from '../lib/newest-next.ts'
import { contactListQuery } from './queries.ts'
import { useChangeSearch, useContactOrder, useContactQuery } from './search.ts'

/** A search of a million contacts takes a few hundredths of a second; what takes longer than this is not waited for. */
const PATIENCE_MS = 150

export function useSearchText() {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  const query = useContactQuery()
  const order = useContactOrder()
  const { change } = useChangeSearch()
  const inAddress = query.search ?? ''
  const [text, setText] = useState(inAddress)
  /** Texts that were put into the address from here and have not been seen there yet. */
  const sent = useRef<string[]>([])
  /** What was last seen in the address. */
  const seen = useRef(inAddress)
  /** The first change of a visit to the box is a step that Back undoes; the letters after it are not. */
  const stepMade = useRef(false)

  const put = (next: string) => {
    if (next === (sent.current.at(-1) ?? seen.current)) return { ended: Promise.resolve(), giveUp: () => {} }
    sent.current.push(next)
    change({ search: next }, { replace: stepMade.current })
    stepMade.current = true
    // Begins before the screen follows the address, which then reads the same and says what went wrong.
    const { search: _, ...others } = query
    const list = contactListQuery(slug, { ...others, ...(next === '' ? {} : { search: next }), ...order })
    return {
      ended: queryClient.fetchInfiniteQuery(list),
      giveUp: () => void queryClient.cancelQueries({ queryKey: list.queryKey, exact: true }),
    }
  }
  const [questions] = useState(() => newestNext(PATIENCE_MS))

  // What is in the address and was not put there from here came by Back, Forward, a link or Clear: it wins.
  useEffect(() => {
    if (inAddress === seen.current) return
    seen.current = inAddress
    const at = sent.current.indexOf(inAddress)
    if (at >= 0) return void sent.current.splice(0, at + 1)
    questions.drop()
    sent.current = []
    setText(inAddress)
  }, [inAddress, questions])

  useEffect(() => questions.drop, [questions])

  const type = (next: string) => {
    setText(next)
    questions.push(() => put(next))
  }
  return {
    text,
    begin: () => {
      stepMade.current = false
    },
    type,
    clear: () => type(''),
    /** For whoever empties the address with the other filters. */
    forget: () => {
      questions.drop()
      setText('')
    },
  }
}
