// Numbers as people read them.
import { regionalLocale } from './language.ts'

export const formatCount = (count: number): string => new Intl.NumberFormat(regionalLocale).format(count)

/** `87 %`, of a share from 0 to 1. */
export const percentWords = (share: number): string =>
  new Intl.NumberFormat(regionalLocale, { style: 'percent', maximumFractionDigits: 0 }).format(share)

/** `824 KB`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, 'kilobyte'] : [bytes / 1_000_000, 'megabyte']
  return new Intl.NumberFormat(regionalLocale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: unit === 'megabyte' ? 1 : 0,
  }).format(value)
}
