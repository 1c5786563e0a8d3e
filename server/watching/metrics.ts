// What is counted while the server runs, under the names that docs/running/monitoring.md explains.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  registry: Registry
  requests: Counter<'method' | 'route' | 'status'>
  requestSeconds: Histogram<'method' | 'route'>
  /** Connections that sent no request that could be read. */
  unreadable: Counter<'code'>
  deliveriesStored: Counter
  deliveriesRefused: Counter<'reason'>
  deliveriesInterpreted: Counter
  sendings: Counter<'outcome'>
  receipts: Counter<'what' | 'outcome'>
  webhookAttempts: Counter<'outcome'>
}

/** Opens what this server counts; two servers in one process count apart. */
export function openMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    requests: new Counter({
      name: 'earmark_http_requests_total',
      help: 'Requests that ended, by route pattern; status 499 when the caller left before the answer began',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'earmark_http_request_duration_seconds',
      help: 'From the request to the end of its answer, without live streams',
      labelNames: ['method', 'route'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
      registers,
    }),
    unreadable: new Counter({
      name: 'earmark_http_unreadable_total',
      help: 'Connections ended because what came was no request, too large or too slow',
      labelNames: ['code'],
      registers,
    }),
    deliveriesStored: new Counter({
      name: 'earmark_deliveries_stored_total',
      help: 'Deliveries of WhatsApp that were stored and answered 200',
      registers,
    }),
    deliveriesRefused: new Counter({
      name: 'earmark_deliveries_refused_total',
      help: 'Deliveries of WhatsApp whose signature was missing or wrong',
      labelNames: ['reason'],
      registers,
    }),
    deliveriesInterpreted: new Counter({
      name: 'earmark_deliveries_interpreted_total',
      help: 'Deliveries that became contacts and messages, or were tried and put off',
      registers,
    }),
    sendings: new Counter({
      name: 'earmark_sendings_total',
      help: 'Messages handed to WhatsApp, by what came of it',
      labelNames: ['outcome'],
      registers,
    }),
    receipts: new Counter({
      name: 'earmark_receipts_total',
      help: 'What WhatsApp was told beside messages: that something was read, that somebody writes',
      labelNames: ['what', 'outcome'],
      registers,
    }),
    webhookAttempts: new Counter({
      name: 'earmark_webhook_attempts_total',
      help: 'Events sent to webhooks, by what came of it; refused is any answer but 2xx',
      labelNames: ['outcome'],
      registers,
    }),
  }
}

/** Adds what Prometheus knows of any process: memory, processor, event loop, garbage collection. */
export function watchProcess({ registry }: Metrics, version: string): void {
  collectDefaultMetrics({ register: registry })
  const build = new Gauge({
    name: 'earmark_build_info',
    help: 'Always 1, with the version as a label',
    labelNames: ['version'],
    registers: [registry],
  })
  build.set({ version }, 1)
}
