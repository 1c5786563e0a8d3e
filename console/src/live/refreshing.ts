// Reading again what has changed, gently: at once after a quiet time, and however much happens only so often.

export interface Refresher {
  /**
   * Has `run` called: within a moment when that is longer ago than `everyMs`, otherwise as soon as it is; many calls
   * meanwhile are one. What takes long is done less often. While nobody looks at the tab it waits.
   */
  refresh: (what: string, everyMs: number, run: () => Promise<unknown>) => void
  /** The tab came into sight or went out of it. */
  look: () => void
  close: () => void
}

/** Several things that change together are read together; and many browsers that hear the same do not all ask at once. */
const GATHER_MS = 60
const SPREAD_MS = 200
/** What took long is followed by a rest this many times as long. */
const REST_SHARE = 10

interface Task {
  run: () => Promise<unknown>
  everyMs: number
  wanted: boolean
  running: boolean
  restUntil: number
  timer: ReturnType<typeof setTimeout> | undefined
}

export function createRefresher({ isSeen }: { isSeen: () => boolean }): Refresher {
  const tasks = new Map<string, Task>()
  let closed = false

  const start = async (task: Task): Promise<void> => {
    task.timer = undefined
    if (closed || !isSeen()) return
    task.wanted = false
    task.running = true
    const began = Date.now()
    try {
      await task.run()
    } catch {
      // A query keeps its own error, and shows it.
    }
    task.running = false
    const took = Date.now() - began
    task.restUntil = Date.now() + Math.max(task.everyMs - took, REST_SHARE * took)
    plan(task)
  }
  const plan = (task: Task): void => {
    if (closed || !task.wanted || task.running || task.timer !== undefined || !isSeen()) return
    const wait = Math.max(task.restUntil - Date.now(), GATHER_MS + Math.random() * SPREAD_MS)
    task.timer = setTimeout(() => void start(task), wait)
  }

  return {
    refresh(what, everyMs, run) {
      const task = tasks.get(what) ?? {
        run,
        everyMs,
        wanted: false,
        running: false,
        restUntil: 0,
        timer: undefined,
      }
      tasks.set(what, task)
      Object.assign(task, { run, everyMs, wanted: true })
      plan(task)
    },
    look() {
      for (const task of tasks.values()) plan(task)
    },
    close() {
      closed = true
      for (const task of tasks.values()) clearTimeout(task.timer)
    },
  }
}
