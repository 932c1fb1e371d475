/** @module Tests on SQLite and on PostgreSQL what every store must do. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fromHex, toHex } from '@nearside/core/bytes.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { MODULUS } from '../../privacy/pine/field.ts'
import { policyHash } from '../../protocol/policy.ts'
import { TEST_POLICY } from '../../protocol/testPolicy.ts'
import type { CountedShare, KeptSeed } from './records.ts'
import { markOf } from './reportTable.ts'
import { NEXT_SEALING_KEY } from './rounds.ts'
import { openStore, type Store } from './store.ts'
import { NO_POSTGRES, startPostgres, type TestPostgres } from './testPostgres.ts'

const id = (n: number) => n.toString(16).padStart(32, '0')
const hash = (n: number) => n.toString(16).padStart(64, '0')
const share = (n: number) => Uint32Array.of(n, MODULUS - 1)
const counted = (n: number): CountedShare => ({ id: id(n), bodyHash: hash(n), share: share(n) })
const seed = (n: number) => new Uint8Array(32).fill(n)
const kept = (n: number): KeptSeed => ({ id: id(n), bodyHash: hash(n), seed: seed(n) })
const key = () => new Uint8Array(64).fill(7)
const RESULT = {
  idSetHash: hash(3),
  ownShare: share(1),
  peerShare: share(2),
  peerSignature: 'signed',
  version: '2',
}
const VERDICT = { accepted: false, reasons: ['no'], metrics: { x: 1 } }

let postgres: TestPostgres
/** Opens the same database each time, as a new process does; the test closes the database in the end. */
type Open = () => Promise<Store>

function opener(url: string): Open {
  const storeKey = randomBytes(32)
  return async () => {
    const fatal = (error: Error) => {
      throw error
    }
    const store = await openStore(url, { role: 'leader', key: storeKey, fatal })
    onTestFinished(() => store.shut().catch(() => {}))
    return store
  }
}

const DATABASES: readonly (readonly [string, () => Promise<Open>])[] = [
  ['SQLite', async () => opener(`sqlite:${join(testFolder(), 'l.sqlite')}`)],
  [`PostgreSQL${NO_POSTGRES}`, async () => opener(await postgres.create())],
]

beforeAll(async () => {
  if (!NO_POSTGRES) postgres = await startPostgres()
})
afterAll(() => postgres?.remove())

