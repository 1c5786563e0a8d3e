// Which backups by the clock stay, and when they are made.
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../config.ts'
import { backupTimes, removeLeft, removeOldest } from './scheduled.ts'

test('the newest stay, and files of other names are not touched', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'earmark-kept-'))
  const names = ['20260101T030000Z', '20260102T030000Z', '20260103T030000Z'].map((at) => `earmark-${at}.tar`)
  for (const name of [...names, 'by-hand.tar', `${names[0]}.12.part`]) writeFileSync(join(dir, name), '')
  expect(await removeOldest(dir, 2)).toEqual([names[0]])
  expect(await removeOldest(dir, 2)).toEqual([])
  expect(readdirSync(dir).toSorted()).toEqual(['by-hand.tar', `${names[0]}.12.part`, names[1], names[2]])
  rmSync(dir, { recursive: true })
})

test('what killed backups left is removed, and never the file of one that may still run', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'earmark-left-'))
  const tar = 'earmark-20260101T030000Z.tar'
  // No process has the first number: the greatest that Linux gives is below it.
  const left = `${tar}.4999999.part`
  const kept = [
    tar,
    'by-hand.tar.4999999.part',
    `${tar}.${process.pid}.part`,
    'earmark-20260102T030000Z.tar.4999999.part',
  ]
  const old = new Date(Date.now() - 2 * 60 * 60 * 1000)
  for (const name of [left, ...kept]) {
    writeFileSync(join(dir, name), '')
    // The last one is written to by another machine.
    if (name !== kept.at(-1)) utimesSync(join(dir, name), old, old)
  }
  expect(await removeLeft(dir)).toEqual([left])
  expect(readdirSync(dir).toSorted()).toEqual(kept.toSorted())
  rmSync(dir, { recursive: true })
})

test('backups are made at the times that are set, and at none without a folder', () => {
  const at = (env: Record<string, string>) => backupTimes(loadConfig(env, '/none')).map((each) => each.match)
  expect(at({})).toEqual([])
  expect(at({ BACKUP_DIR: '/backups' })).toEqual(['0 3 * * *'])
  expect(at({ BACKUP_DIR: '/backups', BACKUP_AT: '01:30, 13:05' })).toEqual(['30 1 * * *', '5 13 * * *'])
  expect(() => at({ BACKUP_DIR: '/backups', BACKUP_AT: '3 am' })).toThrow(/BACKUP_AT: must be a time of day in UTC/)
})
