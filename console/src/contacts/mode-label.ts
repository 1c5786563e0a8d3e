// What the three ways of filtering by tags are called on screen.
import { m } from '../paraglide/messages.js'
import type { TagMode } from './search.ts'

export const modeLabel = (mode: TagMode): string =>
  ({ any_tags: m.tags_any_of, all_tags: m.tags_all_of, no_tags: m.tags_none_of })[mode]()