describe.each(DATABASES)('on %s', (name, prepare) => {
  const isSkipped = name.includes('skipped')
  let open: Open
  let store: Store

  beforeEach(async () => {
    if (isSkipped) return
    open = await prepare()
    store = await open()
    await store.openRound(1, TEST_POLICY, await policyHash(TEST_POLICY), key(), 100)
  })

  describe.skipIf(isSkipped)('the leader’s reports', () => {
    it('the leader’s reports are counted up to the goal, once each', async () => {
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
      // The sums are mod q.
      expect([...sum]).toEqual([6, MODULUS - 3])
      expect(await store.current()).toMatchObject({ counted: 3 })
      const known = await store.known(1, [id(1), id(4)])
      expect([...known.keys()]).toEqual([id(1)])
      expect(known.get(id(1))?.isSame(hash(1))).toBe(true)
      expect(known.get(id(1))?.isSame(hash(2))).toBe(false)
    })

    it('the leader closes a round only once the goal is reached, and counts no report after that', async () => {
      await store.count(1, 2, [counted(1)])
      expect(await store.fill(1, 2)).toBe(false)
      expect((await store.current())?.sealingKey).toEqual(key())
      await store.count(1, 2, [counted(2)])
      expect(await store.fill(1, 2)).toBe(true)
      expect(await store.fill(1, 2)).toBe(false)
      expect((await store.current())?.sealingKey).toBeNull()
      expect(await store.count(1, 9, [counted(3), counted(1)])).toEqual(['closed', 'counted'])
    })

    it('the leader’s reports are counted once per token, which is stored until the round is full', async () => {
      const one = (n: number, token: number) => ({ ...counted(n), token: hash(token) })
      const first = [one(1, 7), one(2, 7), one(3, 8), counted(4)]
      expect(await store.count(1, 5, first)).toEqual(['counted', 'spent', 'counted', 'counted'])
      // A repeated report gets the outcome “counted” again; another report with a used token is refused.
      const second = [one(1, 7), one(5, 7), one(6, 9), one(7, 9)]
      expect(await store.count(1, 5, second)).toEqual(['counted', 'spent', 'counted', 'spent'])
      expect(await store.spent(1, [hash(7), hash(9), hash(5)])).toEqual(new Set([hash(7), hash(9)]))
      expect(await store.spent(2, [hash(7)])).toEqual(new Set())
      expect(toHex((await store.aggregate(1)).ids)).toBe([1, 3, 4, 6].map(id).join(''))
      await store.count(1, 5, [counted(8)])
      expect(await store.fill(1, 5)).toBe(true)
      expect(await store.spent(1, [hash(7)])).toEqual(new Set())
    })

    it('of several concurrent reports with the same token, the leader counts one', async () => {
      const token = hash(7)
      const outcomes = await Promise.all(
        [1, 2, 3, 4, 5, 6].map((n) =>
          store.count(1, 9, [{ ...counted(n), token }, counted(n + 20)]),
        ),
      )
      expect(outcomes.filter(([first]) => first === 'counted')).toHaveLength(1)
      expect(outcomes.filter(([first]) => first === 'spent')).toHaveLength(5)
      expect(outcomes.every(([, second]) => second === 'counted')).toBe(true)
      expect(await store.current()).toMatchObject({ counted: 7 })
    })

    it('the leader’s reports are not counted for an unknown round', async () => {
      expect(await store.count(2, 9, [counted(1)])).toEqual(['closed'])
      expect((await store.known(2, [id(1)])).size).toBe(0)
    })

    it('the leader’s reports that arrive concurrently are counted once each, up to the goal', async () => {
      const groups = Array.from({ length: 12 }, (_, i) =>
        [0, 1, 2, 3, 4].map((n) => counted(1 + ((3 * i + n) % 40))),
      )
      const outcomes = await Promise.all(groups.map((group) => store.count(1, 30, group)))
      const taken = new Set(
        groups.flatMap((group, i) =>
          group.filter((_, j) => outcomes[i][j] === 'counted').map((one) => one.id),
        ),
      )
      expect(taken.size).toBe(30)
      expect(new Set(outcomes.flat())).toEqual(new Set(['counted', 'full']))
      const { ids, sum } = await store.aggregate(1)
      expect(toHex(ids)).toBe([...taken].sort().join(''))
      const total = [...taken].reduce((all, one) => all + Number.parseInt(one, 16), 0)
      expect([...sum]).toEqual([total, MODULUS - 30])
      expect(await store.current()).toMatchObject({ counted: 30 })
    })
  })

  describe.skipIf(isSkipped)('the helper’s reports', () => {
    it('the helper’s reports are stored once each', async () => {
      expect(await store.keep(1, [kept(1), kept(2), kept(1)])).toEqual([
        'kept',
        'kept',
        'duplicate',
      ])
      const forged = { ...kept(1), bodyHash: hash(9) }
      expect(await store.keep(1, [forged])).toEqual(['conflict'])
      expect(await store.seeds(1, [fromHex(id(2)), fromHex(id(5)), fromHex(id(1))])).toEqual([
        seed(2),
        null,
        seed(1),
      ])
      expect(await store.current()).toMatchObject({ counted: 2 })
    })

    it('the helper never counts a report without a valid proof, and refuses it whenever it is sent again', async () => {
      const unproven = { ...kept(1), seed: null }
      expect(await store.keep(1, [unproven, kept(2)])).toEqual(['unproven', 'kept'])
      // A report that is sent again isn't checked again, since each check reveals a little about the update.
      expect(await store.keep(1, [unproven, kept(1)])).toEqual(['unproven', 'unproven'])
      expect(await store.keep(1, [{ ...kept(1), bodyHash: hash(9) }])).toEqual(['conflict'])
      expect(await store.seeds(1, [fromHex(id(1))])).toEqual([null])
      expect(await store.current()).toMatchObject({ counted: 1 })
    })

    it('the helper’s reports are released once, and their seeds are deleted then', async () => {
      await store.keep(1, [kept(2), kept(1)])
      const result = { counted: 1, idSetHash: hash(3), ownShare: Uint32Array.of(5, 6) }
      expect(await store.reached(1)).toBe(null)
      expect(await store.endedAt(1)).toBe(null)
      expect(await store.release(1, result, 200)).toBe(true)
      const reached = await store.reached(1)
      const salt = reached?.salt ?? new Uint8Array()
      expect(salt).toHaveLength(32)
      const marks = [1, 2].map((n) => toHex(markOf(salt, fromHex(id(n))))).sort()
      expect(reached).toEqual({
        ...{ policyHash: await policyHash(TEST_POLICY), salt, marks: fromHex(marks.join('')) },
        ...{ openedAt: 100, closedAt: 200 },
      })
      expect(await store.endedAt(1)).toBe(200)
      expect(await store.reached(2)).toBe(null)
      expect(await store.endedAt(2)).toBe(null)
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

    it('the helper’s reports that arrive concurrently are stored once each', async () => {
      const outcomes = await Promise.all(
        [1, 2, 3, 4].map(() => store.keep(1, [kept(2), kept(1), kept(3)])),
      )
      expect(outcomes.flat().filter((outcome) => outcome === 'kept')).toHaveLength(3)
      expect(outcomes.flat().filter((outcome) => outcome === 'duplicate')).toHaveLength(9)
      expect(await store.current()).toMatchObject({ counted: 3 })
    })
  })

  describe.skipIf(isSkipped)('rounds', () => {
    it('rounds are abandoned when the next round opens, and their unreleased data is deleted', async () => {
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

    it('a round refuses report ids of rounds that ended less than `periodDays` ago; older ids are deleted', async () => {
      const period = TEST_POLICY.periodDays * DAY
      const hashOfPolicy = await policyHash(TEST_POLICY)
      const next = (round: number, now: number) =>
        store.openRound(round, TEST_POLICY, hashOfPolicy, key(), now)
      await store.count(1, 2, [counted(1)])
      await store.keep(1, [kept(2), { ...kept(3), seed: null }])
      // Round 1 is abandoned; a report with an id from an abandoned round conflicts, too.
      await next(2, 200)
      await next(3, 100 + period)
      for (const n of [1, 2, 3]) {
        expect(await store.count(3, 9, [counted(n), counted(n + 10)])).toEqual([
          'conflict',
          'counted',
        ])
        expect(await store.keep(3, [kept(n), kept(n + 20)])).toEqual(['conflict', 'kept'])
        expect((await store.known(3, [id(n)])).get(id(n))?.isSame(hash(n))).toBe(false)
        expect((await store.known(1, [id(n)])).get(id(n))?.isSame(hash(n))).toBe(true)
      }
      expect(await store.count(1, 9, [counted(1), counted(5)])).toEqual(['counted', 'closed'])
      expect((await store.reached(1))?.marks).toHaveLength(3 * 16)
      // A period has passed since the last round, so the salt is new.
      await next(4, 199 + period)
      const [first, fourth] = [await store.reached(1), await store.reached(3)]
      expect(toHex(first?.salt ?? new Uint8Array())).not.toBe(
        toHex(fourth?.salt ?? new Uint8Array()),
      )
      expect(await store.keep(4, [kept(1)])).toEqual(['conflict'])
      await next(5, 200 + period)
      expect(await store.reached(1)).toBeNull()
      expect((await store.reached(3))?.marks).toHaveLength(6 * 16)
      expect((await store.known(1, [id(1)])).size).toBe(0)
      expect(await store.keep(5, [kept(1), kept(11)])).toEqual(['kept', 'conflict'])
    })

    it('rounds keep shares, version and verdict through a restart', async () => {
      await store.count(1, 1, [counted(1)])
      await store.fill(1, 1)
      await store.exchange(1, RESULT)
      await store.shut()
      const after = await open()
      expect(await after.current()).toMatchObject({ state: 'exchanged', ...RESULT })
      await after.close(1, 'rejected', VERDICT, 300)
      // The public list of rounds contains neither the shares nor a key.
      expect(Object.keys((await after.rounds(9))[0])).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/share|key/i)]),
      )
      expect(await after.current()).toMatchObject({ state: 'rejected', verdict: VERDICT })
    })

    it('rounds are closed once', async () => {
      await store.count(1, 1, [counted(1)])
      expect(await store.close(1, 'abandoned', VERDICT, 300)).toBe(true)
      expect(await store.close(1, 'released', VERDICT, 400)).toBe(false)
      await store.exchange(1, RESULT)
      expect(await store.current()).toMatchObject({ state: 'abandoned', closedAt: 300 })
    })

    it('rounds run their steps one after another, even after a step failed', async () => {
      const order: string[] = []
      const step = (one: string, fails = false) =>
        store.exclusively(async () => {
          order.push(`${one} begins`)
          await Promise.resolve()
          order.push(`${one} ends`)
          if (fails) throw new Error(one)
        })
      const [first, second] = await Promise.allSettled([step('a', true), step('b')])
      expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
      expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
    })
  })

  it.skipIf(isSkipped)(
    'the store keeps one model per release, in rising sequence, permanently',
    async () => {
      const model = (release: number, letter: string) => ({
        ...{ version: letter, manifest: letter.repeat(64) },
        ...{ release, issued: 1_700_000_000_000, expires: 1_800_000_000_000 },
      })
      expect(await store.modelReleases(9)).toEqual([])
      expect(await store.keepModelRelease(model(3, 'a'))).toEqual(model(3, 'a'))
      expect(await store.keepModelRelease(model(7, 'b'))).toEqual(model(7, 'b'))
      expect(await store.keepModelRelease(model(3, 'a'))).toEqual(model(3, 'a'))
      expect(await store.keepModelRelease(model(7, 'c'))).toEqual(model(7, 'b'))
      expect(await store.keepModelRelease(model(5, 'c'))).toEqual(model(7, 'b'))
      const raced = await Promise.all(
        ['d', 'e', 'f'].map((letter) => store.keepModelRelease(model(2 ** 50, letter))),
      )
      expect(new Set(raced.map(({ version }) => version)).size).toBe(1)
      await store.shut()
      const after = await open()
      expect(await after.modelReleases(2)).toEqual([raced[0], model(7, 'b')])
    },
  )

  it.skipIf(isSkipped)(
    'the store keeps the first value of a setting, and the next sealing key until a round uses it',
    async () => {
      expect(await store.keepSetting('x', Uint8Array.of(1))).toEqual(Uint8Array.of(1))
      expect(await store.keepSetting('x', Uint8Array.of(2))).toEqual(Uint8Array.of(1))
      await store.keepSetting(NEXT_SEALING_KEY, key())
      const other = { ...TEST_POLICY, clipNorm: 0.04 }
      await store.openRound(2, other, await policyHash(other), key(), 200)
      expect(await store.setting(NEXT_SEALING_KEY)).toBeNull()
    },
  )
})
