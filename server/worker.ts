// Everything that happens without being asked: interpreting deliveries, working on operations, and the whole schedule.
import { EventEmitter } from 'node:events'
import { Logger, parseCronItems, run, type CronItem, type TaskList, type WorkerEvents } from 'graphile-worker'
import { sql } from 'kysely'
import type { Server } from './access/door.ts'
import { forgetOldResetLinks } from './account/reset-links.ts'
import { forgetOldSessions } from './access/sessions.ts'
import { forgetOldKeys } from './access/writing.ts'
import { openAiAgents } from './ai-agents/turns.ts'
import { openAnalyzer } from './analysis/analyzing.ts'
import { backupTimes, openBackups, type Backups } from './backup/scheduled.ts'
import { prepareDeliveryPartitions } from './channels/deliveries.ts'
import { openInterpreter } from './channels/interpreting.ts'
import { expireConversations } from './conversations/closing.ts'
import { openDeliveryStore } from './channels/storing.ts'
import type { GraphApi } from './channels/whatsapp/client.ts'
import { tellRead, type Receipt } from './conversations/receipts.ts'
import { openMediaFetcher } from './conversations/fetching-media.ts'
import { openSender } from './conversations/sender.ts'
import { forgetOldInvitations } from './people/invitations.ts'
import { forgetOldCalls } from './models/log.ts'
import { openChecker } from './imports/checking.ts'
import { forgetOldImports } from './imports/forgetting.ts'
import { poolForJobs } from './lib/job-pool.ts'
import { learnNightly } from './learning/noticing.ts'
import { openTrainer } from './learning/training.ts'
import { openOperator } from './operations/running.ts'
import { forgetActivity } from './events/sequencing.ts'
import { forgetTabs } from './presence/tabs.ts'
import { openEraser } from './privacy/forgetting.ts'
import { enforceRetention, enforceStatusRetention } from './privacy/retention.ts'
import { addUpCounts } from './tags/counting.ts'
import { openFarEnd } from './test-phone/far-end.ts'
import { openDispatcher } from './webhooks/dispatching.ts'
import { forgetOldDispatches } from './webhooks/forgetting.ts'

type Resources = Omit<Server, 'interpretSoon' | 'operateSoon' | 'sendSoon' | 'dispatchSoon' | 'tellRead' | 'testPhone'>

const DAY_MS = 24 * 60 * 60 * 1000

const schedule: CronItem[] = [
  { task: 'prepare-delivery-partitions', match: '7 * * * *' },
  { task: 'forget-old-sessions', match: '23 * * * *' },
  { task: 'forget-old-reset-links', match: '29 * * * *' },
  { task: 'forget-old-invitations', match: '31 4 * * *' },
  { task: 'forget-old-idempotency-keys', match: '37 * * * *' },
  { task: 'forget-old-imports', match: '41 * * * *' },
  { task: 'enforce-retention', match: '47 * * * *' },
  // Where no server runs at that time, at the next start.
  { task: 'enforce-status-retention', match: '53 4 * * *', options: { backfillPeriod: DAY_MS } },
  { task: 'forget-old-dispatches', match: '41 * * * *' },
  { task: 'learn-nightly', match: '11 3 * * *', options: { backfillPeriod: DAY_MS } },
  { task: 'forget-old-model-calls', match: '19 * * * *' },
  { task: 'forget-activity', match: '*/10 * * * *' },
  { task: 'forget-tabs', match: '*/10 * * * *' },
  { task: 'add-up-tag-counts', match: '* * * * *' },
  { task: 'expire-conversations', match: '* * * * *' },
]

const tasks = ({ db, config }: Resources, backups: Backups, stopping: AbortSignal): TaskList => ({
  // Only a server that has a folder for them takes them.
  ...(config.backups ? { 'back-up': (payload) => backups.make(dueAt(payload)) } : {}),
  'prepare-delivery-partitions': () => prepareDeliveryPartitions(db),
  'forget-old-sessions': () => forgetOldSessions(db),
  'forget-old-reset-links': () => forgetOldResetLinks(db),
  'forget-old-invitations': () => forgetOldInvitations(db),
  'forget-old-idempotency-keys': () => forgetOldKeys(db),
  'forget-old-imports': () => forgetOldImports(db),
  'enforce-retention': () => enforceRetention(db, stopping),
  'enforce-status-retention': () => enforceStatusRetention(db, stopping),
  'forget-old-dispatches': () => forgetOldDispatches(db, stopping),
  'learn-nightly': () => learnNightly(db),
  'forget-old-model-calls': () => forgetOldCalls(db, stopping),
  'forget-activity': () => forgetActivity(db),
  'forget-tabs': () => forgetTabs(db),
  'add-up-tag-counts': () => addUpCounts(db),
  'expire-conversations': () => expireConversations(db, stopping),
})

