// Finds the Chromium that drives the browser journeys, or installs Debian's when it may.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PLACES = ['/usr/bin', '/usr/local/bin', '/snap/bin', ...(process.env.PATH ?? '').split(delimiter)]
const APPS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const HOW_TO_GET_CHROMIUM =
  'No Chromium was found: install it (on Debian, as root: apt-get install chromium), or name one by CHROMIUM=/path/to/it.'

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * The browser that is there: what CHROMIUM names, else the first in the usual places.
 * @returns {string | undefined}
 */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const candidates = [...PLACES.flatMap((place) => NAMES.map((name) => join(place, name))), ...APPS]
  return candidates.find(isProgram)
}

/**
 * The browser that is there, or else Debian's package, installed when this is root; refuses with a sentence that says how.
 * @returns {string}
 */
export function ensureChromium() {
  const found = findChromium()
  if (found !== undefined) {
    if (!isProgram(found)) throw new Error(`CHROMIUM names ${found}, which is no program that can be run.`)
    return found
  }
  if (process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get')) throw new Error(HOW_TO_GET_CHROMIUM)
  console.log('Installing chromium with apt-get: the browser journeys need it.')
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const { status } = spawnSync('apt-get', args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: 10 * 60_000,
    })
    if (status !== 0) throw new Error(`apt-get ${args[0]} did not succeed. ${HOW_TO_GET_CHROMIUM}`)
  }
  const installed = findChromium()
  if (installed === undefined) throw new Error(HOW_TO_GET_CHROMIUM)
  return installed
}
