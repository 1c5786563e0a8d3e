// Writing CSV (RFC 4180) that spreadsheets open without harm and that can be read back without loss.

export const BYTE_ORDER_MARK = '\ufeff'

/** Quotes a value where the format needs it. */
export function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** A text that a spreadsheet could take for a formula gets one leading apostrophe, and so does one that begins with it. */
export function csvText(value: string): string {
  return csvField(/^[=+\-@\t\r']/.test(value) ? `'${value}` : value)
}

export const csvRow = (fields: readonly string[]): string => `${fields.join(',')}\r\n`
