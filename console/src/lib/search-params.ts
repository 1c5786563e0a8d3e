// How the part of an address after the question mark is read and written: every value is text, commas and colons stay readable.

export const parseSearch = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text))

export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
    .toString()
    .replaceAll('%2C', ',')
    .replaceAll('%3A', ':')
  return text === '' ? '' : `?${text}`
}

/** An address within this site, or null: where sign-in may return to. */
export function ownAddress(value: unknown): string | null {
  if (typeof value !== 'string' || !value.startsWith('/')) return null
  const url = URL.parse(value, 'https://own.invalid')
  return url?.origin === 'https://own.invalid' ? url.pathname + url.search + url.hash : null
}

/** Where sign-in returns to. What was behind # stays behind # meanwhile: it may be a link's secret, which no server's log may hold. */
export const returnAddress = (address = '/', hash = ''): string =>
  hash === '' || address.includes('#') ? address : `${address}#${hash}`
