import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { fromHex, toHex } from '../../../core/bytes.ts'
import type { NearsideError } from '../../../core/error.ts'
import { testFolder } from '../../../testFolder.ts'
import { MODULUS } from '../../privacy/pine/field.ts'
import { policyHash } from '../../protocol/policy.ts'
import { TEST_POLICY } from '../../protocol/testPolicy.ts'
import { type CountedShare, type KeptSeed, NEXT_SEALING_KEY, type Store } from '../store.ts'
import { openSqliteStore } from './sqlite.ts'

const id = (n: number) => n.toString(16).padStart(32, '0')
const hash = (n: number) => n.toString(16).padStart(64, '0')
const share = (n: number) => Uint32Array.of(n, MODULUS - 1)
const counted = (n: number): CountedShare => ({ id: id(n), bodyHash: hash(n), share: share(n) })
const seed = (n: number) => new Uint8Array(32).fill(n)
const kept = (n: number): KeptSeed => ({ id: id(n), bodyHash: hash(n), seed: seed(n) })
const key = () => new Uint8Array(64).fill(7)

let store: Store

beforeEach(async () => {
  store = openSqliteStore(':memory:')
  await store.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
})

describe('the leader’s reports', () => {
  it('are counted up to the goal, once each', async () => {
    expect(await store.count(1, 3, [counted(1), counted(2), counted(1)])).toEqual([
      'counted',
      'counted',
      'counted',
    ])
    const forged = { ...counted(1), bodyHash: hash(9) }
    expect(await store.count(1, 3, [forged, counted(3), counted(4), counted(1)])).toEqual([
      'conflict',
      'counted',
      'full',
      'counted',
    ])
    const { ids, sum } = await store.aggregate(1)
    expect(toHex(ids)).toBe(id(1) + id(2) + id(3))
    // Mod q.
    expect([...sum]).toEqual([6, MODULUS - 3])
    expect(await store.current()).toMatchObject({ counted: 3 })
    expect(await store.countedHash(1, id(1))).toBe(hash(1))
    expect(await store.countedHash(1, id(4))).toBeNull()
  })

  it('are sealed only when all are in, and then none is opened any more', async () => {
    await store.count(1, 2, [counted(1)])
    expect(await store.fill(1, 2)).toBe(false)
    expect((await store.current())?.sealingKey).toEqual(key())
    await store.count(1, 2, [counted(2)])
    expect(await store.fill(1, 2)).toBe(true)
    expect(await store.fill(1, 2)).toBe(false)
    expect((await store.current())?.sealingKey).toBeNull()
    expect(await store.count(1, 9, [counted(3), counted(1)])).toEqual(['closed', 'counted'])
  })
})

describe('the helper’s reports', () => {
  it('are kept once', async () => {
    expect(await store.keep(1, [kept(1), kept(2), kept(1)])).toEqual(['kept', 'kept', 'duplicate'])
    const forged = { ...kept(1), bodyHash: hash(9) }
    expect(await store.keep(1, [forged])).toEqual(['conflict'])
    expect(await store.seeds(1, [fromHex(id(2)), fromHex(id(5)), fromHex(id(1))])).toEqual([
      seed(2),
      null,
      seed(1),
    ])
    expect(await store.current()).toMatchObject({ counted: 2 })
  })

  it('that prove nothing are refused for good, and never counted', async () => {
    const unproven = { ...kept(1), seed: null }
    expect(await store.keep(1, [unproven, kept(2)])).toEqual(['unproven', 'kept'])
    // Asked again it's the same answer, without another look: each check would show a little.
    expect(await store.keep(1, [unproven, kept(1)])).toEqual(['unproven', 'unproven'])
    expect(await store.keep(1, [{ ...kept(1), bodyHash: hash(9) }])).toEqual(['conflict'])
    expect(await store.seeds(1, [fromHex(id(1))])).toEqual([null])
    expect(await store.current()).toMatchObject({ counted: 1 })
  })

  it('are released once, and their seeds are gone then', async () => {
    await store.keep(1, [kept(1), kept(2)])
    const result = { counted: 1, idSetHash: hash(3), ownShare: Uint32Array.of(5, 6) }
    expect(await store.release(1, result, 200)).toBe(true)
    expect(await store.release(1, result, 200)).toBe(false)
    expect(await store.current()).toMatchObject({
      state: 'released',
      ...result,
      closedAt: 200,
      sealingKey: null,
    })
    expect(await store.seeds(1, [fromHex(id(1))])).toEqual([null])
    await expect(store.keep(1, [kept(3)])).rejects.toMatchObject({ code: 'round-closed' })
  })
})

