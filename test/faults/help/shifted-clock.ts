// Loaded into a server before its own code: its clock is ahead of the machine's by what a file says. Its timers run on, as after a real jump.
import { readFileSync } from 'node:fs'

const file = process.env['FAULTS_CLOCK']
const RealDate = Date
let aheadMs = 0

function look(): void {
  try {
    aheadMs = Number(readFileSync(file!, 'utf8'))
  } catch {
    // It is being written.
  }
}

if (file !== undefined) {
  look()
  setInterval(look, 10).unref()
  const now = () => RealDate.now() + aheadMs
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: [], asked) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, asked) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
  })
}
