// Where a thread stands: at its end, or where one reads, whatever is added above or below.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** So near to the end one reads the newest. */
const NEAR_END = 48
/** So near to the top older ones are asked for. */
const NEAR_TOP = 600

interface ThreadScroll {
  /** What is shown is known. */
  isReady: boolean
  /** The last message written here: with another one the end is shown. */
  written: string | undefined
}

export function useThreadScroll({ isReady, written }: ThreadScroll) {
  const box = useRef<HTMLDivElement>(null)
  /** All that scrolls in it. */
  const content = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const [isAtEnd, setIsAtEnd] = useState(true)
  /** The first message in sight. */
  const anchor = useRef<Anchor>(null)
  const isPlaced = useRef(false)
  /** Where to go as soon as it is in the page. */
  const wanted = useRef<string>(undefined)

  const look = useCallback(() => {
    const at = box.current
    if (!at) return
    atEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_END
    setIsAtEnd(atEnd.current)
    const element = firstInSight(at)
    anchor.current = element && { element, offset: offsetIn(at, element) }
  }, [])

  const seen = useRef(written)
  useLayoutEffect(() => {
    const at = box.current
    if (!at || !isReady) return
    if (seen.current !== written) {
      seen.current = written
      if (written !== undefined) atEnd.current = true
    }
    const line = isPlaced.current ? null : at.querySelector<HTMLElement>('[data-key="unread"]')
    if (line) at.scrollTop = line.offsetTop - at.clientHeight / 5
    else if (!isPlaced.current || atEnd.current) at.scrollTop = at.scrollHeight
    else stay(at, anchor.current)
    isPlaced.current = true
    if (wanted.current !== undefined && goTo(at, wanted.current)) wanted.current = undefined
    look()
  })

  // The box to answer grows with what is written in it, and an image once it is loaded: the newest message stays in
  // sight, or what one reads where it is.
  useEffect(() => {
    const [at, within] = [box.current, content.current]
    if (!at || !within) return
    const observer = new ResizeObserver(() => {
      if (!isPlaced.current) return
      if (atEnd.current) at.scrollTop = at.scrollHeight
      else stay(at, anchor.current)
    })
    observer.observe(at)
    observer.observe(within)
    return () => observer.disconnect()
  }, [])

  return {
    box,
    content,
    isAtEnd,
    /** Answers whether older ones are soon to be seen. */
    onScroll: (): boolean => {
      look()
      return (box.current?.scrollTop ?? Infinity) < NEAR_TOP
    },
    toEnd: () => {
      box.current?.scrollTo({ top: box.current.scrollHeight })
      box.current?.focus({ preventScroll: true })
    },
    /** Goes to a message, now or as soon as it is in the page. */
    toKey: (key: string) => {
      if (!box.current || !goTo(box.current, key)) wanted.current = key
    },
  }
}

interface Anchor {
  element: HTMLElement
  /** How far it is from the top of what is in sight. */
  offset: number
}

const offsetIn = (box: HTMLElement, element: HTMLElement): number =>
  element.getBoundingClientRect().top - box.getBoundingClientRect().top

/** Keeps where it was what was first in sight. */
function stay(box: HTMLElement, anchor: Anchor | null): void {
  if (anchor?.element.isConnected) box.scrollTop += offsetIn(box, anchor.element) - anchor.offset
}

/** Brings it to the middle, and lights it up for a moment. */
function goTo(box: HTMLElement, key: string): boolean {
  const found = box.querySelector(`[data-key="${key}"]`)
  if (!found) return false
  found.scrollIntoView({ block: 'center' })
  const light = 'color-mix(in srgb, var(--focus) 22%, transparent)'
  found.animate([{ backgroundColor: light }, { backgroundColor: light, offset: 0.6 }, {}], { duration: 1600 })
  return true
}

function firstInSight(box: HTMLElement): HTMLElement | null {
  const all = box.querySelectorAll<HTMLElement>('[data-key]')
  const top = box.getBoundingClientRect().top
  let [low, high] = [0, all.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (all[middle]!.getBoundingClientRect().bottom > top) high = middle
    else low = middle + 1
  }
  return all[low] ?? null
}
