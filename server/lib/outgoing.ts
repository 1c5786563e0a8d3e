// The one way out: HTTP to addresses that people have entered, guarded against reaching what only this server can reach.
import { lookup, type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { Readable } from 'node:stream'
import { Agent, request as send } from 'undici'
import { isPublic, networks, plainAddress } from './addresses.ts'
import { errorCode } from './start-error.ts'

/** Whether private addresses may be reached: none, all, or those within these networks. */
export type PrivateAddresses = boolean | readonly string[]

export type OutgoingReason =
  | 'address_invalid'
  | 'address_private'
  | 'name_unknown'
  | 'silent'
  | 'unreachable'
  | 'too_large'

/** Why there is no answer. The sentence is for whoever runs the server. */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError'
  readonly reason: OutgoingReason
  /** Of a request with a body: whether the other side may have it, and have done what it asks. */
  readonly handedOver: boolean

  constructor(
    reason: OutgoingReason,
    message: string,
    { handedOver = false, ...options }: ErrorOptions & { handedOver?: boolean } = {},
  ) {
    super(message, options)
    this.reason = reason
    this.handedOver = handedOver
  }
}

export interface OutgoingRequest {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string | Buffer
  /** For all of it, from the name to the last byte. */
  timeoutMs?: number
  mostBytes?: number
  /** Ends it at once. */
  signal?: AbortSignal
}

export interface OutgoingAnswer {
  status: number
  body: string
}

/** An answer whose body comes as it is read. It is read to its end, or left, or discarded: else the connection stays taken. */
export interface OutgoingStream {
  status: number
  /** Where a redirect leads to. */
  location: string | null
  /** As it was written. */
  retryAfter: string | null
  body: AsyncIterable<Buffer>
  discard(): Promise<void>
}

export interface Outgoing {
  /**
   * Asks an address and answers whatever came back, also a redirect, which is not followed. Throws OutgoingError when the
   * address is none, or not a public one, and when there is no whole answer in time. The addresses that a name has are
   * checked in the moment of connecting and the connection goes to one of these, so a name cannot change in between.
   */
  ask(url: string, request?: OutgoingRequest): Promise<OutgoingAnswer>
  /** The same for an answer of any length; reading its body throws OutgoingError too. */
  stream(url: string, request?: Omit<OutgoingRequest, 'mostBytes'>): Promise<OutgoingStream>
  /** Whether the address could be asked now, without asking it: throws OutgoingError as `ask` would before it connects. */
  check(url: string): Promise<void>
  close(): Promise<void>
}

const TIMEOUT_MS = 10_000
const MOST_BYTES = 1 << 20

type Resolve = (
  name: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export function openOutgoing({
  allowPrivate,
  resolve = lookup,
}: {
  allowPrivate: PrivateAddresses
  /** Of names to addresses, as the system does unless told otherwise. */
  resolve?: Resolve
}): Outgoing {
  const allowed = Array.isArray(allowPrivate) ? networks(allowPrivate) : null
  const mayReach = (address: string): boolean => {
    const plain = plainAddress(address)
    return (
      isPublic(plain) || allowPrivate === true || (allowed?.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4') ?? false)
    )
  }
  const addressesOf = (name: string, done: (refused: OutgoingError | null, addresses: LookupAddress[]) => void) =>
    resolve(name, { all: true }, (error, addresses) => {
      if (error || !addresses[0]) done(unknownHost(name, error), [])
      // All of them must be public: a name that has both kinds is no accident.
      else if (addresses.some(({ address }) => !mayReach(address))) done(privateAddress(name), [])
      else done(null, addresses)
    })
  const agent = new Agent({
    // Instead of the system's: what is connected to is what was checked.
    connect: {
      timeout: TIMEOUT_MS,
      lookup: (name, options, done) =>
        addressesOf(name, (refused, addresses) => {
          const first = addresses[0]
          if (!first) done(refused, '', 0)
          else if (options.all) done(null, addresses)
          else done(null, first.address, first.family)
        }),
    },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    keepAliveTimeout: 4_000,
  })

  const targetOf = (url: string): { target: URL; host: string } => {
    const target = URL.canParse(url) ? new URL(url) : null
    if (!target || !/^https?:$/.test(target.protocol) || target.username !== '' || target.password !== '')
      throw new OutgoingError('address_invalid', 'Only http and https addresses without a user name can be asked.')
    // An address in place of a name is looked up by nobody. Other spellings of it, 127.1 or 0x7f000001, are one by now.
    const host = target.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !mayReach(host)) throw privateAddress(host)
    return { target, host }
  }

  const open: Outgoing['stream'] = async (url, request = {}) => {
    const { method = 'GET', headers = {}, body, timeoutMs = TIMEOUT_MS } = request
    const { target, host } = targetOf(url)
    const late = AbortSignal.timeout(timeoutMs)
    const signal = request.signal ? AbortSignal.any([late, request.signal]) : late
    let handedOver = false
    // Asked for only once there is a connection to write it to.
    const written = function* (what: string | Buffer) {
      handedOver = true
      yield Buffer.from(what)
    }
    try {
      const answer = await send(target, {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        body: body === undefined ? null : Readable.from(written(body)),
        dispatcher: agent,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal,
      })
      const { location, 'retry-after': retryAfter } = answer.headers
      return {
        status: answer.statusCode,
        location: typeof location === 'string' ? location : null,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
        body: reading(answer.body, (error) => explained(error, host, signal, handedOver)),
        discard: () => answer.body.dump().catch(() => {}),
      }
    } catch (error) {
      throw explained(error, host, signal, handedOver)
    }
  }

  return {
    async ask(url, { mostBytes = MOST_BYTES, ...request } = {}) {
      const { status, body } = await open(url, request)
      return { status, body: await readWithin(body, mostBytes) }
    },
    stream: open,
    async check(url) {
      const { host } = targetOf(url)
      if (isIP(host) !== 0) return
      await new Promise<void>((done, refuse) => {
        const late = setTimeout(() => refuse(unknownHost(host)), TIMEOUT_MS / 2)
        addressesOf(host, (refused) => {
          clearTimeout(late)
          if (refused) refuse(refused)
          else done()
        })
      })
    },
    close: () => agent.destroy(),
  }
}

async function* reading(
  stream: AsyncIterable<Buffer>,
  explain: (error: unknown) => OutgoingError,
): AsyncIterable<Buffer> {
  try {
    yield* stream
  } catch (error) {
    throw explain(error)
  }
}

async function readWithin(stream: AsyncIterable<Buffer>, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > mostBytes)
      throw new OutgoingError('too_large', `The answer is longer than ${mostBytes} bytes.`, { handedOver: true })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const unknownHost = (host: string, cause?: unknown) =>
  new OutgoingError('name_unknown', `There is no host ${host}.`, { cause })

const privateAddress = (host: string) =>
  new OutgoingError(
    'address_private',
    `${host} is not a public address. ALLOW_PRIVATE_ADDRESSES says which others may be reached.`,
  )

function explained(error: unknown, host: string, signal: AbortSignal, handedOver: boolean): OutgoingError {
  if (error instanceof OutgoingError) return error
  if (signal.aborted || /^UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT$/.test(errorCode(error) ?? ''))
    return new OutgoingError('silent', `${host} did not answer in time.`, { cause: error, handedOver })
  return new OutgoingError('unreachable', `${host} could not be reached (${errorCode(error) ?? 'unknown'}).`, {
    cause: error,
    handedOver,
  })
}
