// For vitest's globalSetup: the run's one database server, started before the first test file and gone after the last.
import { startTestServer } from './database.ts'

export default async function setup(): Promise<() => Promise<void>> {
  const server = await startTestServer()
  return () => server.stop()
}
