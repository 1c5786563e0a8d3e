// Working through much in small steps, so that room is left to everybody else.
import { setTimeout as sleep } from 'node:timers/promises'

/** Between two steps, as a share of the time that the last one took. */
const PAUSE_SHARE = 0.5

/** Does one step after another until one answers that nothing is left, or the work is to stop. */
export async function stepByStep(stopping: AbortSignal, step: () => Promise<boolean>): Promise<void> {
  while (!stopping.aborted) {
    const began = performance.now()
    if (!(await step())) return
    await sleep((performance.now() - began) * PAUSE_SHARE)
  }
}
