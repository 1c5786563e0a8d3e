// Memory of this process while something long goes through many short-lived objects.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** By how much more than what is in use the heap may grow before it is cleared; by default it is up to three times as much. */
const GROWS_PERCENT = 20

let working = 0

/**
 * Has the heap cleared early while the work goes on. Left to itself it grows by what is garbage long since, and is not handed
 * back: reading a file of 200,000 rows took 280 MB more, and takes 80 so.
 */
export async function sparingMemory<T>(work: () => Promise<T>): Promise<T> {
  if (working++ === 0) setFlagsFromString(`--heap-growing-percent=${GROWS_PERCENT}`)
  try {
    return await work()
  } finally {
    if (--working === 0) setFlagsFromString('--heap-growing-percent=0')
  }
}

/** A clearing takes some 50 ms. Of each byte of a body some four are thrown away, by HTTP and by the database's protocol. */
const CLEAR_AFTER_BYTES = 8_000_000

setFlagsFromString('--expose-gc')
const clear = runInNewContext('gc') as () => void
let thrownAway = 0

/**
 * Says that large buffers were gone through, such as the bodies of an upload. They are outside the heap, which thinks nothing of
 * 64 MB of them, and what the process once took for them stays with it.
 */
export function throwAway(bytes: number): void {
  thrownAway += bytes
  if (thrownAway < CLEAR_AFTER_BYTES) return
  thrownAway = 0
  clear()
}
