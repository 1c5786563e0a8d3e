// Reads server-sent events from the body of an answer, however the network cuts it into pieces.
// The format: https://html.spec.whatwg.org/multipage/server-sent-events.html

export interface StreamEvent {
  type: string
  /** Empty when the event names none. */
  id: string
  data: string
}

/** Takes text piece by piece and calls `onEvent` for each event that is whole. */
export function createEventReader(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let rest = ''
  let begun = false
  let type = ''
  let id = ''
  let data: string[] = []

  const readLine = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent({ type: type === '' ? 'message' : type, id, data: data.join('\n') })
      type = ''
      id = ''
      data = []
      return
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    else if (field === 'event') type = value
    else if (field === 'id') id = value
  }

  return (text) => {
    let all = rest + text
    if (!begun && all !== '') {
      begun = true
      all = all.replace(/^\uFEFF/, '')
    }
    let from = 0
    for (;;) {
      const end = indexOfLineEnd(all, from)
      // A carriage return at the very end may be the first half of a line's end.
      if (end < 0 || (all[end] === '\r' && end === all.length - 1)) break
      readLine(all.slice(from, end))
      from = end + (all[end] === '\r' && all[end + 1] === '\n' ? 2 : 1)
    }
    rest = all.slice(from)
  }
}

function indexOfLineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '\n' || text[at] === '\r') return at
  return -1
}

/** Calls `onEvent` for each event until the body ends or breaks, and `onBytes` whenever something came, comments too. */
export async function readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { onEvent, onBytes }: { onEvent: (event: StreamEvent) => void; onBytes: () => void },
): Promise<void> {
  const take = createEventReader(onEvent)
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one piece comes after the other
    const { done, value } = await reader.read()
    if (done) return
    onBytes()
    take(value)
  }
}
