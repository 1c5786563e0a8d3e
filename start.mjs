// `npm start`: brings what is missing (packages, Node 24, the console's build), then runs the server. Any Node from 18 will do.
// `node start.mjs --prepare` only brings what is missing.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const inRoot = (...path) => join(root, ...path)
const prepareOnly = process.argv.includes('--prepare')

/** Ends the start with a sentence. */
class Stop extends Error {
  constructor(message, code = 1) {
    super(message)
    this.code = code
  }
}

/** What runs now: the installation, the build or the server. */
let child = null
let stoppedBy = null
let serverRuns = false
followSignals()

try {
  let stale = consoleToBuild()
  if (!isInstalled({ withDevelopment: stale !== null })) {
    say('Installing the packages (npm ci), which takes a minute or two the first time.')
    await install()
    stale = consoleToBuild()
  }
  const node = findNode()
  if (stale !== null) {
    say('Building the console.')
    await build(node, stale)
  }
  if (!prepareOnly) {
    if (!existsSync(inRoot('console', 'vite.config.ts'))) say('There is no console to build; only the API is served.')
    serverRuns = true
    // Of what is new Node keeps up to 134 MB on a large machine, and 50 do: importing took 4 % longer, in 96 MB less.
    const flags = ['--max-semi-space-size=16']
    process.exit(await run(node, [...flags, 'server/main.ts'], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] }))
  }
} catch (error) {
  if (!(error instanceof Stop)) throw error
  if (error.message) console.error(error.message)
  process.exit(error.code)
}

/** Whether node_modules holds what package-lock.json names. Packages for other platforms do not count. */
function isInstalled({ withDevelopment }) {
  const lock = readFileSync(inRoot('package-lock.json'), 'utf8')
  const stamp = inRoot('node_modules', '.earmark-installed')
  const mark = `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch} ${withDevelopment ? 'all' : 'production'}\n`
  // npm writes its own list last: without it an installation was interrupted.
  const list = inRoot('node_modules', '.package-lock.json')
  if (!existsSync(list)) return false
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === mark) return true
  const present = JSON.parse(readFileSync(list, 'utf8')).packages
  const complete = Object.entries(JSON.parse(lock).packages).every(
    ([path, wanted]) =>
      path === '' ||
      wanted.optional ||
      wanted.devOptional ||
      (wanted.dev && !withDevelopment) ||
      (present[path]?.version === wanted.version && existsSync(inRoot(path))),
  )
  if (complete) {
    try {
      writeFileSync(stamp, mark)
    } catch {
      // Installed by another account: it is compared again the next time.
    }
  }
  return complete
}

async function install() {
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']
  // The npm that started us, if one did.
  const npm = process.env.npm_execpath
  const code = npm?.endsWith('.js') ? await run(process.execPath, [npm, ...args]) : await run('npm', args)
  if (code !== 0) throw new Stop('The packages could not be installed: npm ci did not succeed, and says why above.')
}

/** The Node that npm brought, or this one. */
function findNode() {
  for (const node of [inRoot('node_modules', '.bin', 'node'), process.execPath]) {
    const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8' })
    if (status === 0 && Number(/^v(\d+)/.exec(stdout)?.[1]) >= 24) return node
  }
  throw new Stop(
    `Earmark needs Node 24; this is ${process.version}. On Linux with glibc (x64, arm64) npm ci brings its own, elsewhere install Node 24 and run npm start with it.`,
  )
}

/** The hash of everything that the console is built from when its build is older than that, else null. */
function consoleToBuild() {
  if (!existsSync(inRoot('console', 'vite.config.ts'))) return null
  const hash = createHash('sha256')
  for (const file of consoleSources())
    hash
      .update(`${relative(root, file)}\n`)
      .update(readFileSync(file))
      .update('\n')
  const wanted = hash.digest('hex')
  const stamp = inRoot('console', 'dist', '.built')
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted ? null : wanted
}

function consoleSources() {
  const made = ['dist', 'src/paraglide', 'project.inlang'].map((path) => inRoot('console', path))
  const own = filesBelow(inRoot('console'), (path) => !made.some((one) => path === one || path.startsWith(`${one}.`)))
  const shapes = filesBelow(inRoot('server')).filter((path) => path.endsWith('schema.ts'))
  const shared = [
    'console/project.inlang/settings.json',
    'server/lib/route.ts',
    'server/lib/fold.ts',
    'server/lib/shapes.ts',
  ]
  const all = [...own, ...shapes, ...[...shared, 'package-lock.json'].map((path) => inRoot(path)).filter(existsSync)]
  // Any order that is always the same.
  // oxlint-disable-next-line unicorn/no-array-sort, typescript/require-array-sort-compare -- Node 18 has no toSorted
  return all.sort()
}

function filesBelow(folder, wanted = () => true) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (!wanted(path) || entry.name === 'node_modules') return []
    return entry.isDirectory() ? filesBelow(path, wanted) : entry.isFile() ? [path] : []
  })
}

/** Builds beside the present build and changes places at the end, so that there is never half of one. */
async function build(node, hash) {
  const dist = inRoot('console', 'dist')
  for (const name of readdirSync(inRoot('console'))) {
    if (/^dist\.(new|old)-/.test(name)) rmSync(inRoot('console', name), { recursive: true, force: true })
  }
  const building = `${dist}.new-${process.pid}`
  const replaced = `${dist}.old-${process.pid}`
  const vite = inRoot('node_modules', 'vite', 'bin', 'vite.js')
  const code = await run(node, [vite, 'build', 'console', '--outDir', building, '--emptyOutDir', '--logLevel', 'warn'])
  if (code !== 0) {
    rmSync(building, { recursive: true, force: true })
    throw new Stop('The console could not be built; vite says why above.')
  }
  writeFileSync(join(building, '.built'), hash)
  if (existsSync(dist)) renameSync(dist, replaced)
  renameSync(building, dist)
  rmSync(replaced, { recursive: true, force: true })
}

/** Runs a program to its end and answers its exit code. */
function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    child = spawn(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options })
    child.once('error', (error) => reject(new Stop(`${program} could not be run: ${error.message}`)))
    child.once('exit', (code, signal) => {
      child = null
      if (stoppedBy !== null && !serverRuns) reject(new Stop('', 128 + constants.signals[stoppedBy]))
      else resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

/** Whatever is to end us ends what we run, and we wait for it. The server also notices by itself when we are gone. */
function followSignals() {
  const follow = (signal) => {
    stoppedBy = signal
    if (child === null) process.exit(128 + constants.signals[signal])
    child.kill(signal)
    // npm would first install to the end; what it leaves unfinished is installed anew. The server knows its own time.
    if (!serverRuns) setTimeout(() => child?.kill('SIGKILL'), 2_000)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, follow)
  if (process.env.npm_lifecycle_event !== undefined) endWithNpm(() => follow('SIGTERM'))
}

/**
 * npm runs us in a shell, and hands its own SIGTERM to the shell only, which dies of it and leaves us; and npm itself may
 * be killed and leave both. Either way one of the two above us is another one than before.
 */
function endWithNpm(end) {
  const above = () => `${process.ppid} ${parentOf(process.ppid)}`
  const before = above()
  const look = setInterval(() => {
    if (above() === before) return
    clearInterval(look)
    end()
  }, 250)
  look.unref()
}

function parentOf(pid) {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

function say(line) {
  console.log(line)
}