/** The time of the schedule that the job is for. */
const dueAt = (payload: unknown) => new Date((payload as { _cron: { ts: string } })._cron.ts)

export interface Worker {
  /** Interprets what was stored: at once, or with what follows it within 50 ms. */
  interpretSoon(): void
  /** Begins with the operations, and the checks of files, that wait. */
  operateSoon(): void
  /** Sends what waits for it. */
  sendSoon(): void
  /** Sends what happened to the webhooks. */
  dispatchSoon(): void
  /** Tells a customer's phone, if that can be, that something was read. */
  tellRead(receipt: Receipt): void
  /** What is sent to played customers goes here. */
  testPhone(orgId: string): GraphApi
  /** Ends what is under way and takes nothing more. */
  stop(): Promise<void>
}

export async function startWorker(server: Resources): Promise<Worker> {
  await prepareDeliveryPartitions(server.db)
  const interpreter = openInterpreter({
    ...server,
    onInterpreted(count) {
      server.metrics.deliveriesInterpreted.inc(count)
      server.live.wake()
      fetcher.wake()
      aiAgents.wake()
    },
  })
  const operator = openOperator(server)
  const checker = openChecker(server)
  // Its statuses come as deliveries, like Meta's.
  const farEnd = openFarEnd({
    ...server,
    deliveries: openDeliveryStore(server.pool, (count) => {
      server.metrics.deliveriesStored.inc(count)
      interpreter.wake()
    }),
  })
  const sending = {
    ...server,
    testPhone: farEnd.graph,
    onReceipt: (what: string, outcome: string) => server.metrics.receipts.inc({ what, outcome }),
  }
  const sender = openSender({
    ...sending,
    onOutcome: (outcome, count) => server.metrics.sendings.inc({ outcome }, count),
  })
  const fetcher = openMediaFetcher(sending)
  const dispatcher = openDispatcher({
    ...server,
    onAttempts: (outcome, count) => server.metrics.webhookAttempts.inc({ outcome }, count),
  })
  const eraser = openEraser(server)
  const analyzer = openAnalyzer({ ...server, asking: server.classifier })
  const trainer = openTrainer({ ...server, pupil: server.classifier })
  const tell = (receipt: Receipt) => void tellRead(sending, receipt)
  const aiAgents = openAiAgents({ ...server, tellRead: tell, onAnswered: () => sender.wake() })
  const backups = openBackups(server)
  const stopping = new AbortController()
  const events: WorkerEvents = new EventEmitter()
  const pools: string[] = []
  events.on('pool:create', ({ workerPool }) => void pools.push(workerPool.id))
  const runner = await run({
    events,
    pgPool: poolForJobs(server.pool),
    logger: new Logger(
      () => (level, message, meta) =>
        server.log[level === 'warning' ? 'warn' : level === 'info' ? 'debug' : level]({ meta }, message),
    ),
    concurrency: 4,
    noHandleSignals: true,
    taskList: tasks(server, backups, stopping.signal),
    parsedCronItems: parseCronItems([...schedule, ...backupTimes(server.config)]),
  })
  runner.promise.catch((error: unknown) => server.log.fatal({ err: error }, 'the job runner stopped'))
  return {
    interpretSoon: () => interpreter.wake(),
    operateSoon() {
      operator.wake()
      checker.wake()
    },
    sendSoon: () => sender.wake(),
    dispatchSoon: () => dispatcher.wake(),
    tellRead: tell,
    testPhone: farEnd.graph,
    async stop() {
      stopping.abort()
      // The runner with the rest: it begins nothing more while the others end.
      await Promise.all([
        runner.stop(),
        interpreter.stop(),
        operator.stop(),
        checker.stop(),
        sender.stop(),
        dispatcher.stop(),
        fetcher.stop(),
        eraser.stop(),
        analyzer.stop(),
        aiAgents.stop(),
        trainer.stop(),
        // What is being judged is left: nobody asks any more.
        server.classifier.stop(),
        backups.stop(),
      ])
      // It does not wait until it is written down how its last jobs ended. Locked, nobody would try them for four hours.
      await sql`select graphile_worker.force_unlock_workers(${pools}::text[])`
        .execute(server.db)
        .catch((error: unknown) => server.log.warn({ err: error }, 'jobs that were stopped may stay locked'))
    },
  }
}
