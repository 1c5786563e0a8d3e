// What goes to the database at the same time, sent together: a statement costs more than a row of it.
import type { Db } from './db.ts'
import { databaseAtFault } from './http.ts'

interface Waiting<Q, A> {
  question: Q
  resolve(answer: A): void
  reject(error: unknown): void
}

/**
 * Asks together what is asked within one turn of the event loop. Nobody is answered by what was read before they asked; when
 * it fails, it fails for all who asked.
 */
export function gathered<Q, A>(
  askAll: (db: Db, questions: readonly Q[]) => Promise<readonly A[]>,
): (db: Db, question: Q) => Promise<A> {
  const gathering = new WeakMap<Db, Waiting<Q, A>[]>()

  const ask = async (db: Db, asked: readonly Waiting<Q, A>[]): Promise<void> => {
    try {
      const answers = await askAll(
        db,
        asked.map(({ question }) => question),
      )
      for (const [n, { resolve }] of asked.entries()) resolve(answers[n]!)
    } catch (error) {
      for (const { reject } of asked) reject(error)
    }
  }

  return (db, question) => {
    const { promise, resolve, reject } = Promise.withResolvers<A>()
    const waiting = gathering.get(db) ?? []
    if (waiting.push({ question, resolve, reject }) === 1) {
      gathering.set(db, waiting)
      setImmediate(() => {
        gathering.delete(db)
        void ask(db, waiting)
      })
    }
    return promise
  }
}

/**
 * Writes together what comes while a write is under way. Resolves once it is written. What fails together for its own
 * sake is tried one by one, so that nobody fails for another's.
 */
export function writtenTogether<T>(writeAll: (items: readonly T[]) => Promise<void>): (item: T) => Promise<void> {
  const waiting: Waiting<T, void>[] = []
  let writing = false

  const write = async (batch: readonly Waiting<T, void>[]): Promise<void> => {
    try {
      await writeAll(batch.map(({ question }) => question))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      if (batch.length > 1 && !databaseAtFault(error)) for (const each of batch) await write([each])
      else for (const { reject } of batch) reject(error)
    }
  }

  const work = async (): Promise<void> => {
    writing = true
    while (waiting.length > 0) await write(waiting.splice(0))
    writing = false
  }

  return (item) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    waiting.push({ question: item, resolve, reject })
    if (!writing) void work()
    return promise
  }
}
