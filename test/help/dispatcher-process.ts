// A dispatcher of webhooks in a process of its own, to be killed: the database's address is its argument.
import { pino } from 'pino'
import { openLive } from '../../server/events/live.ts'
import { openDatabase } from '../../server/lib/db.ts'
import { openOutgoing } from '../../server/lib/outgoing.ts'
import { openDispatcher } from '../../server/webhooks/dispatching.ts'
import { TEST_SECRET_KEY } from './settings.ts'

const log = pino({ level: 'silent' })
const { db, pool } = openDatabase(process.argv[2]!, { max: 5 })
openDispatcher(
  {
    secretKey: TEST_SECRET_KEY,
    db,
    pool,
    log,
    live: openLive({ db, log }),
    outgoing: openOutgoing({ allowPrivate: true }),
  },
  { gapsMs: [50], lookEveryMs: 30, firstPauseMs: 100, mostPauseMs: 200 },
)
