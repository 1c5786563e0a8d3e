// What tools say and ask on a terminal: progress on one line, and a passphrase that is not shown.
import { ToolError } from './tool.ts'

const REDRAW_MS = 200

/** Keeps one line of standard error up to date while it is a terminal; elsewhere it says nothing. */
export function openProgress(): { show(text: string): void; clear(): void } {
  const { stderr } = process
  let drawnAt = 0
  return {
    show(text) {
      if (!stderr.isTTY || performance.now() - drawnAt < REDRAW_MS) return
      drawnAt = performance.now()
      stderr.write(`\r\x1b[K${text}`)
    },
    clear() {
      if (stderr.isTTY) stderr.write('\r\x1b[K')
    },
  }
}

export const count = (n: number): string => n.toLocaleString('en')

export const megabytes = (bytes: number): string =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`

/** Asks for a line without showing it. Null when there is no terminal to ask on. */
export async function askHidden(question: string): Promise<string | null> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) return null
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.resume()
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed = ''
      stdin.on('data', (text: string) => {
        for (const character of text) {
          if (character === '\r' || character === '\n') return resolve(typed)
          if (character === '\x03' || character === '\x04')
            return reject(new ToolError('Stopped. Nothing was changed.'))
          if (character === '\x7f' || character === '\b') typed = Array.from(typed).slice(0, -1).join('')
          else if (character >= ' ') typed += character
        }
      })
    })
  } finally {
    stdin.removeAllListeners('data')
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}
