// Files of messages, fetched from Meta and uploaded to it. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { OutgoingError, type OutgoingStream } from '../../lib/outgoing.ts'
import { failureIn, parsed, type GraphApi } from './client.ts'
import { treatmentOf, type SendAnswer } from './send-answer.ts'

/** Why a file could not be fetched. gone: WhatsApp has it no more. damaged: what came is not what was sent. */
export type FetchTrouble =
  | 'gone'
  | 'refused'
  | 'token_refused'
  | 'address_private'
  | 'damaged'
  | 'unreachable'
  | 'too_large'

export type FetchAnswer =
  | { outcome: 'fetched'; mime_type: string; size: number }
  | { outcome: FetchTrouble; said: string }

const ASK_MS = 10_000
const UPLOAD_MS = 60_000
const MOST_BYTES = 64 << 10
const MOST_REDIRECTS = 3
/** Without a name, Meta's files are answered with an error by some of its servers. */
const USER_AGENT = 'Earmark'

const Whereabouts = z.object({
  url: z.string().max(10_000),
  mime_type: z.string().max(200).nullish(),
  sha256: z.string().max(100).nullish(),
  file_size: z.coerce.number().nullish(),
})

interface Fetching {
  mostBytes: number
  /** For the whole file. */
  timeoutMs: number
  /** Called for each part of it, one after another. */
  onBytes(bytes: Buffer): Promise<void>
}

/**
 * Fetches a file by its id, part by part, and checks that it is whole. Never throws for what Meta or the network answers:
 * that is the outcome. What `onBytes` throws it throws.
 */
export async function fetchMedia(
  api: GraphApi,
  phoneNumberId: string,
  waMediaId: string,
  fetching: Fetching,
): Promise<FetchAnswer> {
  try {
    const address = `${api.graphApiUrl}/${encodeURIComponent(waMediaId)}?phone_number_id=${phoneNumberId}`
    const { status, body } = await api.outgoing.ask(address, {
      headers: { ...bearer(api), accept: 'application/json' },
      timeoutMs: ASK_MS,
      mostBytes: MOST_BYTES,
    })
    const found = Whereabouts.safeParse(parsed(body))
    if (status !== 200 || !found.success) return refusedWith(status, body)
    const { url, mime_type, sha256, file_size } = found.data
    if (file_size != null && file_size > fetching.mostBytes) return tooLarge(fetching.mostBytes)
    const download = await follow(api, url, fetching.timeoutMs)
    if (download.status !== 200) {
      await download.discard()
      return refusedWith(download.status, '')
    }
    const hash = createHash('sha256')
    let size = 0
    for await (const bytes of download.body) {
      size += bytes.length
      if (size > fetching.mostBytes) return tooLarge(fetching.mostBytes)
      hash.update(bytes)
      await fetching.onBytes(bytes)
    }
    const digest = hash.digest()
    if (sha256 != null && ![digest.toString('hex'), digest.toString('base64')].includes(sha256))
      return { outcome: 'damaged', said: 'The file is not the one whose checksum Meta told.' }
    if (size === 0) return { outcome: 'damaged', said: 'The file is empty.' }
    return { outcome: 'fetched', mime_type: mime_type ?? 'application/octet-stream', size }
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    const outcome = error.reason === 'address_private' ? 'address_private' : 'unreachable'
    return { outcome, said: error.message }
  }
}

/** Each step of the way is checked as the first. The token goes only to the host that Meta named. */
async function follow(api: GraphApi, first: string, timeoutMs: number): Promise<OutgoingStream> {
  let url = first
  for (let n = 0; ; n++) {
    const headers = {
      'user-agent': USER_AGENT,
      ...(sameHost(url, first) ? bearer(api) : {}),
    }
    const answer = await api.outgoing.stream(url, { headers, timeoutMs })
    if (![301, 302, 303, 307, 308].includes(answer.status) || answer.location === null || n === MOST_REDIRECTS)
      return answer
    await answer.discard()
    if (!URL.canParse(answer.location, url))
      throw new OutgoingError('address_invalid', 'Meta redirects to something that is no address.')
    url = new URL(answer.location, url).href
  }
}

const sameHost = (a: string, b: string) => URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin

function refusedWith(status: number, body: string): FetchAnswer {
  const failure = failureIn(body)
  const said = failure?.said ?? `HTTP ${status}`
  if (failure?.code === 190 || failure?.code === 0 || status === 401) return { outcome: 'token_refused', said: '' }
  // Meta does not tell a file that is there no more from one that this token may not see.
  if (status === 404 || status === 410 || failure?.code === 100) return { outcome: 'gone', said }
  return { outcome: status >= 500 || status === 429 ? 'unreachable' : 'refused', said }
}

const tooLarge = (most: number): FetchAnswer => ({
  outcome: 'too_large',
  said: `The file is larger than ${most} bytes.`,
})

export type UploadAnswer = { outcome: 'uploaded'; id: string } | Exclude<SendAnswer, { outcome: 'accepted' }>

const Uploaded = z.object({ id: z.string().min(1).max(200) })

/** Uploads a file, to be sent by the id that is answered. Nobody sees an upload: one that broke may be tried again. */
export async function uploadMedia(
  api: GraphApi,
  phoneNumberId: string,
  file: { bytes: Buffer; mime_type: string; file_name: string },
): Promise<UploadAnswer> {
  const boundary = `earmark-${randomUUID()}`
  try {
    const { status, body } = await api.outgoing.ask(`${api.graphApiUrl}/${phoneNumberId}/media`, {
      method: 'POST',
      headers: {
        ...bearer(api),
        accept: 'application/json',
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
      body: multipart(boundary, file),
      timeoutMs: UPLOAD_MS,
      mostBytes: MOST_BYTES,
    })
    const uploaded = Uploaded.safeParse(parsed(body))
    if (status === 200 && uploaded.success) return { outcome: 'uploaded', id: uploaded.data.id }
    const failure = failureIn(body)
    const code = failure?.code ?? null
    const outcome = status <= 299 && failure === null ? 'retry' : treatmentOf(status, code)
    return { outcome, code, said: outcome === 'token_refused' ? '' : (failure?.said ?? `HTTP ${status}`) }
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    return { outcome: error.handedOver ? 'retry' : 'unreachable', code: null, said: error.message }
  }
}

function multipart(
  boundary: string,
  { bytes, mime_type, file_name }: { bytes: Buffer; mime_type: string; file_name: string },
): Buffer {
  const field = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const name = file_name.replaceAll(/["\\\r\n]/g, '_')
  const head = `${field('messaging_product', 'whatsapp')}${field('type', mime_type)}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${mime_type}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)])
}

const bearer = ({ accessToken }: GraphApi) => ({ authorization: `Bearer ${accessToken}` })
