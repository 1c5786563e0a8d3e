// Calls a tool at /mcp as a key's holder would, without keeping a connection.
import type { TestServer } from './server.ts'

/** What the tool answered, or the problem by which it was refused. */
export async function useTool(server: TestServer, secret: string, name: string, input: object): Promise<unknown> {
  const answered = await server.app.inject({
    method: 'POST',
    url: '/mcp',
    headers: { accept: 'application/json, text/event-stream', authorization: `Bearer ${secret}` },
    payload: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: input } },
  })
  const text = answered.body.startsWith('{') ? answered.body : answered.body.replace(/^[^]*?data: /u, '')
  const { result } = JSON.parse(text) as { result: { content: { text: string }[] } }
  return JSON.parse(result.content[0]!.text)
}
