// The part of the stand-in that has files: uploads, where a file is to be found, and the file itself.
import { createHash, randomInt } from 'node:crypto'
import { metaError } from './stand-in.ts'
import type { BehindGraph, GraphAnswer, GraphRequest } from './stand-in.ts'

export interface GraphMedia {
  id: string
  mime_type: string
  file_name: string
  bytes: Buffer
}

/** Who keeps the files, beside whose numbers these are. */
export interface BehindMedia extends Pick<BehindGraph, 'findNumber'> {
  /** Where this stand-in is reached, with the version. */
  url: string
  findMedia(id: string): Promise<GraphMedia | null> | GraphMedia | null
  onUpload(media: GraphMedia): void
}

export interface MediaRequest extends Omit<GraphRequest, 'body'> {
  contentType: string | undefined
  body: Buffer
}

export type MediaAnswer = GraphAnswer | { status: 200; file: GraphMedia }

const MOST_BYTES: Record<string, number> = { image: 5 << 20, video: 16 << 20, audio: 16 << 20, document: 100 << 20 }
const TYPES = new Map(
  Object.entries({
    image: ['image/jpeg', 'image/png'],
    video: ['video/mp4', 'video/3gpp'],
    audio: ['audio/aac', 'audio/mp4', 'audio/mpeg', 'audio/amr', 'audio/ogg'],
    document: ['text/plain', 'application/pdf', 'application/zip', 'image/webp'],
  }).flatMap(([kind, types]) => types.map((type) => [type, kind])),
)
const PATH = /(?:^|\/)(?<id>[\w.-]+?)(?<part>\/media|\/file)?\/?(?:\?(?<query>.*))?$/

/** Answers what is about files as Meta does; null to anything else. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media */
export async function answerAboutMedia(behind: BehindMedia, request: MediaRequest): Promise<MediaAnswer | null> {
  const { id = '', part, query } = PATH.exec(request.path)?.groups ?? {}
  const asked = new URLSearchParams(query).get('phone_number_id')
  const isUpload = request.method === 'POST' && part === '/media'
  const media = request.method === 'GET' ? await behind.findMedia(id) : null
  if (!isUpload && (request.method !== 'GET' || (media === null && part !== '/file' && asked === null))) return null
  const token = /^Bearer (.+)$/.exec(request.authorization ?? '')?.[1]
  const number = isUpload ? await behind.findNumber(id) : null
  if (token === undefined || (isUpload && number?.access_token !== token))
    return metaError(190, 'Invalid OAuth access token - Cannot parse access token')
  if (isUpload) return upload(behind, request)
  if (media === null) {
    if (part === '/file') return { status: 404, body: {} }
    return metaError(100, `Object with ID '${id}' does not exist, cannot be loaded due to missing permissions`, 33)
  }
  if (part === '/file') return { status: 200, file: media }
  return {
    status: 200,
    body: {
      messaging_product: 'whatsapp',
      id,
      url: `${behind.url}/${id}/file`,
      mime_type: media.mime_type,
      sha256: createHash('sha256').update(media.bytes).digest('hex'),
      file_size: media.bytes.length,
    },
  }
}

function upload(behind: BehindMedia, { contentType, body }: MediaRequest): GraphAnswer {
  const parts = readMultipart(contentType, body)
  if (parts.get('messaging_product')?.bytes.toString() !== 'whatsapp')
    return metaError(100, 'The parameter messaging_product is required.')
  const file = parts.get('file')
  if (!file) return metaError(100, 'The parameter file is required.')
  const mimeType = file.mime_type.split(';')[0]!.trim()
  const kind = TYPES.get(mimeType) ?? (/^application\/(?:msword|vnd\.)/.test(mimeType) ? 'document' : undefined)
  if (kind === undefined)
    return metaError(
      100,
      `Param file must be a file with one of the following types: ${[...TYPES.keys()].join(', ')}. Received file of type '${mimeType}'.`,
    )
  if (file.bytes.length > MOST_BYTES[kind]!) return metaError(131_053, 'The file is too large.')
  const id = String(randomInt(10 ** 14))
  behind.onUpload({ ...file, id })
  return { status: 200, body: { id } }
}

/** The parts of a form by their names. */
function readMultipart(contentType: string | undefined, body: Buffer): Map<string, Omit<GraphMedia, 'id'>> {
  const parts = new Map<string, Omit<GraphMedia, 'id'>>()
  const boundary = /boundary="?([^";]+)"?/.exec(contentType ?? '')?.[1]
  if (boundary === undefined) return parts
  const between = Buffer.from(`\r\n--${boundary}`)
  const all = Buffer.concat([Buffer.from('\r\n'), body])
  for (let at = all.indexOf(between); at >= 0;) {
    const next = all.indexOf(between, at + between.length)
    if (next < 0) break
    const part = all.subarray(at + between.length + 2, next)
    const end = part.indexOf('\r\n\r\n')
    const head = part.subarray(0, Math.max(0, end)).toString()
    const name = /\bname="([^"]*)"/.exec(head)?.[1]
    if (name !== undefined)
      parts.set(name, {
        bytes: Buffer.from(part.subarray(end + 4)),
        mime_type: /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim() ?? 'text/plain',
        file_name: /filename="([^"]*)"/.exec(head)?.[1] ?? '',
      })
    at = next
  }
  return parts
}
