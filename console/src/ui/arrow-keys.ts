// Arrow up and down among the buttons of a list.
import type { KeyboardEvent } from 'react'

/** For the button that has the focus: moves it to the one before or after. */
export function moveFocus(event: KeyboardEvent<HTMLButtonElement>, list: HTMLElement | null): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (by === undefined) return
  event.preventDefault()
  const all = [...(list?.querySelectorAll('button') ?? [])]
  all[all.indexOf(event.currentTarget) + by]?.focus()
}
