// The web addresses within a text, so that they can be followed; everything else stays text.

export interface TextPart {
  text: string
  /** Where it leads, for an address of the web. */
  href?: string
}

const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"]+/giu
/** What stands behind an address rather than in it. */
const TRAILING = /[.,;:!?'’”»…。，、！？]+$/u

export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0])
    const url = URL.parse(/^www\./i.test(address) ? `https://${address}` : address)
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) continue
    if (match.index > from) parts.push({ text: text.slice(from, match.index) })
    parts.push({ text: address, href: url.href })
    from = match.index + address.length
  }
  if (from < text.length) parts.push({ text: text.slice(from) })
  return parts
}

/** A bracket at the end belongs to the address only when it was opened there. */
function trimmed(address: string): string {
  let now = address
  for (;;) {
    const next = now.replace(TRAILING, '')
    const bracket = next.endsWith(')') ? ['(', ')'] : next.endsWith(']') ? ['[', ']'] : null
    const closesMore = bracket !== null && next.split(bracket[1]!).length > next.split(bracket[0]!).length
    const shorter = closesMore ? next.slice(0, -1) : next
    if (shorter === now) return now
    now = shorter
  }
}
