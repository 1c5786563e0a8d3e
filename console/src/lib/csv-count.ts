// Counts the records of a CSV file from its bytes as they arrive, so that a file of any size is never held as one text.

const QUOTE = 0x22
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

export interface CsvCounter {
  push: (bytes: Uint8Array) => void
  /** Records seen so far, the header among them; an unfinished last line counts. */
  records: () => number
}

/** Line breaks within quotes belong to their cell; in UTF-8 the bytes looked for never occur within another character. */
export function countCsvRecords(): CsvCounter {
  let finished = 0
  let quoted = false
  let lineHasContent = false
  return {
    push(bytes) {
      for (const byte of bytes) {
        if (byte === QUOTE) {
          quoted = !quoted
          lineHasContent = true
        } else if (byte === LINE_FEED && !quoted) {
          if (lineHasContent) finished++
          lineHasContent = false
        } else if (byte !== CARRIAGE_RETURN || quoted) {
          lineHasContent = true
        }
      }
    },
    records: () => finished + (lineHasContent ? 1 : 0),
  }
}
