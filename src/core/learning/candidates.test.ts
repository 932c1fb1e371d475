import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LOG_NAMES } from '../events/event.ts'
import { NO_CONTEXT } from '../features/context/context.ts'
import { CONTEXT_CODE } from '../features/context/contextFeatures.ts'
import type { History } from '../features/history.ts'
import type { BaseModel } from '../model/baseModel.ts'
import { encode } from '../model/encoder.ts'
import { createRandom } from '../model/random.ts'
import { tinyModel, tinyTrees } from '../model/testModel.ts'
import { CANDIDATES } from '../model/trees.ts'
import { DAY } from '../time.ts'
import {
  amongAll,
  type Candidates,
  createCandidates,
  plainTools,
  rememberCandidates,
} from './candidates.ts'
import { createShortlist } from './shortlist.ts'

const START = Date.UTC(2024, 1, 1)

/** Histories ascending by time, with events days apart or within one visit. */
const historyOf = (items: number): fc.Arbitrary<History> =>
  fc
    .array(
      fc.record({
        item: fc.nat(items - 1),
        name: fc.constantFrom(...LOG_NAMES),
        gap: fc.oneof(fc.nat(60_000), fc.integer({ min: DAY / 8, max: 90 * DAY })),
        session: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        query: fc.constantFrom('parasol', 'umbrella'),
      }),
      { maxLength: 30 },
    )
    .map((entries) => {
      let time = START
      return entries.map(({ gap, query, ...entry }) => {
        time += gap
        return entry.name === 'search' ? { ...entry, time, query } : { ...entry, time }
      })
    })

/** Bytes of the candidates, because comparing the numbers one by one takes a test framework minutes. */
const bytes = ({ items, base, features, hidden }: Candidates) =>
  Buffer.concat(
    [Float64Array.from(items), base, features, hidden].map(({ buffer }) => Buffer.from(buffer)),
  )

/**
 * Model whose weights and scales differ widely in size, and in which many items share the same vector, bias and
 * features.
 */
function modelOf(seed: number, items: number, kinds: number): BaseModel {
  const model = tinyModel(items, seed)
  const random = createRandom(seed + 1)
  const size = 2 ** (6 * random.next() - 3)
  const alike = <T extends Float32Array | Uint16Array>(values: T, columns = 1): T => {
    const copy = values.slice() as T
    for (let i = 0; i < items; i++)
      for (let j = 0; j < columns; j++) copy[i * columns + j] = values[(i % kinds) * columns + j]
    return copy
  }
  const { statistics } = model
  return {
    ...model,
    itemVectors: alike(model.itemVectors, model.itemVectors.length / items),
    bias: alike(model.bias),
    featureWeights: model.featureWeights.map((w) => (random.next() < 0.2 ? 0 : size * w)),
    featureScale: model.featureScale.map(() => (random.next() < 0.1 ? 0 : 2 ** random.normal())),
    statistics: {
      ...statistics,
      popularity7: alike(statistics.popularity7),
      popularity30: alike(statistics.popularity30),
      popularityAll: alike(statistics.popularityAll),
      logPrice: alike(statistics.logPrice),
      category: alike(statistics.category),
      ageDays: alike(statistics.ageDays),
    },
    ...(seed % 2 ? { trees: tinyTrees(seed) } : {}),
  }
}

const models = fc
  .record({
    seed: fc.nat(1000),
    items: fc.integer({ min: 40, max: 300 }),
    kinds: fc.constantFrom(7, 90, 1000),
  })
  .map(({ seed, items, kinds }) => modelOf(seed, items, kinds))

const cases = models.chain((model) =>
  fc.record({
    model: fc.constant(model),
    history: historyOf(model.itemIds.length),
    later: fc.nat(40 * DAY),
  }),
)

