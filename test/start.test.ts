// Starting and stopping with real processes: what happens to the database when servers come, go and are killed.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { isPostgresOf, postgresProcessesOf, startOfProcess } from '../server/lib/processes.ts'
import { fastFolder } from './help/database.ts'

// Some thirty starts of about 2.5 seconds of computing each; on a busy machine they take many times that.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** What a project is without: made things, and the console, whose build takes longer than all of this. */
const LEFT_OUT = new Set(['node_modules', '.git', '.env', 'console', 'data', 'test', 'test-results'])

/** The account daemon, which every Linux has. */
const ORDINARY = { uid: 1, gid: 1 }
const asRoot = process.getuid?.() === 0

type Account = 'root' | 'an ordinary user'
const accounts: Account[] = asRoot ? ['root', 'an ordinary user'] : ['an ordinary user']

let scratch: string
let project: string
beforeAll(() => {
  scratch = mkdtempSync(join(fastFolder(), 'earmark-start-'))
  project = join(scratch, 'project')
  mkdirSync(project)
  for (const name of readdirSync(ROOT).filter((one) => !LEFT_OUT.has(one)))
    cpSync(join(ROOT, name), join(project, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'))
  chmodSync(scratch, 0o755)
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const started: ChildProcess[] = []
const folders: string[] = []
afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  for (const dataDir of folders.splice(0)) {
    const pid = postmaster(dataDir)
    if (pid !== null) process.kill(pid, 'SIGQUIT')
    await until(() => postgresProcessesOf(join(dataDir, 'pg')).length === 0)
    rmSync(dataDir, { recursive: true, force: true })
  }
})

/** A data folder that is not there yet, in a folder that the account may write. */
function newDataDir(account: Account, name = 'data'): string {
  const parent = mkdtempSync(join(scratch, 'd-'))
  if (asRoot && account !== 'root') chownSync(parent, ORDINARY.uid, ORDINARY.gid)
  chmodSync(parent, 0o755)
  const dataDir = join(parent, name)
  folders.push(dataDir)
  return dataDir
}

const made = new Map<Account, string>()

/** A data folder as a server left it, which costs less than a new one. */
async function usedDataDir(account: Account): Promise<string> {
  let from = made.get(account)
  if (from === undefined) {
    from = newDataDir(account)
    folders.pop()
    const first = server(account, from)
    await ready(first)
    first.child.kill('SIGTERM')
    await first.exit
    made.set(account, from)
  }
  const dataDir = newDataDir(account)
  expect(spawnSync('cp', ['-a', from, dataDir]).status).toBe(0)
  return dataDir
}

interface Running {
  child: ChildProcess
  pid: number
  output: () => string
  exit: Promise<number | null>
}

function run(
  account: Account,
  command: string[],
  env: Record<string, string>,
  options: { group?: boolean } = {},
): Running {
  const drop =
    asRoot && account !== 'root'
      ? ['setpriv', `--reuid=${ORDINARY.uid}`, `--regid=${ORDINARY.gid}`, '--clear-groups', '--']
      : []
  const [program = '', ...args] = [...drop, ...command]
  const child = spawn(program, args, {
    cwd: project,
    env: { PATH: process.env.PATH, HOME: '/nonexistent', PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.group === true,
  })
  started.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return { child, pid: child.pid!, output: () => output, exit }
}

const server = (account: Account, dataDir: string, env: Record<string, string> = {}) =>
  run(account, [process.execPath, 'server/main.ts'], { DATA_DIR: dataDir, ...env })

/** Waits until it says where it runs. */
async function ready(running: Running): Promise<string> {
  await until(
    () => /runs at \S+\n/.test(running.output()) || running.child.exitCode !== null,
    () => running.output(),
  )
  const address = /runs at (\S+)\n/.exec(running.output())?.[1]
  if (address === undefined) throw new Error(`it ended: ${running.output()}`)
  return address
}

async function answers(address: string): Promise<boolean> {
  return fetch(`${address}/readyz`).then(
    (response) => response.ok,
    () => false,
  )
}

async function until(
  condition: () => boolean | Promise<boolean>,
  complaint: () => string = () => '',
  seconds = 60,
): Promise<void> {
  for (
    const deadline = Date.now() + seconds * 1000;
    !(await condition());
    await new Promise((resolve) => setTimeout(resolve, 20))
  ) {
    if (Date.now() > deadline) throw new Error(`it did not happen in ${seconds} seconds. ${complaint()}`)
  }
}

/** The living main process of a data folder's PostgreSQL. */
function postmaster(dataDir: string): number | null {
  const path = join(dataDir, 'pg', 'postmaster.pid')
  if (!existsSync(path)) return null
  const pid = Number(readFileSync(path, 'utf8').split('\n')[0])
  return isPostgresOf(pid, join(dataDir, 'pg')) ? pid : null
}

const isGone = (pid: number) => startOfProcess(pid) === null
const mode = (...path: string[]) => (statSync(join(...path)).mode & 0o777).toString(8)

describe.each(accounts)('as %s', (account) => {
  test('an empty folder becomes a running server, and a signal ends all of it', async () => {
    const dataDir = newDataDir(account)
    const first = server(account, dataDir)
    const address = await ready(first)
    expect(await answers(address)).toBe(true)
    expect(first.output()).toMatch(/Create the first account, once, at http:\/\/127\.0\.0\.1:\d+\/setup\?token=/)
    expect(JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8'))).toEqual({ pid: first.pid, url: address })
    expect([mode(dataDir, 'secret.key'), mode(dataDir, 'run'), mode(dataDir, 'pg')]).toEqual(['600', '700', '700'])
    const database = postmaster(dataDir)!

    first.child.kill('SIGTERM')
    expect(await first.exit).toBe(0)
    expect(isGone(database)).toBe(true)
    expect(readdirSync(dataDir).toSorted()).toEqual(['pg', 'postgres.log', 'run', 'secret.key'])
  })

  test('servers on one folder share its database, until the last one leaves', async () => {
    const dataDir = newDataDir(account)
    // Both at once, and nothing there: one makes it, the other waits and joins.
    const [first, second] = [server(account, dataDir), server(account, dataDir)]
    const addresses = await Promise.all([ready(first), ready(second)])
    expect(await Promise.all(addresses.map(answers))).toEqual([true, true])
    const database = postmaster(dataDir)
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8').match(/starting PostgreSQL/g)).toHaveLength(1)

    first.child.kill('SIGTERM')
    expect(await first.exit).toBe(0)
    expect(await answers(addresses[1])).toBe(true)
    expect(postmaster(dataDir)).toBe(database)

    // A kill leaves the database to the next server, which stops it in the end.
    second.child.kill('SIGKILL')
    await second.exit
    expect(postmaster(dataDir)).toBe(database)
    const third = server(account, dataDir)
    expect(await answers(await ready(third))).toBe(true)
    expect(postmaster(dataDir)).toBe(database)
    third.child.kill('SIGTERM')
    expect(await third.exit).toBe(0)
    expect(isGone(database!)).toBe(true)
  })

  test('a database that is killed is started again, and the server goes on', async () => {
    const dataDir = await usedDataDir(account)
    const only = server(account, dataDir)
    const address = await ready(only)
    const database = postmaster(dataDir)!
    process.kill(database, 'SIGKILL')
    await until(() => isGone(database))
    await until(() => answers(address), only.output)
    expect(postmaster(dataDir)).not.toBe(database)
    only.child.kill('SIGTERM')
    expect(await only.exit).toBe(0)
    expect(postmaster(dataDir)).toBeNull()
  })

  test('after a kill of everything it starts, even if the lock names a process of somebody else', async () => {
    const dataDir = await usedDataDir(account)
    const first = server(account, dataDir)
    await ready(first)
    const database = postmaster(dataDir)!
    first.child.kill('SIGKILL')
    process.kill(database, 'SIGKILL')
    await first.exit
    // As after a restart of the machine: the number is another's now, and no process of the database is left.
    await until(() => postgresProcessesOf(join(dataDir, 'pg')).length === 0)
    const other = run(account, ['sleep', '60'], {})
    await until(() => !isGone(other.pid))
    const lock = join(dataDir, 'pg', 'postmaster.pid')
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(other.pid)))

    const second = server(account, dataDir)
    expect(await answers(await ready(second))).toBe(true)
    expect(isGone(other.pid)).toBe(false)
    second.child.kill('SIGTERM')
    expect(await second.exit).toBe(0)
  })
})

const anyone = accounts[0]!

test('a kill while the database is being made leaves nothing in the way', async () => {
  const dataDir = newDataDir(anyone)
  const first = server(anyone, dataDir)
  await until(
    () => existsSync(dataDir) && readdirSync(dataDir).some((name) => name.startsWith('pg.new-')),
    first.output,
  )
  first.child.kill('SIGKILL')
  await first.exit
  expect(existsSync(join(dataDir, 'pg'))).toBe(false)
  const second = server(anyone, dataDir)
  expect(await answers(await ready(second))).toBe(true)
  expect(readdirSync(dataDir).filter((name) => name.startsWith('pg.new-'))).toEqual([])
  second.child.kill('SIGTERM')
  expect(await second.exit).toBe(0)
})

test('a folder whose path is too long for a socket will do', async () => {
  const dataDir = newDataDir(anyone, 'a-long-name-'.repeat(10))
  const only = server(anyone, dataDir)
  expect(await answers(await ready(only))).toBe(true)
  const socketDir = readFileSync(join(dataDir, 'pg', 'postmaster.pid'), 'utf8').split('\n')[4]!
  expect(socketDir).toMatch(/^\/tmp\/earmark-/)
  only.child.kill('SIGTERM')
  expect(await only.exit).toBe(0)
  expect([postmaster(dataDir), existsSync(socketDir)]).toEqual([null, false])
})

test.runIf(asRoot)('root may keep the data in a folder that is closed to others', async () => {
  const dataDir = newDataDir('root')
  chmodSync(join(dataDir, '..'), 0o700)
  const only = server('root', dataDir)
  expect(await answers(await ready(only))).toBe(true)
  expect(statSync(join(dataDir, 'pg')).uid).not.toBe(0)
  only.child.kill('SIGTERM')
  expect(await only.exit).toBe(0)
})

test('a request under way is answered before the server ends', async () => {
  const dataDir = await usedDataDir(anyone)
  const only = server(anyone, dataDir)
  const { port, hostname } = new URL(await ready(only))
  const body = '{"email":"nobody@example.com","password":"nothing at all"}'
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
  socket.write(
    `POST /auth/session HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  only.child.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 300))
  socket.write(body)
  expect(await only.exit).toBe(0)
  expect(answer).toMatch(/^HTTP\/1\.1 \d\d\d /)
})

test('wrong settings end the start with a sentence and exit code 1, without a stack trace', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const port = String((taken.address() as AddressInfo).port)
  const dataDir = await usedDataDir(anyone)
  const file = newDataDir(anyone)
  writeFileSync(file, '')
  const cases = [
    [{ PORT: 'http' }, /PORT: must be a number from 0 to 65535, not "http"/],
    [{ SECRET_KEY: 'short' }, /SECRET_KEY: must have at least 16 characters/],
    [{ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, /database cannot be reached.*DATABASE_URL/],
    [{ DATA_DIR: file }, /DATA_DIR: .* is not a folder/],
    [{ PORT: port }, new RegExp(`PORT: ${port} is in use on 127.0.0.1`)],
  ] as const
  const refused = cases.map(([env, sentence]) => ({ sentence, running: server(anyone, dataDir, env) }))
  for (const { sentence, running } of refused) {
    expect(await running.exit).toBe(1)
    expect(running.output()).toMatch(sentence)
    expect(running.output()).not.toMatch(/^\s+at /m)
  }
  expect(postmaster(dataDir)).toBeNull()
  taken.close()
})

describe('npm start', () => {
  async function npmStart() {
    const dataDir = await usedDataDir(anyone)
    const npm = run(anyone, ['npm', 'start'], { DATA_DIR: dataDir, HOME: scratch }, { group: true })
    const address = await ready(npm)
    const { pid } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { pid: number }
    return { npm, address, dataDir, serverPid: pid, database: postmaster(dataDir)! }
  }

  test.each(['SIGTERM', 'SIGKILL'] as const)('%s to npm ends everything within ten seconds', async (signal) => {
    const { npm, address, dataDir, serverPid, database } = await npmStart()
    expect(await answers(address)).toBe(true)
    npm.child.kill(signal)
    await until(() => isGone(serverPid) && isGone(database), npm.output, 10)
    expect(existsSync(join(dataDir, 'server.json'))).toBe(false)
  })

  test("a terminal's Ctrl-C reaches everybody at once, and still everything ends in order", async () => {
    const { npm, dataDir, serverPid, database } = await npmStart()
    process.kill(-npm.pid, 'SIGINT')
    await until(() => isGone(serverPid) && isGone(database), npm.output, 10)
    expect(existsSync(join(dataDir, 'server.json'))).toBe(false)
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).toMatch(/database system is shut down\n$/)
  })
})
