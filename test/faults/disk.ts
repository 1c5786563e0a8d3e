// Disks that fill up: a small file system of the data folder's own, and a limit on files that acts like a full disk anywhere.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

/** Whether this account may mount; tried where nobody else sees it. */
export function mayMount(): boolean {
  return (
    process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/tmp']).status === 0
  )
}

/** Puts a file system of so many megabytes on the folder. */
export function mountSmallDisk(folder: string, megabytes: number): void {
  run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=711`, 'earmark-faults', folder])
}

export function unmount(folder: string): void {
  run('umount', [folder])
}

/**
 * From now on the processes cannot write beyond so many bytes of any file. PostgreSQL ignores the signal of that limit
 * on purpose, "so that ulimit violations work like disk full", and Node ignores it too.
 */
export function limitFileSizes(pids: readonly (number | null | undefined)[], bytes: number | 'unlimited'): void {
  for (const pid of pids) {
    const owner = pid == null ? undefined : statSync(`/proc/${pid}`, { throwIfNoEntry: false })
    // As the process's own account, which may lower and lift its soft limit without any capability.
    if (!owner) continue
    try {
      run('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:`], { uid: owner.uid, gid: owner.gid })
    } catch (error) {
      // A process of PostgreSQL that ended between being listed and being limited needs no limit.
      if (statSync(`/proc/${pid}`, { throwIfNoEntry: false })) throw error
    }
  }
}

function run(command: string, args: string[], account: { uid?: number; gid?: number } = {}): void {
  const { status, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    ...(process.getuid?.() === 0 ? account : {}),
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}
