// The least that telling screens can cost: a notification of PostgreSQL becomes a frame of the size asked on every stream.
import { writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

const [file, url] = process.argv.slice(2) as [string, string]
const open = new Set<ServerResponse>()
const client = new pg.Client(url)
await client.connect()
client.on('notification', ({ payload = '' }) => {
  const [id, bytes] = payload.split(' ')
  const head = `id: ${id}\ndata: `
  const frame = Buffer.from(`${head.padEnd(Number(bytes) - 2, 'x')}\n\n`)
  for (const response of open) response.write(frame)
})
await client.query('listen frames')
const server = createServer((_request, response) => {
  open.add(response.on('close', () => open.delete(response)))
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n')
})
server.listen(0, '127.0.0.1', () => {
  writeFileSync(file, JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
})
