// Which emoji are shown: those of a search by name in the console's language, or those used last and then all by group; in rows, for the arrows.
import { fold } from '../lib/fold.ts'
import { EMOJI, type EmojiGroup } from './emoji.ts'

export const COLUMNS = 8
const RECENT_MOST = 2 * COLUMNS
const RECENT = 'earmark-emoji-recent'

export type Names = Readonly<Record<string, string>>

export interface Section {
  group: EmojiGroup | 'recent' | 'found'
  rows: string[][]
  /** How many rows stand above it. */
  above: number
}

/** What it is called, without what else finds it. */
export const nameOf = (emoji: string, names: Names): string => names[emoji]?.split('|')[0] ?? emoji

/** Those found by the beginning of a word come before those found within one. */
export function sectionsOf(search: string, names: Names, recent: readonly string[]): Section[] {
  const wanted = fold(search)
  if (wanted === '') {
    let above = 0
    return [{ group: 'recent' as const, emoji: recent }, ...EMOJI].flatMap(({ group, emoji }) => {
      const section = { group, rows: rowsOf(emoji), above }
      above += section.rows.length
      return emoji.length === 0 ? [] : section
    })
  }
  const places = EMOJI.flatMap(({ emoji }) => emoji).map((emoji) => {
    const words = ` ${fold((names[emoji] ?? '').replace('|', ' '))}`
    return { emoji, at: words.includes(` ${wanted}`) ? 0 : words.includes(wanted) || emoji === search.trim() ? 1 : -1 }
  })
  const found = [0, 1].flatMap((place) => places.filter(({ at }) => at === place).map(({ emoji }) => emoji))
  return found.length === 0 ? [] : [{ group: 'found', rows: rowsOf(found), above: 0 }]
}

function rowsOf(emoji: readonly string[]): string[][] {
  const rows: string[][] = []
  for (let at = 0; at < emoji.length; at += COLUMNS) rows.push(emoji.slice(at, at + COLUMNS))
  return rows
}

export interface Place {
  row: number
  column: number
}

/** Where an arrow leads from a place, among all rows; nowhere else at the edges. */
export function moved({ row, column }: Place, key: string, rows: readonly (readonly string[])[]): Place | null {
  const widthAt = (at: number) => rows[at]?.length ?? 0
  switch (key) {
    case 'ArrowRight':
      if (column + 1 < widthAt(row)) return { row, column: column + 1 }
      return row + 1 < rows.length ? { row: row + 1, column: 0 } : { row, column }
    case 'ArrowLeft':
      if (column > 0) return { row, column: column - 1 }
      return row > 0 ? { row: row - 1, column: widthAt(row - 1) - 1 } : { row, column }
    case 'ArrowDown':
    case 'ArrowUp': {
      const to = row + (key === 'ArrowDown' ? 1 : -1)
      return to >= 0 && to < rows.length ? { row: to, column: Math.min(column, widthAt(to) - 1) } : { row, column }
    }
    default:
      return null
  }
}

/** Those that were used last on this device. */
export function recentEmoji(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]')
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string').slice(0, RECENT_MOST) : []
  } catch {
    // Storage may be blocked, or holds something else.
    return []
  }
}

export function noteUsed(emoji: string): void {
  const recent = [emoji, ...recentEmoji().filter((each) => each !== emoji)].slice(0, RECENT_MOST)
  try {
    localStorage.setItem(RECENT, JSON.stringify(recent))
  } catch {
    // A full or forbidden storage: only the order is not kept.
  }
}
