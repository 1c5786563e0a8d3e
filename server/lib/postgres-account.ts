// The account that the embedded PostgreSQL runs as: it refuses to be root, so root runs it as another one.
import { execFileSync, spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from './start-error.ts'

export interface Account {
  uid: number
  gid: number
  /** The command before the program's, when the account alone could not reach its files. */
  wrapper: string[]
}

/** The owner of the folder or, while there is none, nobody. Refuses with a sentence when that account cannot reach its files. */
export function accountForRoot(dataDir: string, folder: string, initdb: string): Account {
  const owner = statSync(folder, { throwIfNoEntry: false })
  if (owner?.uid === 0) {
    throw new StartError(
      `${folder} belongs to root, as whom PostgreSQL refuses to run. Give it to another account: chown -R nobody ${folder}`,
    )
  }
  const ids = owner ? { uid: owner.uid, gid: owner.gid } : nobody()
  const direct = { ...ids, wrapper: [] }
  if (canReach(direct, initdb, dataDir)) return direct
  // Below a folder that is closed to others, such as root's home: the account may read and walk everywhere, yet write
  // only what is its own. Without no_setuid_fixup access(2) ignores the capability, and PostgreSQL asks access(2).
  // Containers often have only the stronger capability to give.
  for (const capability of ['dac_read_search', 'dac_override']) {
    const wrapper = [
      'setpriv',
      `--reuid=${ids.uid}`,
      `--regid=${ids.gid}`,
      '--clear-groups',
      '--securebits=+no_setuid_fixup',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
      '--',
    ]
    const account = { ...ids, wrapper }
    if (canReach(account, initdb, dataDir)) return account
  }
  const closed = canReach(direct, initdb, '/') ? dataDir : dirname(initdb)
  throw new StartError(
    `Started by root, the embedded PostgreSQL runs as account ${ids.uid}, which cannot reach ${closed}. Put ${closed === dataDir ? 'DATA_DIR' : 'the project'} outside of folders that are closed to others (such as root's home), or start Earmark as an ordinary user.`,
  )
}

function nobody(): { uid: number; gid: number } {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    throw new StartError(
      'Started by root, the embedded PostgreSQL runs as the account "nobody", which this machine does not have. Add it, or start Earmark as an ordinary user.',
    )
  }
}

function canReach(account: Account, program: string, folder: string): boolean {
  const [command, args, options] = commandAs(account, '/bin/sh', [
    '-c',
    'test -x "$1" && cd "$2"',
    'sh',
    program,
    folder,
  ])
  return spawnSync(command, args, { ...options, stdio: 'ignore' }).status === 0
}

export type Command = [string, string[], { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv }]

/** A program of PostgreSQL as the account runs it; null is ourselves. */
export function commandAs(account: Account | null, program: string, args: string[]): Command {
  // Nothing of the caller's environment may change what is made (LC_ALL) or reached (PGPORT, PGDATA).
  const options = {
    cwd: '/',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  }
  if (account === null) return [program, args, options]
  const [wrapper, ...before] = account.wrapper
  if (wrapper !== undefined) return [wrapper, [...before, program, ...args], options]
  return [program, args, { ...options, uid: account.uid, gid: account.gid }]
}
