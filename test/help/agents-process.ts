// AI agents in a process of their own, to be killed: the database's address is the argument.
import { pino } from 'pino'
import { openAiAgents } from '../../server/ai-agents/turns.ts'
import { openLive } from '../../server/events/live.ts'
import { openDatabase } from '../../server/lib/db.ts'
import { openOutgoing } from '../../server/lib/outgoing.ts'
import { TEST_SECRET_KEY } from './settings.ts'

const [databaseUrl = ''] = process.argv.slice(2)
const log = pino({ level: 'silent' })
const { db, pool } = openDatabase(databaseUrl, { max: 5 })
openAiAgents(
  {
    secretKey: TEST_SECRET_KEY,
    db,
    pool,
    log,
    live: openLive({ db, log }),
    outgoing: openOutgoing({ allowPrivate: true }),
    tellRead() {},
  },
  { lookEveryMs: 50, quietMs: 0, mostMs: 0 },
)
