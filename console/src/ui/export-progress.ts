// How far the export is that runs now: apart from exporting itself, which is loaded when somebody exports.
import { useSyncExternalStore } from 'react'

interface Progress {
  rows: number
  /** As the server promised before the first row; null until it answers. */
  total: number | null
  bytes: number
}

let progress: Progress | null = null
const watchers = new Set<() => void>()

export function setExportProgress(next: Progress | null): void {
  progress = next
  for (const each of watchers) each()
}

const watch = (onChange: () => void) => {
  watchers.add(onChange)
  return () => void watchers.delete(onChange)
}

/** What is exported now, or null; one export at a time. */
export const exportProgress = (): Progress | null => progress
export const useExportProgress = (): Progress | null => useSyncExternalStore(watch, exportProgress)
