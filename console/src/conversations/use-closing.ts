// Closing a conversation: what was written in it goes out first, and what did not get out is asked about.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { m } from '../paraglide/messages.js'
import { tell, tellFailure } from '../ui/toasts.ts'
import { conversationKeys } from './keys.ts'
import { countFailed, whenSent } from './outbox.ts'
import type { useActOn } from './queries.ts'
import { seenTo, type ThreadPages } from './thread-pages.ts'

interface Closing {
  organization: string
  id: string
  act: ReturnType<typeof useActOn>
  /** Something could not be sent. */
  onAsk: () => void
  onDone: () => void
}

export function useClosing({ organization, id, act, onAsk, onDone }: Closing) {
  const queryClient = useQueryClient()
  const [waits, setWaits] = useState(false)
  /** The closing that is wanted; another one, or none, when it was called off. */
  const wanted = useRef<symbol>(undefined)
  const isGone = useRef(false)
  useEffect(() => {
    isGone.current = false
    return () => {
      isGone.current = true
    }
  }, [])

  /** `known`: of how many messages it is known that they were not sent. */
  const close = async (known: number): Promise<void> => {
    // What the customer writes from now on was not seen.
    const pages = queryClient.getQueryData<ThreadPages>(conversationKeys.messages(organization, id))?.pages
    const seen = pages && seenTo(pages, id)
    const own = Symbol('closing')
    wanted.current = own
    setWaits(true)
    await whenSent(id)
    if (wanted.current !== own) return
    wanted.current = undefined
    setWaits(false)
    if (countFailed(id) > known) {
      // Whoever is at another conversation by now is told, and asked when this one is opened again.
      if (isGone.current) tellFailure(m.conversation_close_failed())
      else onAsk()
      return
    }
    try {
      await act.mutateAsync({ act: 'close', seenTo: seen })
      tell(m.conversation_closed())
    } catch (failure) {
      tellFailure(m.conversation_close_failed(), failure)
    }
    onDone()
  }
  return {
    /** Something is on its way that goes out first. */
    waits,
    close: (known = 0) => void close(known),
    keepOpen: () => {
      wanted.current = undefined
      setWaits(false)
    },
  }
}
