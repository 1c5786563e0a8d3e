// By keyboard the focus does not fall to the page: a control that worked has it again, and where it is gone, what is nearest has it.
import { takesFocus } from './returns-focus.ts'

const ROW = 'li, tr'
/** Not fields to write in: on a phone its keyboard would come up. */
const CONTROLS = 'a[href], button, input[type="checkbox"], input[type="radio"], [tabindex]'

/** What has the focus, or lost it because it was disabled or is gone. */
let last: HTMLElement | null = null
let byKeyboard = false

/** Once, when the console starts. */
export function keepFocus(): void {
  document.addEventListener('keydown', () => (byKeyboard = true), true)
  document.addEventListener('pointerdown', () => (byKeyboard = false), true)
  document.addEventListener('focusin', ({ target }) => (last = target instanceof HTMLElement ? target : null))
  document.addEventListener('focusout', ({ target }) =>
    // Some browsers tell of it before the element is gone.
    queueMicrotask(() => {
      if (target === last && last?.isConnected && !last.matches(':disabled')) last = null
    }),
  )
  new MutationObserver((changes) => {
    if (!byKeyboard || last === null || document.activeElement !== document.body) return
    if (last.isConnected) takesFocus(last)
    else passOn(changes, last)
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['disabled'] })
}

/** To the same control of the next row, or of the one before, or to the nearest place that remains. */
function passOn(changes: readonly MutationRecord[], from: HTMLElement): void {
  for (const { target, removedNodes, nextSibling, previousSibling } of changes.toReversed()) {
    const gone = [...removedNodes].find((node) => node.contains(from))
    if (!(gone instanceof HTMLElement) || !(target instanceof HTMLElement) || !target.isConnected) continue
    const rows = [nextSibling, previousSibling].filter((row) => row instanceof HTMLElement && row.isConnected)
    if (gone.matches(ROW) && (rows as HTMLElement[]).some((row) => row.matches(ROW) && takesItsPlace(row, gone, from)))
      return
    if (!isWithinPage(target)) continue
    if (previousSibling instanceof HTMLElement && controlsOf(previousSibling).some(takesFocus)) return
    for (let place: HTMLElement | null = target; isWithinPage(place); place = place.parentElement)
      if (takesFocus(place) || controlsOf(place).some(takesFocus)) return
  }
}

const controlsOf = (place: HTMLElement) => [...place.querySelectorAll<HTMLElement>(CONTROLS)]

/** Dialogs and lists that open above the page see to it themselves. */
const isWithinPage = (place: HTMLElement | null): place is HTMLElement =>
  place !== null && place !== document.body && place.parentElement !== document.body

/** Counted from the end of the row, where what is done with it stands. */
function takesItsPlace(row: HTMLElement, gone: HTMLElement, from: HTMLElement): boolean {
  const alike = (within: HTMLElement) =>
    controlsOf(within)
      .filter(({ tagName }) => tagName === from.tagName)
      .toReversed()
  const same = alike(row)[alike(gone).indexOf(from)]
  return [...(same ? [same] : []), ...controlsOf(row)].some(takesFocus)
}