describe('createCandidates', () => {
  it('createCandidates finds the same candidates as scoring the whole catalog, identical to the last bit', () => {
    fc.assert(
      fc.property(cases, ({ model, history, later }) => {
        const now = (history.at(-1)?.time ?? START) + later
        const all = amongAll(model, history, now, encode(model, history, now))
        expect(bytes(createCandidates(model)(history, now)).equals(bytes(all))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('createCandidates scores only a few items of a large catalog exactly', () => {
    const model = tinyModel(4000)
    const tools = plainTools(model)
    const history = [3, 5, 8].map((item, k) => ({
      item,
      name: 'view_item' as const,
      time: START + k * DAY,
      session: `${k}`,
    }))
    const read = { rows: 0 }
    // Exact scoring reads the bias, so the number of reads of the bias counts the exactly scored items.
    const bias = new Proxy(model.bias, {
      get(of, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) read.rows++
        const value = Reflect.get(of, key)
        return typeof value === 'function' ? value.bind(of) : value
      },
    })
    const watched = { ...model, bias }
    const find = createCandidates(watched, tools)
    read.rows = 0
    expect(find(history, START + 9 * DAY).items).toHaveLength(CANDIDATES)
    expect(read.rows).toBeGreaterThanOrEqual(CANDIDATES)
    expect(read.rows).toBeLessThan(3 * CANDIDATES)
  })

  it('with extreme prices, the same candidates are found as by scoring all items', () => {
    const model = tinyModel(100)
    const logPrice = model.statistics.logPrice.with(7, 400).with(9, -900)
    const odd = { ...model, statistics: { ...model.statistics, logPrice } }
    const history = [7, 9].map((item, k) => {
      return { item, name: 'view_item' as const, time: START + k, session: 's' }
    })
    const all = amongAll(odd, history, START + DAY, encode(odd, history, START + DAY))
    expect(bytes(createCandidates(odd)(history, START + DAY)).equals(bytes(all))).toBe(true)
    expect(createShortlist(odd, plainTools(odd).scan)).not.toBeNull()
  })

  it('createShortlist returns null for a model with context features', () => {
    const model = tinyModel(100)
    const context = { terms: [], code: CONTEXT_CODE, contexts: NO_CONTEXT }
    expect(createShortlist({ ...model, context }, plainTools(model).scan)).toBeNull()
  })
})

describe('rememberCandidates', () => {
  it('whatever changes in the history, the cache returns the same candidates as a fresh search', () => {
    const model = tinyModel(300)
    const fresh = createCandidates(model)
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ append: historyOf(300) }) },
      { weight: 1, arbitrary: fc.record({ forget: fc.nat(40) }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const kept = rememberCandidates(createCandidates(model), 20)
        let history: History = []
        for (const one of steps) {
          if ('append' in one) {
            const last = history.at(-1)?.time ?? START
            const moved = one.append.slice(0, 6).map((e) => ({ ...e, time: e.time - START + last }))
            history = [...history, ...moved]
          } else history = history.filter((_, k) => k !== one.forget)
          // New objects with the same content, as in a history that is read from storage again.
          history = history.map((entry) => ({ ...entry }))
          for (const [k, { time }] of history.entries())
            expect(
              bytes(kept(history.slice(0, k), time)).equals(
                bytes(fresh(history.slice(0, k), time)),
              ),
            ).toBe(true)
        }
      }),
      { numRuns: 25 },
    )
  })

  it('the cache computes the candidates of a case once, and again after it has dropped them', () => {
    const asked: number[] = []
    const kept = rememberCandidates((_, now) => {
      asked.push(now)
      return {
        items: [],
        base: new Float32Array(),
        features: new Float32Array(),
        hidden: new Float32Array(),
      }
    }, 2)
    for (const now of [1, 2, 1, 3, 1, 2]) kept([], now)
    expect(asked).toEqual([1, 2, 3, 2])
    const entry = { item: 1, name: 'view_item', time: 0, session: 'a' } as const
    kept([entry], 2)
    kept([{ ...entry }], 2)
    kept([{ ...entry, item: 2 }], 2)
    expect(asked).toEqual([1, 2, 3, 2, 2, 2])
  })
})
