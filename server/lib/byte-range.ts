// Answers with a file, or with the part of it that was asked for: so browsers seek in recordings. RFC 9110, section 14.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { sent, type Sent } from './http.ts'

export interface RangedFile {
  type: string
  /** Shown in the page, or saved. */
  inline: boolean
  name: string
  size: number
  /** Another one for other bytes. */
  tag: string
  /** The bytes from one up to another, that one left out. */
  read(from: number, to: number): AsyncIterable<Buffer>
}

/** A page of its own may show it, and nothing in it runs. */
const NOTHING_RUNS =
  "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"

export async function sendRanged(
  reply: FastifyReply,
  asked: { range?: string | undefined; 'if-range'?: string | undefined; 'if-none-match'?: string | undefined },
  { type, inline, name, size, tag, read }: RangedFile,
): Promise<Sent> {
  const etag = `"${tag}"`
  reply
    .header('etag', etag)
    .header('cache-control', 'private, no-cache')
    .header('content-security-policy', NOTHING_RUNS)
  if (asked['if-none-match'] === etag) {
    await reply.code(304).send()
    return sent
  }
  const range = asked['if-range'] === undefined || asked['if-range'] === etag ? rangeIn(asked.range, size) : 'all'
  reply.header('accept-ranges', 'bytes')
  if (range === 'none') {
    await reply.code(416).header('content-range', `bytes */${size}`).send()
    return sent
  }
  const [from, to] = range === 'all' ? [0, size] : range
  if (range !== 'all') reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${size}`)
  await reply
    .type(inline ? type : 'application/octet-stream')
    .header('content-length', to - from)
    .header('content-disposition', disposition(inline, name))
    .send(Readable.from(read(from, to), { objectMode: false }))
  return sent
}

/** The part that a header asks for. Several parts at once, and what cannot be read, are answered with all of it. */
export function rangeIn(header: string | undefined, size: number): 'all' | 'none' | [from: number, to: number] {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(' ', '') ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return 'all'
  const [first, last] = [match[1], match[2]] as [string, string]
  if (first === '') return last === '' || Number(last) === 0 ? 'none' : [Math.max(0, size - Number(last)), size]
  const from = Number(first)
  const to = last === '' ? size : Math.min(size, Number(last) + 1)
  if (last !== '' && Number(last) < from) return 'all'
  return from >= size ? 'none' : [from, to]
}

/** The name as it is, and for old readers without what is not ASCII. */
function disposition(inline: boolean, name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${inline ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encoded}`
}
