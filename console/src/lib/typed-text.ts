// Remembers whether a form holds text that was typed and not yet saved, so that nothing takes the screen away from it.
import { useEffect } from 'react'

const holders = new Set<symbol>()
let after: (() => void) | null = null

export const holdsTypedText = (): boolean => holders.size > 0

/** Does it once no form holds typed text any more; of several, the last. */
export function afterTypedText(act: () => void): void {
  if (holders.size === 0) act()
  else after = act
}

/** One form may give way to the next. */
const settle = () =>
  window.setTimeout(() => {
    if (holders.size > 0) return
    const act = after
    after = null
    act?.()
  })

const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault()

/** While `holds` is true an ended session does not lead away from the screen, and the browser asks before closing the tab. */
export function holdTypedText(holder: symbol, holds: boolean): void {
  if (holds === holders.has(holder)) return
  if (holds) {
    holders.add(holder)
    window.addEventListener('beforeunload', askBeforeLeaving)
    return
  }
  holders.delete(holder)
  if (holders.size > 0) return
  window.removeEventListener('beforeunload', askBeforeLeaving)
  settle()
}

/** The same, for as long as the form is there. */
export function useTypedText(holds: boolean): void {
  useEffect(() => {
    if (!holds) return
    const holder = Symbol('typed text')
    holdTypedText(holder, true)
    return () => holdTypedText(holder, false)
  }, [holds])
}
