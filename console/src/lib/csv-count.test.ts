// What counting CSV records promises, whatever the pieces in which the bytes arrive.
import { expect, test } from 'vitest'
import { countCsvRecords } from './csv-count.ts'

const count = (text: string, pieceLength = 1 << 20) => {
  const bytes = new TextEncoder().encode(text)
  const counter = countCsvRecords()
  for (let at = 0; at < bytes.length; at += pieceLength) counter.push(bytes.subarray(at, at + pieceLength))
  return counter.records()
}

const FILE = '\ufeffPhone,Name\r\n+1,"Ana ""A"", \r\nBia"\r\n+2,客户\r\n+3,"\n"\r\n'

test('line breaks within quotes do not begin a record, doubled quotes do not end a cell', () => {
  expect(count(FILE)).toBe(4)
})

test('the pieces in which the bytes arrive do not matter', () => {
  for (const pieceLength of [1, 2, 3, 7]) expect(count(FILE, pieceLength)).toBe(4)
})

test('a last line without a line break counts, an empty one does not', () => {
  expect(count('Phone\n+1')).toBe(2)
  expect(count('Phone\n+1\n')).toBe(2)
  expect(count('')).toBe(0)
})
