// Keeps the rows in sight where they are, while others come or go above them: nobody clicks on what has just moved there.
import type { VirtualItem, Virtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, type PointerEvent, type RefObject } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'

/** At its top the list stands still for a hand that moves over it, and so long after. */
const HAND_MS = 1500

/** Another list `asked` for begins anew. Answers what is to be called when a pointer moves over the list, and leaves it. */
export function useHeldRows(
  box: RefObject<HTMLDivElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  conversations: readonly Conversation[],
  asked: string,
): { onPointerMove: (event: PointerEvent) => void; onPointerLeave: () => void } {
  const before = useRef({ asked, conversations, inSight: new Map<unknown, VirtualItem>() })
  /** Since the top of the list's box; null while no pointer is over it. */
  const hand = useRef<{ y: number | null; movedAt: number }>({ y: null, movedAt: -Infinity })
  /** Where the list was brought to although it stood at its top; it goes back there when the hand rests. */
  const heldAt = useRef<number | null>(null)
  const timer = useRef<number>(undefined)

  useLayoutEffect(() => {
    const element = box.current!
    const was = before.current
    const inHand = performance.now() - hand.current.movedAt < HAND_MS
    if (was.asked === asked && was.conversations !== conversations && (element.scrollTop > 0 || inHand)) {
      const at = element.scrollTop + (hand.current.y ?? element.clientHeight / 2)
      const shift = conversations
        .flatMap(({ id }, index) => {
          const row = was.inSight.get(id)
          if (!row) return []
          const distance = Math.abs(at - (row.start + row.end) / 2)
          return { distance, shift: virtualizer.measurementsCache[index]!.start - row.start }
        })
        .toSorted((a, b) => a.distance - b.distance)
        // One that went to the top itself is no measure: its neighbor is.
        .find((each) => Math.abs(each.shift) < element.clientHeight)?.shift
      if (shift !== undefined && shift !== 0) {
        const wasAtTop = element.scrollTop === 0 || element.scrollTop === heldAt.current
        element.scrollTo({ top: element.scrollTop + shift })
        heldAt.current = wasAtTop && inHand ? element.scrollTop : null
      }
    }
    const [from, to] = [element.scrollTop, element.scrollTop + element.clientHeight]
    const inSight = virtualizer.getVirtualItems().filter(({ start, end }) => end > from && start < to)
    before.current = { asked, conversations, inSight: new Map(inSight.map((row) => [row.key, row])) }
  })
  useEffect(() => () => window.clearTimeout(timer.current), [])

  const rest = () => {
    if (heldAt.current !== null && box.current?.scrollTop === heldAt.current) box.current.scrollTo({ top: 0 })
    heldAt.current = null
  }
  return {
    onPointerMove({ clientY }) {
      hand.current = { y: clientY - box.current!.getBoundingClientRect().top, movedAt: performance.now() }
      window.clearTimeout(timer.current)
      timer.current = window.setTimeout(rest, HAND_MS)
    },
    onPointerLeave() {
      hand.current = { y: null, movedAt: -Infinity }
      window.clearTimeout(timer.current)
      rest()
    },
  }
}
