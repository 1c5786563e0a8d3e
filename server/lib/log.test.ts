// What the log hides: secrets by the names they stand under, and what errors would tell of the data.
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from './log.ts'

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'))
      done()
    },
  })
  write(createLog('trace', destination))
  return lines.join('')
}

test('what stands under the name of a secret is hidden, however deep', () => {
  const text = logged((log) =>
    log.info(
      {
        password: 'hidden-1',
        account: { app_secret: 'hidden-2', channels: [{ accessToken: 'hidden-3' }] },
        headers: { Authorization: 'hidden-4', 'set-cookie': ['hidden-5'], 'x-hub-signature-256': 'hidden-6' },
        body: { text: 'hidden-7' },
        bytes: Buffer.from('hidden-8'),
        delivery_id: 17,
      },
      'a line',
    ),
  )
  expect(text).not.toContain('hidden-')
  expect(JSON.parse(text)).toMatchObject({ level: 'info', msg: 'a line', delivery_id: 17 })
})

test('an error tells its type, sentence, code and place, and nothing that it was carrying', () => {
  const row = Object.assign(new Error('null value in column "type" of relation "messages"'), {
    code: '23502',
    detail: 'Failing row contains (hello from a customer)',
    where: 'COPY messages, line 1: "hello from a customer"',
    table: 'messages',
    column: 'type',
    parameters: ['hello from a customer'],
  })
  const text = logged((log) => log.error({ err: new Error('outer', { cause: row }) }, 'failed'))
  expect(text).not.toContain('hello')
  expect(JSON.parse(text).err).toMatchObject({
    type: 'Error',
    message: 'outer',
    cause: { code: '23502', table: 'messages', column: 'type', message: row.message },
  })
  expect(JSON.parse(text).err.stack).toMatch(/^\s+at .*log\.test\.ts/)
})

test.each([
  [Object.assign(new Error('invalid input syntax for type integer: "hello"'), { code: '22P02' })],
  [new SyntaxError(`Unexpected token 'h', "hello" is not valid JSON`)],
  [new Error('connect to postgres://earmark:hello@db:5432/earmark')],
  [new Error('no user hello@example.com here')],
])('a sentence that quotes a value is logged without it: %s', (error) => {
  expect(logged((log) => log.error({ err: error }, 'failed'))).not.toContain('hello')
})

test('a thrown text is not logged', () => {
  expect(logged((log) => log.error({ err: 'hello' }, 'failed'))).not.toContain('hello')
})
