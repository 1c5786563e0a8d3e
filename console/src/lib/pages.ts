// Lists that are read page by page.

/** What changes its place between two pages may come on both: it is shown once, where it comes first. */
export function withoutRepeats<T extends { id: string }>(items: readonly T[]): T[] {
  const seen = new Map<string, T>()
  for (const item of items) if (!seen.has(item.id)) seen.set(item.id, item)
  return [...seen.values()]
}
