// Everything that happens without being asked: interpreting deliveries, and the whole schedule.
import { Logger, parseCronItems, run, type CronItem, type TaskList } from 'graphile-worker'
import type { Server } from './access/door.ts'
import { forgetOldSessions } from './access/sessions.ts'
import { prepareDeliveryPartitions } from './channels/deliveries.ts'
import { openInterpreter } from './channels/interpreting.ts'

type Resources = Omit<Server, 'interpretSoon'>

const schedule: CronItem[] = [
  { task: 'prepare-delivery-partitions', match: '7 * * * *' },
  { task: 'forget-old-sessions', match: '23 * * * *' },
]

const tasks = ({ db }: Resources): TaskList => ({
  'prepare-delivery-partitions': () => prepareDeliveryPartitions(db),
  'forget-old-sessions': () => forgetOldSessions(db),
})

export interface Worker {
  /** Interprets what was stored, within some 20 ms; many calls at once are one. */
  interpretSoon(): void
  /** Ends what is under way and takes nothing more. */
  stop(): Promise<void>
}

export async function startWorker(server: Resources): Promise<Worker> {
  await prepareDeliveryPartitions(server.db)
  const interpreter = openInterpreter(server)
  const runner = await run({
    pgPool: server.pool,
    logger: new Logger(
      () => (level, message, meta) =>
        server.log[level === 'warning' ? 'warn' : level === 'info' ? 'debug' : level]({ meta }, message),
    ),
    concurrency: 4,
    noHandleSignals: true,
    taskList: tasks(server),
    parsedCronItems: parseCronItems(schedule),
  })
  runner.promise.catch((error: unknown) => server.log.fatal({ err: error }, 'the job runner stopped'))
  return {
    interpretSoon: () => interpreter.wake(),
    async stop() {
      await interpreter.stop()
      await runner.stop()
    },
  }
}
