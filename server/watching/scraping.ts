// The door of /metrics, for Prometheus: who may read it, and the numbers that are asked for when it is read.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isIPv4 } from 'node:net'
import { Gauge } from 'prom-client'
import type { Server } from '../access/door.ts'
import { sameText } from '../lib/crypto.ts'
import { answerWithin, databaseAway, sendNotFound } from '../lib/http.ts'
import { readBacklog, type Backlog } from './backlog.ts'

/** However many ask, the database is asked so often. */
const REMEMBER_MS = 5_000
/** Below the ten seconds for which Prometheus waits. */
const SILENT_MS = 4_000

type Watched = Pick<Server, 'config' | 'db' | 'pool' | 'live' | 'log' | 'metrics'>

/**
 * Answers the counters of this server and what waits in the database, which all servers share. With METRICS_TOKEN set, to
 * whoever brings it; without, to callers on this machine that no proxy stands in front of. To anybody else there is nothing.
 */
export function openMetricsDoor(app: FastifyInstance, server: Watched): void {
  const { registry } = server.metrics
  watchOwn(server)
  const refresh = openBacklogGauges(server)
  app.get('/metrics', async (request, reply) => {
    if (!mayRead(request, server.config.metricsToken)) return sendNotFound(request, reply)
    await refresh()
    return reply
      .header('cache-control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics())
  })
}

function mayRead(request: FastifyRequest, token: string | undefined): boolean {
  if (token !== undefined) return sameText(request.headers.authorization ?? '', `Bearer ${token}`)
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']
  return (
    isLoopback(request.socket.remoteAddress ?? '') && forwarded.every((name) => request.headers[name] === undefined)
  )
}

function isLoopback(address: string): boolean {
  const bare = address.replace(/^::ffff:/, '')
  return bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'))
}

/** What is known without asking anybody. */
function watchOwn({ pool, live, metrics: { registry } }: Watched): void {
  const streams = new Gauge({
    name: 'earmark_live_streams',
    help: 'Open live streams of this server',
    registers: [],
    collect() {
      this.set(live.streams())
    },
  })
  const connections = new Gauge({
    name: 'earmark_database_connections',
    help: 'Connections of the pool, by what they do',
    labelNames: ['state'],
    registers: [],
    collect() {
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
    },
  })
  const waiting = new Gauge({
    name: 'earmark_database_waiting',
    help: 'Statements that wait for a connection of the pool',
    registers: [],
    collect() {
      this.set(pool.waitingCount)
    },
  })
  registry.registerMetric(streams)
  registry.registerMetric(connections)
  registry.registerMetric(waiting)
}

const GAUGES: Record<keyof Backlog, { name: string; help: string }> = {
  deliveries: {
    name: 'earmark_deliveries_waiting',
    help: 'Stored deliveries not yet interpreted, counted up to 100000',
  },
  deliveries_age: { name: 'earmark_deliveries_oldest_seconds', help: 'Since the oldest of them arrived' },
  messages: {
    name: 'earmark_messages_waiting',
    help: 'Messages to be sent that WhatsApp has not taken, counted up to 100000',
  },
  messages_age: { name: 'earmark_messages_oldest_seconds', help: 'Since the oldest of them was to be sent' },
  messages_uncertain: {
    name: 'earmark_messages_uncertain',
    help: 'Messages that a person has to decide about, counted up to 100000',
  },
  accounts_refused: { name: 'earmark_accounts_refused', help: 'WhatsApp accounts whose access token Meta refuses' },
  webhooks_stopped: { name: 'earmark_webhooks_stopped', help: 'Webhooks that were switched off by themselves' },
  webhooks_waiting: { name: 'earmark_webhooks_waiting', help: 'Events in line for webhooks, counted up to 100000' },
  conversations: { name: 'earmark_conversations_open', help: 'Conversations not closed, counted up to 100000' },
  conversations_overdue: {
    name: 'earmark_conversations_overdue_seconds',
    help: 'Since the 24 hours of an open one were over',
  },
  operations_waiting: { name: 'earmark_operations_waiting', help: 'Changes of many contacts not yet begun' },
  operations_running: { name: 'earmark_operations_running', help: 'Changes of many contacts under way' },
  operations_age: {
    name: 'earmark_operations_idle_seconds',
    help: 'Since the unfinished one that was left alone for longest was worked on',
  },
  events: { name: 'earmark_events_unnumbered', help: 'Events that no screen can have seen, counted up to 100000' },
  events_age: { name: 'earmark_live_lag_seconds', help: 'Since the oldest of them was written' },
  jobs_due: { name: 'earmark_jobs_due', help: 'Scheduled jobs that wait for somebody to do them' },
  jobs_age: { name: 'earmark_jobs_oldest_seconds', help: 'Since the oldest of them was due' },
  jobs_failing: { name: 'earmark_jobs_failing', help: 'Scheduled jobs whose last try failed' },
}

/** Answers how to bring the gauges up to date. While the database does not answer they have no value. */
function openBacklogGauges({ db, log, metrics: { registry } }: Watched): () => Promise<void> {
  const registers = [registry]
  const up = new Gauge({ name: 'earmark_database_up', help: 'Whether the database answers', registers })
  const gauges = Object.entries(GAUGES).map(([key, options]) => ({
    key: key as keyof Backlog,
    gauge: new Gauge({ ...options, registers }),
  }))
  const read = async (): Promise<void> => {
    try {
      const backlog = await answerWithin(SILENT_MS, readBacklog(db))
      for (const { key, gauge } of gauges) gauge.set(backlog[key])
      up.set(1)
    } catch (error) {
      if (!databaseAway(error)) log.error({ err: error }, 'the backlog could not be read')
      for (const { gauge } of gauges) gauge.remove()
      up.set(0)
    }
  }
  let asked = -Infinity
  let reading: Promise<void> | null = null
  return () => {
    if (reading === null && performance.now() - asked > REMEMBER_MS) {
      asked = performance.now()
      reading = read().finally(() => {
        reading = null
      })
    }
    return reading ?? Promise.resolve()
  }
}
