import { statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { concat, fromHex, sha256, toHex } from '../../../core/bytes.ts'
import { testFolder } from '../../../testFolder.ts'
import { policyHash } from '../../protocol/policy.ts'
import { TEST_POLICY } from '../../protocol/testPolicy.ts'
import type { StagedReport, Store } from '../store.ts'
import { openSqliteStore } from './sqlite.ts'

const id = (n: number) => n.toString(16).padStart(32, '0')
const hash = (n: number) => n.toString(16).padStart(64, '0')
const staged = (n: number): StagedReport => ({
  id: id(n),
  bodyHash: hash(n),
  body: Uint8Array.of(n, n, n),
})
const share = (n: number) => Uint32Array.of(n, 2 ** 32 - 1)

let store: Store

beforeEach(async () => {
  store = openSqliteStore(':memory:')
  await store.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), 100)
})

describe('the leader’s reports', () => {
  it('are staged up to the goal, once each', async () => {
    const first = await store.stage(1, 3, [staged(1), staged(2), staged(1)])
    expect(first).toEqual(['pending', 'pending', 'pending'])
    const forged = { ...staged(1), bodyHash: hash(9) }
    expect(await store.stage(1, 3, [forged, staged(3), staged(4)])).toEqual([
      'conflict',
      'pending',
      'full',
    ])
    expect((await store.pending(1)).map(({ body }) => [...body])).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ])
    expect(await store.current()).toMatchObject({ pending: 3, counted: 0 })
  })

  it('are counted once, however often they are said to be', async () => {
    await store.stage(1, 9, [staged(1), staged(2)])
    await store.count(1, [{ id: id(1), share: share(10) }])
    await store.count(1, [
      { id: id(1), share: share(10) },
      { id: id(2), share: share(20) },
    ])
    // Never staged: not counted.
    await store.count(1, [{ id: id(7), share: share(1000) }])
    const { counted, sum, idSetHash } = await store.aggregate(1)
    expect(counted).toBe(2)
    // Mod 2³².
    expect([...sum]).toEqual([30, 2 ** 32 - 2])
    expect(idSetHash).toBe(toHex(await sha256(concat(fromHex(id(1)), fromHex(id(2))))))
    expect(await store.pending(1)).toEqual([])
    expect(await store.stage(1, 9, [staged(1)])).toEqual(['counted'])
  })

  it('that the helper refuses make room', async () => {
    await store.stage(1, 1, [staged(1)])
    await store.refuse(1, [id(1)])
    expect(await store.stage(1, 1, [staged(1), staged(2)])).toEqual(['refused', 'pending'])
    expect(await store.report(1, id(1))).toEqual({ state: 'refused', bodyHash: hash(1) })
    expect(await store.report(1, id(5))).toBeNull()
  })

  it('are sealed only when all are in', async () => {
    await store.stage(1, 2, [staged(1), staged(2)])
    await store.count(1, [{ id: id(1), share: share(1) }])
    expect(await store.seal(1, 2)).toBe(false)
    await store.count(1, [{ id: id(2), share: share(1) }])
    expect(await store.seal(1, 2)).toBe(true)
    expect(await store.seal(1, 2)).toBe(false)
    expect(await store.stage(1, 9, [staged(3)])).toEqual(['closed'])
  })
})

describe('the helper’s reports', () => {
  it('are recorded and added at once', async () => {
    const shares = [1, 2, 1].map((n) => ({ id: id(n), bodyHash: hash(n), share: share(n) }))
    expect(await store.take(1, shares)).toEqual(['counted', 'counted', 'duplicate'])
    const forged = { ...shares[0], bodyHash: hash(9) }
    expect(await store.take(1, [forged])).toEqual(['conflict'])
    expect([...(await store.aggregate(1)).sum]).toEqual([3, 2 ** 32 - 2])
  })

  it('are released once, as they were counted', async () => {
    await store.take(1, [{ id: id(1), bodyHash: hash(1), share: share(1) }])
    const { counted, idSetHash } = await store.aggregate(1)
    const ownShare = Uint32Array.of(5, 6)
    expect(await store.release(1, { counted: 2, idSetHash, ownShare }, 200)).toBe(false)
    expect(await store.release(1, { counted, idSetHash, ownShare }, 200)).toBe(true)
    expect(await store.release(1, { counted, idSetHash, ownShare }, 200)).toBe(false)
    expect(await store.current()).toMatchObject({ state: 'released', ownShare, closedAt: 200 })
    expect((await store.aggregate(1)).sum).toHaveLength(0)
    const late = { id: id(2), bodyHash: hash(2), share: share(2) }
    expect(await store.take(1, [late])).toEqual(['closed'])
  })
})

describe('rounds', () => {
  it('give way to the next and forget what was not released', async () => {
    await store.stage(1, 9, [staged(1), staged(2)])
    await store.count(1, [{ id: id(1), share: share(1) }])
    const other = { ...TEST_POLICY, clipNorm: 0.06 }
    expect(await store.openRound(1, other, await policyHash(other), 200)).toBe(false)
    expect(await store.openRound(2, other, await policyHash(other), 200)).toBe(true)
    expect(await store.openRound(2, other, await policyHash(other), 200)).toBe(true)
    const [second, first] = await store.rounds(9)
    expect(second).toMatchObject({ round: 2, state: 'open', policy: other })
    expect(first).toMatchObject({ state: 'abandoned', counted: 1, pending: 0 })
    expect((await store.aggregate(1)).sum).toHaveLength(0)
  })

  it('keep shares, version and verdict through a restart', async () => {
    const file = join(testFolder(), 'l.sqlite')
    const before = openSqliteStore(file)
    await before.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), 100)
    await before.stage(1, 1, [staged(1)])
    await before.count(1, [{ id: id(1), share: share(1) }])
    await before.seal(1, 1)
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
    expect(await after.current()).toMatchObject({ state: 'rejected', verdict })
    after.shut()
    // Private keys are in here.
    expect(statSync(file).mode & 0o077).toBe(0)
  })
})

it('keeps no single update, no time and no address of a report', async () => {
  const file = join(testFolder(), 'l.sqlite')
  const disk = openSqliteStore(file)
  await disk.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), 100)
  await disk.stage(1, 9, [staged(1), staged(2)])
  await disk.count(1, [{ id: id(1), share: share(7) }])
  disk.shut()
  const raw = new Database(file, { readonly: true })
  const columns = raw.prepare('select * from reports order by id').all() as { body: unknown }[]
  expect(Object.keys(columns[0]).sort()).toEqual(['body', 'body_hash', 'id', 'round', 'state'])
  expect(columns[0].body).toBeNull()
  expect(raw.prepare('select count(*) as n from accumulators').get()).toEqual({ n: 1 })
  expect(raw.pragma('journal_mode', { simple: true })).toBe('wal')
  raw.close()
})

it('leaves a file of another version alone', () => {
  const file = join(testFolder(), 'old.sqlite')
  const old = new Database(file)
  old.exec('create table rounds (round integer)')
  old.close()
  expect(() => openSqliteStore(file)).toThrow(/another version/)
})

it('says so when the file can’t be opened', () => {
  expect(() => openSqliteStore('/nonexistent/x.sqlite')).toThrow(/does not open/)
})
