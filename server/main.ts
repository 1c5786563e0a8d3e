// The boot, top to bottom: settings → database → migrations → jobs → HTTP → ready; and the way back down when told to stop.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { VERSION } from './lib/version.ts'
import { openRates } from './api-keys/rates.ts'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepareFirstSetup } from './access/setup.ts'
import { buildApp } from './app.ts'
import { openAsking } from './classifier/asking.ts'
import { addressOf, loadConfig, type Config } from './config.ts'
import { openLive } from './events/live.ts'
import { prepareDataDir } from './lib/data-dir.ts'
import { openDatabase } from './lib/db.ts'
import { createLog, type Log } from './lib/log.ts'
import { migrate } from './lib/migrate.ts'
import { openOutgoing } from './lib/outgoing.ts'
import { startEmbeddedPostgres } from './lib/postgres.ts'
import { loadSecretKey } from './lib/secret-key.ts'
import { errorCode, StartError } from './lib/start-error.ts'
import { openMetrics, watchProcess } from './watching/metrics.ts'
import { startWorker } from './worker.ts'

/** All of the stop; what still runs then is cut off. */
const STOP_MS = 9_500
/** For requests under way: a download may take longer than anybody waits for a stop. */
const DRAIN_MS = 5_000
/** Statements that outlive their request are ended with the database. */
const POOL_MS = 1_000
/** A terminal and npm both hand on one Ctrl-C: a signal this soon after the first is the same one. */
const SAME_SIGNAL_MS = 1_000

await boot()

async function boot(): Promise<void> {
  const undo = new AsyncDisposableStack()
  let log = createLog('info')
  const told = toldToStop(() => log)
  try {
    const config = loadConfig()
    log = createLog(config.logLevel)
    prepareDataDir(config.dataDir)
    const secretKey = loadSecretKey(config)

    const url = config.databaseUrl ?? (await embeddedDatabase(config, log, undo))
    const { pool, db } = openDatabase(url)
    undo.defer(() => Promise.race([pool.end(), sleep(POOL_MS)]))
    const migrated = await migrate(pool)
    if (migrated.length > 0) log.info({ migrations: migrated }, 'the database was migrated')
    const setupPath = await prepareFirstSetup(db, config.bootstrap)
    if (told.already()) return

    const live = openLive({ db, log })
    undo.defer(() => live.stop())
    const metrics = openMetrics()
    watchProcess(metrics, VERSION)
    const outgoing = openOutgoing({ allowPrivate: config.allowPrivateAddresses })
    undo.defer(() => outgoing.close())
    const classifier = openAsking((notice) =>
      log.warn({ notice }, 'the embeddings cannot be loaded; tags are judged by words alone'),
    )
    const server = { config, secretKey, pool, db, log, live, metrics, outgoing, classifier, rates: openRates(db) }
    const worker = await startWorker(server)
    undo.defer(() => worker.stop())
    const app = await buildApp({
      ...server,
      interpretSoon: () => worker.interpretSoon(),
      operateSoon: () => worker.operateSoon(),
      sendSoon: () => worker.sendSoon(),
      dispatchSoon: () => worker.dispatchSoon(),
      tellRead: (receipt) => worker.tellRead(receipt),
      testPhone: worker.testPhone,
    })
    undo.defer(() => drain(app))

    await app
      .listen({ port: config.port, host: config.host, listenTextResolver: () => 'listening' })
      .catch(explainListening(config))
    const { port } = app.server.address() as AddressInfo
    // Nobody could know it before.
    if (config.port === 0) config.publicUrl = config.publicUrl.replace(/:0$/, `:${port}`)
    undo.defer(announce(config.dataDir, addressOf(config.host, port)))
    say(`Earmark runs at ${config.publicUrl}`)
    if (setupPath !== null) say(`Create the first account, once, at ${config.publicUrl}${setupPath}`)

    await told.stop
    log.info('stopping')
  } catch (error) {
    process.exitCode = 1
    if (error instanceof StartError) process.stderr.write(`${error.message}\n`)
    else log.fatal({ err: error }, 'the start failed')
  } finally {
    const deadline = setTimeout(() => {
      log.error('the stop took too long and was cut off')
      process.exit(1)
    }, STOP_MS)
    await undo.disposeAsync().catch((error: unknown) => {
      log.error({ err: error }, 'the stop failed')
      process.exitCode = 1
    })
    clearTimeout(deadline)
  }
  process.exit()
}

async function embeddedDatabase(config: Config, log: Log, undo: AsyncDisposableStack): Promise<string> {
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log })
  undo.defer(() => embedded.stop())
  return embedded.url
}

/** Takes no more requests and waits for those under way. */
async function drain(app: Awaited<ReturnType<typeof buildApp>>): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
  await app.close()
  clearTimeout(cut)
}

/** A signal, the end of the launcher, or an error that nobody caught. A second signal does not wait for the stop. */
function toldToStop(log: () => Log): { stop: Promise<void>; already: () => boolean } {
  const { promise, resolve } = Promise.withResolvers<void>()
  let since: number | null = null
  const tell = () => {
    if (since !== null && Date.now() - since > SAME_SIGNAL_MS) {
      log().warn('told to stop again: stopping at once')
      process.exit(1)
    }
    since ??= Date.now()
    resolve()
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, tell)
  if (process.channel !== undefined) process.once('disconnect', tell)
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log().fatal({ err: error }, 'an error that nobody caught')
      process.exitCode = 1
      since ??= Date.now()
      resolve()
    })
  }
  return { stop: promise, already: () => since !== null }
}

function explainListening({ port, host }: Config): (error: unknown) => never {
  return (error) => {
    const code = errorCode(error)
    if (code === 'EADDRINUSE')
      throw new StartError(`PORT: ${port} is in use on ${host}. Stop what listens there, or set PORT to another one.`)
    if (code === 'EACCES')
      throw new StartError(`PORT: this account may not listen on ${port}. Set PORT to one above 1023.`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw new StartError(`HOST: this machine has no address ${host}.`)
    throw error
  }
}

/** Leaves word for command-line tools of where the server is; answers how to take it back. */
function announce(dataDir: string, url: string): () => void {
  const path = join(dataDir, 'server.json')
  const text = `${JSON.stringify({ pid: process.pid, url })}\n`
  writeFileSync(`${path}.${process.pid}`, text)
  renameSync(`${path}.${process.pid}`, path)
  return () => {
    try {
      // Unless another server of this folder has written its own.
      if (readFileSync(path, 'utf8') === text) rmSync(path)
    } catch {
      // Somebody else removed it.
    }
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
