// The keys of the inbox: single letters while nothing is typed and no dialog or menu is open; they can be turned off on this device.
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { m } from '../paraglide/messages.js'

const KEYS = {
  j: 'next',
  ArrowDown: 'next',
  k: 'previous',
  ArrowUp: 'previous',
  t: 'take',
  r: 'reply',
  g: 'tag',
  e: 'close',
  '/': 'search',
  '?': 'help',
  Escape: 'back',
} as const

type Act = (typeof KEYS)[keyof typeof KEYS]
export type Shortcuts = Record<Act, () => void>

/** What the help lists, in its order. */
export const shortcutWords = (): { keys: string[]; words: string }[] => [
  { keys: ['j', '↓'], words: m.shortcut_next() },
  { keys: ['k', '↑'], words: m.shortcut_previous() },
  { keys: ['t'], words: m.shortcut_take() },
  { keys: ['r'], words: m.shortcut_reply() },
  { keys: ['g'], words: m.shortcut_tag() },
  { keys: ['e'], words: m.shortcut_close() },
  { keys: ['/'], words: m.shortcut_search() },
  { keys: ['Esc'], words: m.shortcut_back() },
  { keys: ['?'], words: m.shortcut_help() },
]

const STORED_AS = 'earmark-shortcuts'
const listeners = new Set<() => void>()
let on: boolean | undefined

function areOn(): boolean {
  if (on === undefined) {
    try {
      on = localStorage.getItem(STORED_AS) !== 'off'
    } catch {
      // Storage may be blocked: they work.
      on = true
    }
  }
  return on
}

export function turnShortcuts(to: boolean): void {
  on = to
  try {
    localStorage.setItem(STORED_AS, to ? 'on' : 'off')
  } catch {
    // Kept for as long as the page is open.
  }
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useShortcutsOn = (): boolean => useSyncExternalStore(subscribe, areOn)

const TYPED_IN = 'input:not([type="checkbox"]), textarea, select, [contenteditable="true"], [role="textbox"]'
const LAYERS = '[aria-modal="true"], [role="dialog"], [role="menu"], [role="listbox"]'

export const useShortcuts = (shortcuts: Shortcuts): void =>
  useKeys((event) => {
    const target = event.target as HTMLElement
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key as keyof typeof KEYS] : undefined
    if (act === undefined) return
    // Arrows scroll what has the focus; with the focus nowhere they lead from one conversation to the next.
    if (event.key.startsWith('Arrow') && target !== document.body && target.id !== 'content') return
    const isLetter = event.key.length === 1
    if (isLetter && !areOn() && act !== 'help') return
    event.preventDefault()
    shortcuts[act]()
  })

/** Single letters, by their names in lower case, wherever the focus is on a page; nothing while they are turned off. */
export const useLetters = (acts: Readonly<Record<string, () => void>>): void =>
  useKeys((event) => {
    const letter = event.key.toLowerCase()
    if (!areOn() || !Object.hasOwn(acts, letter)) return
    event.preventDefault()
    acts[letter]!()
  })

/** Keys that nobody types a text with, and that no dialog or menu has a use for. */
function useKeys(onKey: (event: KeyboardEvent) => void): void {
  const latest = useRef(onKey)
  useEffect(() => {
    latest.current = onKey
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
      const target = event.target as HTMLElement
      if (target.closest(TYPED_IN) || target.closest(LAYERS)) return
      latest.current(event)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}
