// When a dialog goes, the focus goes back to where it was when the dialog came, or to the nearest place that remains.
import { useLayoutEffect } from 'react'

/** What had the focus, and what that stands in, nearest first. */
type Places = readonly HTMLElement[]

const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex]'

/** A button that works is disabled meanwhile and has lost the focus by the time that its dialog comes. */
let last: Element | null = null
document.addEventListener('focusin', ({ target }) => {
  if (target instanceof Element) last = target
})

/** On its way back from a dialog that has just gone. */
let returning: { places: Places; timer: number } | null = null

/**
 * For the component that mounts with the dialog; the dialog itself is told `returnFocus={false}`. A dialog that comes in
 * the place of another gives the focus back to where that one had it from.
 */
export function useReturnsFocus(): void {
  useLayoutEffect(() => {
    const active = document.activeElement
    const places = [...placesOf(active === document.body && !wasLeft(last) ? last : active), ...takeOver()]
    return () => {
      const all = [...places, ...takeOver()]
      const timer = window.setTimeout(() => {
        returning = null
        giveBack(all)
      })
      returning = { places: all, timer }
    }
  }, [])
}

/** Nobody is put back into a box that they left: letters that are keys elsewhere would be typed there. */
const wasLeft = (element: Element | null): boolean => element?.matches('textarea:enabled, input:enabled') === true

function takeOver(): Places {
  if (!returning) return []
  const { places, timer } = returning
  window.clearTimeout(timer)
  returning = null
  return places
}

/** The page, and the layers that lie upon it, are no place. */
function placesOf(element: Element | null): Places {
  const places: HTMLElement[] = []
  for (let at = element; at instanceof HTMLElement && at !== document.body; at = at.parentElement)
    if (at.parentElement !== document.body) places.push(at)
  return places
}

function giveBack([opener, ...around]: Places): void {
  if (opener && takesFocus(opener)) return
  // Somebody else gave it a place.
  if (document.activeElement !== document.body) return
  for (const place of around) {
    if (!place.isConnected) continue
    if (takesFocus(place) || [...place.querySelectorAll<HTMLElement>(FOCUSABLE)].some(takesFocus)) return
  }
}

export function takesFocus(element: HTMLElement): boolean {
  element.focus({ preventScroll: true })
  return document.activeElement === element
}
