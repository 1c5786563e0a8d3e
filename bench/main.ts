// npm run bench -- NAME: the measured promises, each beside a baseline of the same run.
import { cpus, totalmem } from 'node:os'
import { benchAi } from './ai.ts'
import { benchApi } from './api.ts'
import { benchContacts } from './contacts.ts'
import { benchConversations } from './conversations.ts'
import { benchIngest } from './ingest.ts'

const benches: Record<string, (args: string[]) => Promise<void>> = {
  ai: benchAi,
  api: benchApi,
  contacts: benchContacts,
  conversations: benchConversations,
  ingest: benchIngest,
}

const [name, ...args] = process.argv.slice(2)
const bench = name === undefined ? undefined : benches[name]
if (!bench) {
  console.error(`Usage: npm run bench -- ${Object.keys(benches).join('|')}`)
  process.exit(1)
}
console.log(
  `${new Date().toISOString()}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
)
await bench(args)
process.exit()
