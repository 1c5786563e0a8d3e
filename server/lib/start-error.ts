// What stops a start, or a tool, and can be put right by whoever runs the server: its sentence is printed without a stack trace.

export class StartError extends Error {
  override readonly name: string = 'StartError'
}

/** The `code` of a system or PostgreSQL error, such as `ENOENT` or `57P03`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
