import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '@nearside/core/bytes.ts'
import type { NearsideError } from '@nearside/core/error.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { MODULUS } from '../../privacy/pine/field.ts'
import { addShare } from '../../privacy/shares.ts'
import { policyHash } from '../../protocol/policy.ts'
import { TEST_POLICY } from '../../protocol/testPolicy.ts'
import type { CountedShare } from './records.ts'
import { openSqliteStore } from './store.ts'

const id = (n: number) => n.toString(16).padStart(32, '0')
const hash = (n: number) => n.toString(16).padStart(64, '0')
const share = (n: number) => Uint32Array.of(n, MODULUS - 1)
const counted = (n: number): CountedShare => ({ id: id(n), bodyHash: hash(n), share: share(n) })
const key = () => new Uint8Array(64).fill(7)

it('a SQLite store deletes a round’s key when the next round opens', async () => {
  const file = join(testFolder(), 'l.sqlite')
  const disk = openSqliteStore(file)
  for (const round of [1, 2])
    await disk.openRound(round, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
  await disk.shut()
  const raw = new Database(file, { readonly: true })
  const rows = raw.prepare('select round from rounds where sealing_key is not null').all()
  expect(rows).toEqual([{ round: 2 }])
  raw.close()
})

it('a SQLite store contains no update, time or address of a report', async () => {
  const file = join(testFolder(), 'l.sqlite')
  const disk = openSqliteStore(file)
  await disk.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
  await disk.count(1, 9, [counted(1), counted(2)])
  await disk.shut()
  const raw = new Database(file, { readonly: true })
  const [row] = raw.prepare('select * from reports').all() as object[]
  expect(Object.keys(row).sort()).toEqual(['body', 'mark', 'round'])
  const held = raw.prepare('select held from held').pluck().all() as Buffer[]
  expect(held.map(toHex).sort()).toEqual([id(1), id(2)])
  expect(raw.prepare('select count(*) as n from accumulators').get()).toEqual({ n: 1 })
  expect(raw.pragma('journal_mode', { simple: true })).toBe('wal')
  raw.close()
  // The file contains private keys.
  expect(statSync(file).mode & 0o077).toBe(0)
})

it('a SQLite store refuses a file that another process has open', async () => {
  const file = join(testFolder(), 'l.sqlite')
  const first = openSqliteStore(file)
  expect(() => openSqliteStore(file)).toThrow(/in use by another process/)
  await first.shut()
  await openSqliteStore(file).shut()
})

it('a SQLite store refuses a file that another version made', () => {
  const file = join(testFolder(), 'old.sqlite')
  const old = new Database(file)
  old.exec('create table rounds (round integer)')
  old.close()
  expect(() => openSqliteStore(file)).toThrow(/another version/)
})

it.each([
  ['SQLITE_IOERR_FSYNC', true],
  ['SQLITE_CORRUPT', true],
  // A full disk refuses writes and loses nothing, so the process goes on.
  ['SQLITE_FULL', false],
])('whether %s ends the process: %s', async (code, ends) => {
  const file = join(testFolder(), 'l.sqlite')
  const fatal: NearsideError[] = []
  const disk = openSqliteStore(file, (error) => void fatal.push(error))
  await disk.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
  const { exec } = Database.prototype
  const flush = vi.spyOn(Database.prototype, 'exec').mockImplementation(function (
    this: Database.Database,
    sql,
  ) {
    if (sql === 'commit') throw Object.assign(new Error('disk I/O error'), { code })
    return exec.call(this, sql)
  })
  onTestFinished(() => flush.mockRestore())
  const refused = expect(disk.count(1, 9, [counted(1)])).rejects.toMatchObject({
    code: 'storage-unavailable',
  })
  // Queries during the transaction don't see its report.
  const seen: Promise<ReadonlyMap<string, unknown>>[] = []
  for (let i = 0; i < 60; i++) {
    seen.push(disk.known(1, [id(1)]))
    await Promise.resolve()
  }
  for (const known of seen) expect((await known).size).toBe(0)
  await refused
  expect(fatal.map(({ message }) => message)).toEqual(
    ends ? [expect.stringMatching(/disk I\/O error/)] : [],
  )
  flush.mockRestore()
  await disk.shut()
})

it('a damaged SQLite file ends the process', async () => {
  const file = join(testFolder(), 'l.sqlite')
  const fatal: NearsideError[] = []
  const disk = openSqliteStore(file, (error) => void fatal.push(error))
  await disk.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
  await disk.shut()
  const bytes = readFileSync(file)
  // All pages are destroyed except the first, which has the tables' names.
  writeFileSync(file, bytes.fill(0xff, 4096))
  const damaged = openSqliteStore(file, (error) => void fatal.push(error))
  await expect(damaged.current()).rejects.toMatchObject({ code: 'storage-unavailable' })
  expect(fatal).toHaveLength(1)
  await damaged.shut()
})

describe('a power cut', () => {
  const COUNTED = 8

  /** A database file whose write-ahead log has one transaction per report, and the log's length after each report. */
  async function logOfReports() {
    const file = join(testFolder(), 'l.sqlite')
    const disk = openSqliteStore(file)
    await disk.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
    const lengths: number[] = []
    for (let n = 1; n <= COUNTED; n++) {
      expect(await disk.count(1, 99, [counted(n)])).toEqual(['counted'])
      lengths.push(statSync(`${file}-wal`).size)
    }
    const bytes = { database: readFileSync(file), log: readFileSync(`${file}-wal`) }
    await disk.shut()
    return { ...bytes, lengths }
  }

  /** Opens the file with a part of the log, and returns what the store finds. */
  async function reopen(database: Buffer, log: Buffer) {
    const file = join(testFolder(), 'l.sqlite')
    writeFileSync(file, database)
    writeFileSync(`${file}-wal`, log)
    const disk = openSqliteStore(file, (error) => {
      throw error
    })
    const record = await disk.current()
    const { ids, sum } = await disk.aggregate(1)
    await disk.shut()
    return { counted: record?.counted, ids: toHex(ids), sum }
  }

  /** Expected content after the first k reports. */
  function expected(k: number) {
    const sum = new Uint32Array(k === 0 ? 0 : 2)
    for (let n = 1; n <= k; n++) addShare(sum, share(n))
    return { counted: k, ids: Array.from({ length: k }, (_, n) => id(n + 1)).join(''), sum }
  }

  it('a power cut that truncates the write-ahead log neither loses nor repeats a report acknowledged before it', async () => {
    const { database, log, lengths } = await logOfReports()
    const cuts = new Set(lengths.flatMap((length) => [length - 1, length, length + 1]))
    for (let length = 0; length <= log.length; length += 1000) cuts.add(length)
    expect(cuts.size).toBeGreaterThan(5 * COUNTED)
    for (const cut of cuts) {
      const whole = lengths.filter((length) => length <= cut).length
      expect(await reopen(database, log.subarray(0, cut)), `cut at ${cut}`).toEqual(expected(whole))
    }
  })

  it('a power cut that damages the write-ahead log’s last record leaves earlier records intact', async () => {
    const { database, log, lengths } = await logOfReports()
    for (let at = lengths[COUNTED - 2]; at < log.length; at += 997) {
      const spoiled = Buffer.from(log)
      spoiled[at] ^= 1
      expect(await reopen(database, spoiled), `at ${at}`).toEqual(expected(COUNTED - 1))
    }
  })
})

it('a SQLite file that can’t be opened is reported', () => {
  expect(() => openSqliteStore('/nonexistent/x.sqlite')).toThrow(/does not open/)
})
