// Passes on to whatever screen shows them what became of contacts: a list decides itself when its rows may move.
import type { Digest } from './digest.ts'

export type ContactNews = Pick<
  Digest,
  'contacts' | 'unsent' | 'many' | 'created' | 'active' | 'tagged' | 'regrouped' | 'catalogChanged'
>

type Listener = (news: ContactNews) => void

const listeners = new Map<string, Set<Listener>>()

/** Calls `listener` with the news of an organization's contacts until the function that is answered is called. */
export function onContactNews(organization: string, listener: Listener): () => void {
  const all = listeners.get(organization) ?? new Set()
  listeners.set(organization, all)
  all.add(listener)
  return () => {
    all.delete(listener)
    if (all.size === 0) listeners.delete(organization)
  }
}

export function tellContactNews(organization: string, news: ContactNews): void {
  for (const listener of listeners.get(organization) ?? []) listener(news)
}
