// What reading server-sent events promises.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventReader, readEvents, type StreamEvent } from './event-stream.ts'

function read(pieces: readonly string[]): StreamEvent[] {
  const events: StreamEvent[] = []
  const take = createEventReader((event) => events.push(event))
  for (const piece of pieces) take(piece)
  return events
}

const cutAt = (text: string, places: readonly number[]): string[] => {
  const sorted = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b)
  return [0, ...sorted].map((from, n) => text.slice(from, sorted[n] ?? text.length))
}

test('events are the same wherever the network cuts them, with any kind of line end', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''))
  const event = fc.record({
    type: fc.constantFrom('message', 'ready', 'reset'),
    id: fc.constantFrom('', '7', '12345'),
    data: fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n')),
  })
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 5 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.nat(5000), { maxLength: 30 }),
      (events, end, places) => {
        const text = events
          .map(({ type, id, data }) =>
            [
              ': a comment',
              ...(type === 'message' ? [] : [`event: ${type}`]),
              ...(id === '' ? [] : [`id: ${id}`]),
              ...data.split('\n').map((each) => `data: ${each}`),
              // The one after the last keeps a lone carriage return from being the end of the text.
              '',
              ': ',
            ].join(end),
          )
          .join(end)
        expect(read(cutAt(text, places))).toEqual(events)
      },
    ),
  )
})

test('an event that is not whole yet is not told, and comments and unknown fields are none', () => {
  expect(read([': still here\n\n', 'retry: 10\n\n', 'id: 4\ndata: {"a"'])).toEqual([])
  expect(read(['\uFEFFdata:no space\n\n'])).toEqual([{ type: 'message', id: '', data: 'no space' }])
  expect(read(['event: x\nid: 1\n\ndata: later\n\n'])).toEqual([{ type: 'message', id: '', data: 'later' }])
})

test('characters of several bytes are whole however the bytes come, and every piece is a sign of life', async () => {
  const bytes = new TextEncoder().encode('id: 9\ndata: 李 👩‍👩‍👧 é\n\n: still here\n\n')
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]))
      controller.close()
    },
  })
  const events: StreamEvent[] = []
  let pieces = 0
  await readEvents(body, { onEvent: (event) => events.push(event), onBytes: () => pieces++ })
  expect(events).toEqual([{ type: 'message', id: '9', data: '李 👩‍👩‍👧 é' }])
  expect(pieces).toBeGreaterThan(10)
})
