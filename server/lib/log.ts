// The log: one JSON line an event on standard output, without secrets and without what people wrote.
import { pino, type DestinationStream, type Logger } from 'pino'
import { errorCode } from './start-error.ts'

export type Log = Logger
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/**
 * What must never reach a log, whoever logs a request or a row by mistake. The first wall is that nobody does; this is the
 * second.
 */
const SECRET =
  /password|passphrase|secret|token|authorization|cookie|signature|api_?key|^(?:body|payload|content|text|search|query|email)$/i
const HIDDEN = '[hidden]'
const DEEPEST = 4

export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (entry: Record<string, unknown>) => hideSecrets(entry) as Record<string, unknown>,
    },
    serializers: { err: describeError },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** The same without what stands under a secret's name; errors are left to their serializer. */
function hideSecrets(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  if (depth > DEEPEST || ArrayBuffer.isView(value)) return HIDDEN
  if (Array.isArray(value)) return value.map((each) => hideSecrets(each, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, SECRET.test(key) ? HIDDEN : hideSecrets(each, depth + 1)]),
  )
}

interface ErrorDescription {
  type: string
  message: string
  code?: string
  stack?: string
  /** What PostgreSQL says beside: names of its objects, never the values of a row. */
  table?: string
  column?: string
  constraint?: string
  cause?: ErrorDescription
}

/**
 * An error as it is logged: chosen fields only. PostgreSQL's `detail` and `where` hold the row that failed, the driver and
 * others put on an error whatever they were working with, and the message of some quotes what could not be read.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: 'thrown, and no error' }
  const { table, column, constraint } = error as { table?: unknown; column?: unknown; constraint?: unknown }
  const code = errorCode(error)
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
  return {
    type: error.name,
    message: withoutValues(error),
    ...(code === undefined ? {} : { code }),
    ...(frames?.length ? { stack: frames.join('\n') } : {}),
    ...(typeof table === 'string' ? { table } : {}),
    ...(typeof column === 'string' ? { column } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(error.cause !== undefined && depth < DEEPEST ? { cause: describeError(error.cause, depth + 1) } : {}),
  }
}

/** PostgreSQL quotes a value that it cannot read after a colon, class 22; a JSON parser quotes some of the text. */
function withoutValues(error: Error): string {
  const message = error.message.slice(0, 2000)
  if (error instanceof SyntaxError) return message.replace(/["'][\s\S]*$/, HIDDEN)
  const hidden = /^22...$/.test(errorCode(error) ?? '') ? message.replace(/: "[\s\S]*$/, `: ${HIDDEN}`) : message
  // Of an address with a password, or a person's.
  return hidden
    .replaceAll(/:\/\/[^@/\s]+@/g, `://${HIDDEN}@`)
    .replaceAll(/[^\s@"'<(]+@[^\s@"'>)]+\.[a-z]{2,}/gi, HIDDEN)
}