describe('rounds', () => {
  it('give way to the next and forget what was not released', async () => {
    await store.count(1, 9, [counted(1)])
    await store.keep(1, [kept(2)])
    const other = { ...TEST_POLICY, clipNorm: 0.04 }
    const otherHash = await policyHash(other)
    expect(await store.openRound(1, other, otherHash, key(), 200)).toBe(false)
    expect(await store.openRound(2, other, otherHash, key(), 200)).toBe(true)
    expect(await store.openRound(2, other, otherHash, key(), 200)).toBe(true)
    const [second, first] = await store.rounds(9)
    expect(second).toMatchObject({ round: 2, state: 'open', policy: other })
    expect(first).toMatchObject({ state: 'abandoned', counted: 2 })
    expect(await store.lost()).toBe(2)
    expect(await store.seeds(1, [fromHex(id(2))])).toEqual([null])
    expect((await store.aggregate(1)).sum).toHaveLength(0)
  })

  it('that give way take their key along', async () => {
    const file = join(testFolder(), 'l.sqlite')
    const disk = openSqliteStore(file)
    for (const round of [1, 2])
      await disk.openRound(round, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
    disk.shut()
    const raw = new Database(file, { readonly: true })
    const rows = raw.prepare('select round from rounds where sealing_key is not null').all()
    expect(rows).toEqual([{ round: 2 }])
    raw.close()
  })

  it('keep shares, version and verdict through a restart', async () => {
    const file = join(testFolder(), 'l.sqlite')
    const before = openSqliteStore(file)
    await before.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
    await before.count(1, 1, [counted(1)])
    await before.fill(1, 1)
    const result = {
      idSetHash: hash(3),
      ownShare: share(1),
      peerShare: share(2),
      peerSignature: 'signed',
      version: '2',
    }
    await before.exchange(1, result)
    before.shut()
    const after = openSqliteStore(file)
    expect(await after.current()).toMatchObject({ state: 'exchanged', ...result })
    const verdict = { accepted: false, reasons: ['no'], metrics: { x: 1 } }
    await after.close(1, 'rejected', verdict, 300)
    // Anybody may ask for the list: nothing long is read for it, and no key.
    expect(Object.keys((await after.rounds(9))[0])).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/share|key/i)]),
    )
    expect(await after.current()).toMatchObject({ state: 'rejected', verdict })
    after.shut()
    // Private keys are in here.
    expect(statSync(file).mode & 0o077).toBe(0)
  })
})

it('keeps the first value of a setting, and the next sealing key until a round has it', async () => {
  expect(await store.keepSetting('x', Uint8Array.of(1))).toEqual(Uint8Array.of(1))
  expect(await store.keepSetting('x', Uint8Array.of(2))).toEqual(Uint8Array.of(1))
  await store.keepSetting(NEXT_SEALING_KEY, key())
  const other = { ...TEST_POLICY, clipNorm: 0.04 }
  await store.openRound(2, other, await policyHash(other), key(), 200)
  expect(await store.setting(NEXT_SEALING_KEY)).toBeNull()
})

it('keeps no update, no time and no address of a report', async () => {
  const file = join(testFolder(), 'l.sqlite')
  const disk = openSqliteStore(file)
  await disk.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
  await disk.count(1, 9, [counted(1), counted(2)])
  disk.shut()
  const raw = new Database(file, { readonly: true })
  const columns = raw.prepare('select * from reports order by id').all() as { seed: unknown }[]
  expect(Object.keys(columns[0]).sort()).toEqual(['body_hash', 'id', 'round', 'seed'])
  expect(columns[0].seed).toBeNull()
  expect(raw.prepare('select count(*) as n from accumulators').get()).toEqual({ n: 1 })
  expect(raw.pragma('journal_mode', { simple: true })).toBe('wal')
  raw.close()
})

it('gives a file to one process at a time, so that two leaders can’t run on one', () => {
  const file = join(testFolder(), 'l.sqlite')
  const first = openSqliteStore(file)
  expect(() => openSqliteStore(file)).toThrow(/in use by another process/)
  first.shut()
  openSqliteStore(file).shut()
})

it('leaves a file of another version alone', () => {
  const file = join(testFolder(), 'old.sqlite')
  const old = new Database(file)
  old.exec('create table rounds (round integer)')
  old.close()
  expect(() => openSqliteStore(file)).toThrow(/another version/)
})

it.each([
  ['SQLITE_IOERR_FSYNC', true],
  ['SQLITE_CORRUPT', true],
  // A full disk refuses; it forgets nothing.
  ['SQLITE_FULL', false],
])('on %s ends the process: %s', async (code, ends) => {
  const file = join(testFolder(), 'l.sqlite')
  const fatal: NearsideError[] = []
  const disk = openSqliteStore(file, (error) => void fatal.push(error))
  await disk.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
  const transaction = vi.spyOn(Database.prototype, 'transaction').mockImplementation((() => ({
    immediate() {
      throw Object.assign(new Error('disk I/O error'), { code })
    },
  })) as never)
  onTestFinished(() => transaction.mockRestore())
  await expect(disk.count(1, 9, [counted(1)])).rejects.toMatchObject({
    code: 'storage-unavailable',
  })
  expect(fatal.map(({ message }) => message)).toEqual(
    ends ? [expect.stringMatching(/disk I\/O error/)] : [],
  )
  transaction.mockRestore()
  disk.shut()
})

it('ends the process where what it reads is damaged, too', async () => {
  const file = join(testFolder(), 'l.sqlite')
  const fatal: NearsideError[] = []
  const disk = openSqliteStore(file, (error) => void fatal.push(error))
  await disk.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
  disk.shut()
  const bytes = readFileSync(file)
  // All pages but the first, which has the tables' names.
  writeFileSync(file, bytes.fill(0xff, 4096))
  const damaged = openSqliteStore(file, (error) => void fatal.push(error))
  await expect(damaged.current()).rejects.toMatchObject({ code: 'storage-unavailable' })
  expect(fatal).toHaveLength(1)
  damaged.shut()
})

it('says so when the file can’t be opened', () => {
  expect(() => openSqliteStore('/nonexistent/x.sqlite')).toThrow(/does not open/)
})
