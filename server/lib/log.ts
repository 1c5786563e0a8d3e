// The log: one JSON line an event on standard output.
import { pino, type Logger } from 'pino'

export type Log = Logger
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** What must never reach a log, wherever somebody logs a request or a row. */
const SECRETS = ['password', 'token', 'secret', 'app_secret', 'access_token', 'verify_token', 'authorization', 'cookie']

export function createLog(level: LogLevel): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [...SECRETS, ...SECRETS.map((key) => `*.${key}`), 'req.headers.authorization', 'req.headers.cookie'],
      censor: '[hidden]',
    },
  })
}
