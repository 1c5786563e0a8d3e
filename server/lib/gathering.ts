// Questions to the database that come at the same time, asked together: a statement costs more than a row of its answer.
import type { Db } from './db.ts'

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
