// Where operations stand, put in place in what is cached of them.
import type { Operation } from '../../../server/operations/schema.ts'
import type { OperationNews } from './digest.ts'

/** One operation, a list of them, or pages of lists, with how far each is by now. An end is read again instead. */
export function patchProgress(data: unknown, progress: ReadonlyMap<string, OperationNews>): unknown {
  if (Array.isArray(data)) {
    const list = data.map((each) => patchProgress(each, progress))
    return list.some((each, index) => each !== data[index]) ? list : data
  }
  if (typeof data !== 'object' || data === null) return data
  if (isOperation(data)) return operationNow(data, progress.get(data.id))
  for (const key of ['operations', 'pages'] as const) {
    const list = (data as Record<string, unknown>)[key]
    if (list === undefined) continue
    const now = patchProgress(list, progress)
    return now === list ? data : { ...data, [key]: now }
  }
  return data
}

function operationNow(operation: Operation, news: OperationNews | undefined): Operation {
  if (!news || !['waiting', 'running', 'cancelling'].includes(operation.status) || news.done < operation.done)
    return operation
  const status = operation.status === 'waiting' ? 'running' : operation.status
  return { ...operation, status, done: news.done, matched: news.matched }
}

const isOperation = (data: object): data is Operation => 'can_cancel' in data && 'matched' in data
