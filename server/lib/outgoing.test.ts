// The guard of outgoing requests: what it refuses however it is spelled, and what it holds to.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { isPublic } from './addresses.ts'
import { openOutgoing, OutgoingError, type Outgoing, type OutgoingRequest } from './outgoing.ts'

let opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.toReversed()) await close()
  opened = []
})

function outgoing(options: Parameters<typeof openOutgoing>[0]): Outgoing {
  const made = openOutgoing(options)
  opened.push(() => made.close())
  return made
}

/** A server of this machine; answers its port and how often it was asked. */
async function listen(handle: RequestListener): Promise<{ port: number; asked: () => number }> {
  let asked = 0
  const server: Server = createServer((request, response) => {
    asked++
    handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, asked: () => asked }
}

const reasonOf = async (made: Outgoing, url: string, request?: OutgoingRequest): Promise<string> => {
  try {
    return `answered ${(await made.ask(url, request)).status}`
  } catch (error) {
    expect(error).toBeInstanceOf(OutgoingError)
    return (error as OutgoingError).reason
  }
}

/** A name service that answers these, one after the other. */
const naming = (...answers: string[][]) => {
  let n = 0
  return (
    _name: string,
    _options: unknown,
    done: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
  ) =>
    done(
      null,
      answers[Math.min(n++, answers.length - 1)]!.map((address) => ({
        address,
        family: address.includes(':') ? 6 : 4,
      })),
    )
}

test.each([
  '127.0.0.1',
  '127.1',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '0x7f000001',
  '2130706433',
  '１２７.0.0.1',
  '127。0。0。1',
  '0.0.0.0',
  '0',
  'localhost',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '0xa9fea9fe',
  '[::ffff:169.254.169.254]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fc00::1]',
  '[ff02::1]',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
])('nothing but public addresses is reached: not %s', async (host) => {
  const { port, asked } = await listen((_request, response) => response.end('inside'))
  expect(await reasonOf(outgoing({ allowPrivate: false }), `http://${host}:${port}/`)).toBe('address_private')
  expect(asked()).toBe(0)
})

test.each(['93.184.215.14', '8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
  '%s is public',
  (address) => expect(isPublic(address)).toBe(true),
)

test.each(['', 'localhost', '1.2.3', '2001:db8::1', '3fff::1', '2001::1'])('%j is no public address', (address) =>
  expect(isPublic(address)).toBe(false),
)

test.each([
  'file:///etc/passwd',
  'ftp://example.com/',
  'gopher://127.0.0.1/',
  'http://user:pass@example.com/',
  'nothing',
])('%s is not asked at all', async (url) =>
  expect(await reasonOf(outgoing({ allowPrivate: true }), url)).toBe('address_invalid'),
)

test('a name that has a private address among public ones is refused', async () => {
  const made = outgoing({ allowPrivate: false, resolve: naming(['93.184.215.14', '127.0.0.1']) })
  expect(await reasonOf(made, 'http://two-faced.example/')).toBe('address_private')
})

test('a name is looked up once for a connection, which goes to the address that was checked', async () => {
  const { port, asked } = await listen((request, response) => response.end(request.headers.host))
  // Were it looked up again after the check it would be another.
  const made = outgoing({ allowPrivate: ['127.0.0.1'], resolve: naming(['127.0.0.1'], ['127.0.0.2']) })
  expect(await made.ask(`http://changing.example:${port}/`)).toEqual({
    status: 200,
    body: `changing.example:${port}`,
  })
  expect(asked()).toBe(1)
})

test('a name that turns private after its first answer is refused by the next connection', async () => {
  const { port } = await listen((_request, response) => response.setHeader('connection', 'close').end())
  const made = outgoing({ allowPrivate: ['127.0.0.1'], resolve: naming(['127.0.0.1'], ['127.0.0.2']) })
  expect(await reasonOf(made, `http://changing.example:${port}/`)).toBe('answered 200')
  expect(await reasonOf(made, `http://changing.example:${port}/`)).toBe('address_private')
})

test('a redirect is an answer, and nobody goes where it points', async () => {
  const inside = await listen((_request, response) => response.end('inside'))
  const { port } = await listen((_request, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${inside.port}/` }).end(),
  )
  expect(await reasonOf(outgoing({ allowPrivate: true }), `http://127.0.0.1:${port}/`)).toBe('answered 302')
  expect(inside.asked()).toBe(0)
})

test('private networks that are allowed are reached, and no others', async () => {
  const { port } = await listen((_request, response) => response.end())
  const made = outgoing({ allowPrivate: ['127.0.0.0/24', '10.1.0.0/16', 'fd00::/8'] })
  expect(await reasonOf(made, `http://127.0.0.1:${port}/`)).toBe('answered 200')
  expect(await reasonOf(made, `http://127.0.1.1:${port}/`)).toBe('address_private')
  expect(await reasonOf(made, 'http://10.2.0.1/')).toBe('address_private')
})

test('who does not answer, or drips, is given up in time', async () => {
  const silent = await listen(() => {})
  const dripping = await listen((_request, response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(drip))
  })
  const made = outgoing({ allowPrivate: true })
  expect(await reasonOf(made, `http://127.0.0.1:${silent.port}/`, { timeoutMs: 200 })).toBe('silent')
  expect(await reasonOf(made, `http://127.0.0.1:${dripping.port}/`, { timeoutMs: 200 })).toBe('silent')
})

test('an endless answer is cut off at its limit', async () => {
  const { port } = await listen((_request, response) => {
    const more = () => {
      while (response.write('x'.repeat(65_536)));
    }
    response.on('drain', more)
    more()
  })
  expect(await reasonOf(outgoing({ allowPrivate: true }), `http://127.0.0.1:${port}/`)).toBe('too_large')
})

test('who is not there is said to be unreachable, a name that nobody knows to be unknown', async () => {
  const { port } = await listen(() => {})
  for (const close of opened.splice(0)) await close()
  expect(await reasonOf(outgoing({ allowPrivate: true }), `http://127.0.0.1:${port}/`)).toBe('unreachable')
  expect(await reasonOf(outgoing({ allowPrivate: true }), 'http://nowhere.invalid/')).toBe('name_unknown')
})
