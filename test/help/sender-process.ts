// A sender in a process of its own, to be killed: the database's address and the Graph API's are its arguments.
import { pino } from 'pino'
import { openSender } from '../../server/conversations/sender.ts'
import { openLive } from '../../server/events/live.ts'
import { openDatabase } from '../../server/lib/db.ts'
import { openOutgoing } from '../../server/lib/outgoing.ts'
import { TEST_CONFIG, TEST_SECRET_KEY } from './settings.ts'

const [databaseUrl = '', graphApiUrl = ''] = process.argv.slice(2)
const log = pino({ level: 'silent' })
const { db, pool } = openDatabase(databaseUrl, { max: 5 })
openSender({
  config: { ...TEST_CONFIG, graphApiUrl },
  secretKey: TEST_SECRET_KEY,
  db,
  pool,
  log,
  live: openLive({ db, log }),
  outgoing: openOutgoing({ allowPrivate: true }),
  testPhone() {
    throw new Error('No customers are played here.')
  },
})
