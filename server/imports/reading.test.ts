// What a file of contacts may look like, and what is read from it: encodings, separators, columns, phones, tags, times.
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { isCreatable, namesInCell, readRow, unescaped } from './cells.ts'
import { guessColumns } from './columns.ts'
import { guessEncoding } from './decoding.ts'
import { firstRows, guessSeparator, rowsOf, type FileRow } from './parsing.ts'
import type { Columns, Encoding } from './schema.ts'

const piecesOf = (bytes: Buffer, size = 7) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size)),
  )

async function read(bytes: Buffer | string, how: { encoding?: Encoding; separator?: ',' | ';' | '\t' } = {}) {
  const rows: FileRow[] = []
  const pieces = piecesOf(Buffer.from(bytes))
  for await (const row of rowsOf(pieces, { encoding: 'utf-8', separator: ',', ...how })) rows.push(row)
  return rows
}

const TEXT = 'Phone,Display name\r\n+5511999990000,José 李\r\n'

test.each([
  ['utf-8', Buffer.from(TEXT)],
  ['utf-8', Buffer.from(`\ufeff${TEXT}`)],
  ['utf-16le', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['utf-16le', Buffer.from(TEXT, 'utf16le')],
  ['utf-16be', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16()],
  ['utf-16be', Buffer.from(TEXT, 'utf16le').swap16()],
] as const)('%s is recognised and read, cut anywhere', async (encoding, bytes) => {
  expect(await guessEncoding(piecesOf(bytes, 1000))).toBe(encoding)
  expect(await read(bytes, { encoding })).toEqual([
    { n: 1, cells: ['Phone', 'Display name'] },
    { n: 2, cells: ['+5511999990000', 'José 李'] },
  ])
})

test('what Windows writes in the West is recognised by not being UTF-8, wherever that shows', async () => {
  const bytes = Buffer.from(`Phone,Name\r\n${'+1650,x\r\n'.repeat(500)}+34600123456,Jos\xe9 \x80\r\n`, 'latin1')
  expect(await guessEncoding(piecesOf(bytes))).toBe('windows-1252')
  expect((await read(bytes, { encoding: 'windows-1252' })).at(-1)!.cells[1]).toBe('José €')
  await expect(read(bytes)).rejects.toMatchObject({ details: { reason: 'import_encoding' } })
})

test('a workbook is named as one', async () => {
  for (const start of ['504b0304', 'd0cf11e0', '1f8b0800'])
    await expect(guessEncoding(piecesOf(Buffer.from(`${start}00000000`, 'hex')))).rejects.toMatchObject({
      details: { reason: 'import_workbook' },
    })
})

test('the separator is the one that makes known columns of the first line', async () => {
  const guess = (text: string) => guessSeparator(Buffer.from(text), 'utf-8')
  expect(await guess(TEXT)).toBe(',')
  expect(await guess('Telefone;Nome, completo\r\n+55;"Silva; Ana"\r\n')).toBe(';')
  expect(await guess('手机\t姓名\r\n+86\t李\r\n')).toBe('\t')
  expect(await guess('Phone\r\n+34600123456\r\n')).toBe(',')
  expect(await guess('sep=;\r\nPhone;Name\r\n')).toBe(';')
})

test('rows are counted as a spreadsheet counts them, and empty ones are left out', async () => {
  const rows = await read('Phone,Name\n\n+1,"two\nlines"\n,,\n+2,"say ""hi"""\r+3,x')
  expect(rows).toEqual([
    { n: 1, cells: ['Phone', 'Name'] },
    { n: 3, cells: ['+1', 'two\nlines'] },
    { n: 5, cells: ['+2', 'say "hi"'] },
    { n: 6, cells: ['+3', 'x'] },
  ])
  expect(await read('')).toEqual([])
})

test('broken quotation marks and rows that never end are refused with the row', async () => {
  await expect(read('a,b\n1,2\n"x"y,2\n')).rejects.toMatchObject({
    details: { reason: 'import_quotes', data: { row: 3 } },
  })
  await expect(read('a,b\n1,2\n3,"open\n4,5\n')).rejects.toMatchObject({
    details: { reason: 'import_quotes', data: { row: 3 } },
  })
  await expect(read('a,b\n1,2\n3,in"side\n')).rejects.toMatchObject({
    details: { reason: 'import_quotes', data: { row: 3 } },
  })
  await expect(read(`a,b\n1,2\n3,${'x'.repeat(70_000)}\n`)).rejects.toMatchObject({
    details: { reason: 'import_row_too_long', data: { row: 3 } },
  })
  await expect(read(`${','.repeat(600)}\nx${','.repeat(600)}`)).rejects.toMatchObject({
    details: { reason: 'import_too_many_columns' },
  })
})

test('the first rows of a file whose later rows are broken are shown all the same', async () => {
  const start = Buffer.from(`a,b\n${'1,2\n'.repeat(50_000)}"x"y\n`)
  expect((await firstRows(start, { encoding: 'utf-8', separator: ',' }, 5)).length).toBe(5)
})

test('columns are found by their names in four languages, each once', () => {
  const none = { phone: null, display_name: null, tags: null, first_seen_at: null, last_seen_at: null }
  expect(guessColumns(['Phone', 'Display name', 'Tags', 'First seen', 'Last seen'])).toEqual({
    phone: 0,
    display_name: 1,
    tags: 2,
    first_seen_at: 3,
    last_seen_at: 4,
  })
  expect(guessColumns(['Nombre', ' TELÉFONO ', 'Etiquetas'])).toEqual({ ...none, phone: 1, display_name: 0, tags: 2 })
  expect(guessColumns(['Nome', 'Número de telefone'])).toEqual({ ...none, phone: 1, display_name: 0 })
  expect(guessColumns(['姓名', '手机号码', '标签'])).toEqual({ ...none, phone: 1, display_name: 0, tags: 2 })
  expect(guessColumns(['Phone', 'Phone', 'id'])).toEqual({ ...none, phone: 0 })
  expect(guessColumns(['Contact', 'Display name', 'Number', 'Phone'])).toEqual({ ...none, phone: 3, display_name: 1 })
})

const columns: Columns = { phone: 0, display_name: 1, tags: 2, first_seen_at: 3, last_seen_at: 4 }
const NOW = Date.parse('2026-06-01T00:00:00Z')
const row = (cells: string[], more = {}) =>
  readRow([...cells, '', '', '', '', ''].slice(0, 5), { width: 5, columns, bare_phones: false, now: NOW, ...more })
const keys = (phone: string, more = {}) => {
  const found = row([phone], more)
  return typeof found === 'string' ? found : found.keys
}

test('a phone is a whole number with its plus; what a spreadsheet spoilt is refused, not guessed', () => {
  expect(keys('+34600123456')).toEqual(['34600123456'])
  expect(keys("'+34 600 123 456")).toEqual(['34600123456'])
  expect(keys('0034600123456')).toEqual(['34600123456'])
  expect(keys('\u202a+34600123456\u202c')).toEqual(['34600123456'])
  expect(keys('+55 11 91234-5678')).toEqual(['5511912345678', '551112345678'])
  for (const spoilt of ['8.6138E+12', '8,6138E+12', '3.4600123456e+10', '8E12'])
    expect(keys(spoilt)).toBe('row_phone_exponent')
  for (const bare of ['34600123456', '600 123 456', '0600123456']) expect(keys(bare)).toBe('row_phone_bare')
  for (const decimal of ['34600123456.0', '34600123456,00', '+34600123456.0', '0034600123456.0', "'+34600123456.0 "])
    for (const bare_phones of [false, true]) expect(keys(decimal, { bare_phones })).toBe('row_phone_decimal')
  expect(keys('34600123456', { bare_phones: true })).toEqual(['34600123456'])
  expect(keys('0600123456', { bare_phones: true })).toBe('row_phone_invalid')
  expect(keys('+12')).toBe('row_phone_invalid')
  expect(keys('+34600123456 / +34600123457')).toBe('row_phone_invalid')
  expect(keys('')).toBe('row_phone_missing')
})

test('what stands where a phone is missing is an id of WhatsApp', () => {
  expect(keys('US.13491208655302741918')).toEqual(['US.13491208655302741918'])
  expect(keys('x'.repeat(201))).toBe('row_phone_invalid')
})

test('an id of another system is read as one, whatever it looks like, and only makes somebody where it is nothing else', () => {
  expect(keys('crm:4711')).toEqual(['crm:4711'])
  expect(keys('CRM: +34600111222')).toEqual(['crm:+34600111222'])
  expect(keys('1c.shop_2:US.abc:x')).toEqual(['1c.shop_2:US.abc:x'])
  for (const none of ['crm:', ':4711', 'my crm:1', `${'x'.repeat(51)}:1`, `crm:${'x'.repeat(201)}`, 'crm:two\nlines'])
    expect(keys(none)).toBe('row_phone_invalid')
  for (const id of ['crm:4711', 'crm:+34600111222', '1c:7', '2:x', 'http.api:1']) expect(isCreatable(id)).toBe(true)
  for (const other of [
    'tel:+34600111222',
    'whatsapp:+34600111222',
    'https://x.example',
    '10:30',
    '2026-05-30t10:00:00Z',
  ])
    expect(isCreatable(other)).toBe(false)
})

test('of the export’s escapes exactly these are undone', () => {
  expect(["'=1+1", "''quoted", "'tis", "'", "'@x", '=1+1', "'\tx"].map(unescaped)).toEqual([
    '=1+1',
    "'quoted",
    "'tis",
    "'",
    '@x',
    '=1+1',
    '\tx',
  ])
  expect(namesInCell('VIP|North')).toEqual(['VIP', 'North'])
  expect(namesInCell(String.raw`a\|b|c\\|d\x|\\\||VIP|VIP| `)).toEqual(['a|b', 'c\\', 'd\\x', '\\|', 'VIP'])
  expect(namesInCell("'=SUM|x")).toEqual(['=SUM', 'x'])
  expect(namesInCell('')).toEqual([])
})

test('a row says what it has, and is refused for what cannot be kept', () => {
  expect(row(['+34600123456', ' Ana ', 'VIP', '2026-05-01', '2026-05-30T12:00:00.100+02:00'])).toEqual({
    keys: ['34600123456'],
    display_name: ' Ana ',
    tags: ['VIP'],
    first_seen_at: '2026-05-01T00:00:00.000Z',
    last_seen_at: '2026-05-30T10:00:00.100Z',
  })
  expect(row(['+34600123456', '  '])).toMatchObject({ display_name: null, tags: [] })
  const refused = (...cells: string[]) => row(['+34600123456', ...cells])
  expect(refused('x'.repeat(1001))).toBe('row_name_too_long')
  expect(refused('😀'.repeat(1000))).toMatchObject({ display_name: '😀'.repeat(1000) })
  expect(refused('nul\0')).toBe('row_nul')
  for (const time of [
    '30/05/2026',
    '2026-02-31',
    '2026-05-30 10:00',
    'May 2026',
    '0000-01-01T00:00:00Z',
    '2026-05-30T10:00:00',
  ])
    expect(refused('Ana', '', time)).toBe('row_time_unreadable')
  expect(refused('Ana', '', '2026-06-02')).toBe('row_time_future')
  expect(refused('Ana', '', '2026-05-02', '2026-05-01')).toBe('row_times_crossed')
  expect(readRow(['+34600123456'], { width: 5, columns, bare_phones: false, now: NOW })).toBe('row_columns_differ')
})
