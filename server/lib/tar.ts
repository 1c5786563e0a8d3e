// The blocks of a tar file (ustar) of plain files: any tar program lists and unpacks what is made of them.

const BLOCK_BYTES = 512
const NAME_BYTES = 100
/** Where each field of a header begins. */
const FIELD = { name: 0, mode: 100, uid: 108, gid: 116, size: 124, at: 136, sum: 148, type: 156, magic: 257 }

export const TAR_HEADER_BYTES = BLOCK_BYTES

/** What stands behind the last file. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK_BYTES)

export interface TarEntry {
  /** At most 100 ASCII characters. */
  name: string
  /** Less than 8 GB. */
  size: number
  /** To the second. */
  at: Date
}

export function tarHeader({ name, size, at }: TarEntry): Buffer {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new Error(`A tar cannot hold a file named ${name}.`)
  const header = Buffer.alloc(BLOCK_BYTES)
  const octal = (value: number, offset: number, digits: number) =>
    header.write(value.toString(8).padStart(digits, '0'), offset, 'latin1')
  header.write(name, FIELD.name, 'latin1')
  octal(0o600, FIELD.mode, 7)
  octal(0, FIELD.uid, 7)
  octal(0, FIELD.gid, 7)
  octal(size, FIELD.size, 11)
  octal(Math.floor(at.getTime() / 1000), FIELD.at, 11)
  header.write('0', FIELD.type, 'latin1')
  header.write('ustar\x0000', FIELD.magic, 'latin1')
  // The sum is made as if its own field were spaces.
  header.write('        ', FIELD.sum, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, FIELD.sum, 'latin1')
  return header
}

/** Reads a header that `tarHeader` made; null for every other block: links, folders and long names are none of ours. */
export function readTarHeader(block: Buffer): TarEntry | null {
  const text = (offset: number, length: number) =>
    block.toString('latin1', offset, offset + length).replace(/[\0 ].*$/s, '')
  const entry = {
    name: text(FIELD.name, NAME_BYTES),
    size: Number.parseInt(text(FIELD.size, 12), 8),
    at: new Date(Number.parseInt(text(FIELD.at, 12), 8) * 1000),
  }
  if (!/^[\x21-\x7e]+$/.test(entry.name) || !(entry.size >= 0) || Number.isNaN(entry.at.getTime())) return null
  return tarHeader(entry).equals(block) ? entry : null
}

/** Zeros that fill up the last block of a file of so many bytes. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES)
