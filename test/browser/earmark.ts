// The product as a stranger runs it: a server process on a data folder of its own, as this account or an ordinary one, on either database.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { joinEmbeddedPostgres } from '../../server/lib/postgres.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const isRoot = process.getuid?.() === 0

export interface Earmark {
  url: string
  setupUrl: string
  /** Runs `npm run receive` with these arguments; answers what it printed. */
  receive(...args: string[]): string
  /** Runs `npm run reset-password` with these arguments; answers what it printed. */
  resetPassword(...args: string[]): string
  /** Where its own database is reached, for what no screen could make in time. */
  databaseUrl(): Promise<string>
  /** Starts one more server on the same data folder: on a free port, or on that of one that is gone. */
  startBeside(port?: number): Promise<string>
  /** Kills the first server without warning. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface Circumstances {
  /** As an account without privileges; when this one already is, as this one. */
  ordinaryUser?: boolean
  databaseUrl?: string
  /** In place of Meta's; on this machine. */
  graphApiUrl?: string
  /** For what else is called on this machine. */
  allowPrivateAddresses?: boolean
}

/** Starts the server on an empty data folder, and waits until it answers. */
export async function startEarmark({
  ordinaryUser = false,
  databaseUrl,
  graphApiUrl,
  allowPrivateAddresses = graphApiUrl !== undefined,
}: Circumstances = {}): Promise<Earmark> {
  const folder = mkdtempSync('/tmp/earmark-journey-')
  chmodSync(folder, 0o711)
  const drop = isRoot && ordinaryUser
  if (drop) chownSync(folder, idOf('-u'), idOf('-g'))
  const env = {
    PATH: process.env['PATH'],
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'warn',
    ...(graphApiUrl === undefined ? {} : { GRAPH_API_URL: graphApiUrl }),
    ...(allowPrivateAddresses ? { ALLOW_PRIVATE_ADDRESSES: '127.0.0.1/32' } : {}),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  }
  const command = (...args: string[]): [string, string[]] =>
    drop
      ? [
          'setpriv',
          ['--reuid', String(idOf('-u')), '--regid', String(idOf('-g')), '--clear-groups', process.execPath, ...args],
        ]
      : [process.execPath, args]
  const children: ChildProcess[] = []
  const stop = async () => {
    await Promise.all(children.map((child) => ended(child)))
    rmSync(folder, { recursive: true, force: true })
  }
  /** Answers what a server prints at its start, as soon as `sign` is in it. */
  const start = async (sign: string, port = 0): Promise<string> => {
    const child = spawn(...command(join(PROJECT, 'server/main.ts')), {
      env: { ...env, PORT: String(port) },
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    for (let n = 0; !printed.includes(sign); n++) {
      if (child.exitCode !== null || n > 600) {
        await stop()
        throw new Error(`The server did not start:\n${printed}`)
      }
      await sleep(50)
    }
    return printed
  }
  const tool = (name: string, args: string[]): string => {
    const [file, all] = command(join(PROJECT, `tools/${name}.ts`), ...args)
    return execFileSync(file, all, { env, cwd: PROJECT, encoding: 'utf8' })
  }
  const addressIn = (printed: string) => /runs at (\S+)/.exec(printed)![1]!
  const printed = await start('/setup?token=')
  return {
    url: addressIn(printed),
    setupUrl: /\S+\/setup\?token=\S+/.exec(printed)![0],
    receive: (...args) => tool('receive', args),
    resetPassword: (...args) => tool('reset-password', args),
    databaseUrl: async () => (await joinEmbeddedPostgres(env.DATA_DIR)).url,
    startBeside: async (port) => addressIn(await start('runs at ', port)),
    kill: () => ended(children[0]!, 'SIGKILL'),
    stop,
  }
}

async function ended(child: ChildProcess, by: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(by)
  await once(child, 'exit')
}

const idOf = (flag: '-u' | '-g'): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))

/** Debian's own PostgreSQL on a loopback port, in a folder of its own; installed when it is missing and this account may. */
export async function startDebianPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const bin = debianBinaries()
  const folder = mkdtempSync('/tmp/earmark-debian-')
  chmodSync(folder, 0o711)
  const data = join(folder, 'data')
  const account = isRoot ? ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'] : null
  if (isRoot) execFileSync('chown', ['postgres:postgres', folder])
  const run = (program: string, args: string[]): [string, string[]] =>
    account ? ['setpriv', [...account, join(bin, program), ...args]] : [join(bin, program), args]
  execFileSync(...run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8']), {
    stdio: 'pipe',
    cwd: folder,
  })
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const child = spawn(
    ...run('postgres', [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${folder}`,
    ]),
    { cwd: folder, stdio: 'ignore' },
  )
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill('SIGINT')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  for (let n = 0; ; n++) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.query(`create database earmark`)
      await client.end()
      return { url: url.replace(/postgres$/, 'earmark'), stop }
    } catch (error) {
      await client.end().catch(() => {})
      if (child.exitCode !== null || n > 200) {
        await stop()
        throw error
      }
      await sleep(50)
    }
  }
}

function debianBinaries(): string {
  const find = () => globSync('/usr/lib/postgresql/*/bin').find((folder) => existsSync(join(folder, 'initdb')))
  const found = find()
  if (found) return found
  if (!isRoot) throw new Error('Debian’s PostgreSQL is missing. Install it: sudo apt-get install postgresql')
  // Without the cluster that the package would make and start.
  execFileSync(
    'sh',
    [
      '-c',
      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql-common && sed -i "s/^#*create_main_cluster.*/create_main_cluster = false/" /etc/postgresql-common/createcluster.conf && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql',
    ],
    { stdio: 'inherit' },
  )
  return find()!
}
