// The test command: brings the packages and Node 24 when they are missing, then runs test/run/main.ts. Works on any Node from 18.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const broughtNode = join(root, 'node_modules', '.bin', 'node')
const majorVersion = Number(process.versions.node.split('.')[0])

/** Whether node_modules holds what package-lock.json names; packages for other platforms do not count. */
function isInstalled() {
  const packagesOf = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return false
  const wanted = packagesOf('package-lock.json')
  const present = packagesOf('node_modules/.package-lock.json')
  const missing = Object.keys(wanted).some(
    (path) => path !== '' && !wanted[path].optional && present[path]?.version !== wanted[path].version,
  )
  return !missing && (majorVersion >= 24 || existsSync(broughtNode))
}

if (!isInstalled()) {
  console.log('Installing the packages with npm ci.')
  const { status } = spawnSync('npm', ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 15 * 60_000,
  })
  if (status !== 0) {
    console.error('The packages could not be installed: npm ci did not succeed.\n0 passed, 1 failed')
    process.exit(1)
  }
}

const node = existsSync(broughtNode) ? broughtNode : process.execPath
if (node === process.execPath && majorVersion < 24) {
  console.error('Node 24 is needed, and npm has none for this platform: install it first.\n0 passed, 1 failed')
  process.exit(1)
}

const run = spawn(node, [join(root, 'test', 'run', 'main.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
// Ctrl-C reaches the run by itself; what is sent to this process alone is handed on. Either way the run cleans up first.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => run.kill('SIGTERM'))
run.on('error', (error) => {
  console.error(`${error.message}\n0 passed, 1 failed`)
  process.exit(1)
})
run.on('exit', (code) => process.exit(code ?? 1))
