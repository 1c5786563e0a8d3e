// Remembers whether a form holds text that was typed and not yet saved, so that nothing takes the screen away from it.
import { useEffect } from 'react'

const holders = new Set<symbol>()

export const holdsTypedText = (): boolean => holders.size > 0

const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault()

/** While `holds` is true an ended session does not lead away from the form, and the browser asks before closing the tab. */
export function useTypedText(holds: boolean): void {
  useEffect(() => {
    if (!holds) return
    const holder = Symbol('typed text')
    holders.add(holder)
    window.addEventListener('beforeunload', askBeforeLeaving)
    return () => {
      holders.delete(holder)
      if (holders.size === 0) window.removeEventListener('beforeunload', askBeforeLeaving)
    }
  }, [holds])
}
