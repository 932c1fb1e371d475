import { computeFeatures, readHistory } from '@nearside/core/features/computeFeatures.ts'
import { FEATURE_COLUMN, FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { History } from '@nearside/core/features/history.ts'
import { multiply } from '@nearside/core/model/arithmetic.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import { addScores } from '@nearside/core/model/score.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { DAY } from '@nearside/core/time.ts'
import { fastScan } from '@nearside/engine/candidates.ts'
import { expect, test } from 'vitest'
import { chooseRows, ROWS } from './chooseRows.ts'
import { createHighest } from './highest.ts'

const ITEMS = 3000
const NOW = Date.UTC(2024, 2, 1)
const NAMES = ['view_item', 'add_to_cart', 'purchase'] as const

/** A random history. If `names` is 1, it has only purchases. */
function historyOf(random: Random, length: number, names: number): History {
  return Array.from({ length }, (_, k) => ({
    item: random.integer(ITEMS),
    name: NAMES[NAMES.length - 1 - random.integer(names)],
    time: NOW - (length - k) * DAY,
    session: `s${k >> 1}`,
  }))
}

const CASES = [0, 1, 2, 3, 4, 5, 6, 7].map((seed) => {
  const random = createRandom(seed)
  const history = historyOf(random, seed === 0 ? 0 : 2 + 4 * seed, seed % 2 === 0 ? 1 : 3)
  const targets = [...new Set(Array.from({ length: 1 + 20 * seed }, () => random.integer(ITEMS)))]
  return { history, targets, time: NOW }
})

test('a shortlist gives the same scores and highest items as scoring the whole catalog', () => {
  const model = tinyModel(ITEMS, 5)
  const { statistics, bias, itemVectors, featureWeights: weights } = model
  const score = createHighest(
    [{ bias, itemVectors, weights }],
    (known) => fastScan(itemVectors, known),
    1,
  )
  for (const [k, one] of CASES.entries()) {
    const random = createRandom(k)
    const taste = multiply(
      model.projection,
      Float32Array.from({ length: DIMENSION }, () => (k < 6 ? random.normal() : 0)),
    )
    const all = new Float32Array(bias)
    addScores(all, computeFeatures(statistics, one.history, one.time, null), weights)
    addScores(all, itemVectors, taste)
    const [{ rows, scores }] = score(statistics, one, [taste], 10, one.targets)
    expect([...scores]).toEqual(rows.map((row) => all[row]))
    expect(highestRows(scores, 10).map((place) => rows[place])).toEqual(highestRows(all, 10))
    for (const target of one.targets) expect(rows).toContain(target)
    if (k > 0) expect(rows.length).toBeLessThan(ITEMS / 2)
  }
})

/** The items with the highest positive values of a column. */
function strongest(features: Float32Array, column: number, count: number): number[] {
  const values = Float32Array.from(
    { length: ITEMS },
    (_, item) => features[item * FEATURE_COUNT + column],
  )
  return highestRows(values, count).filter((item) => values[item] > 0)
}

test('the rows of a case are targets, the shopper’s own items, neighbours, peers, popular items, and a uniform sample', () => {
  const { statistics } = tinyModel(ITEMS, 5)
  for (const [seed, one] of CASES.entries()) {
    const signals = readHistory(statistics, one.history, one.time)
    const chosen = chooseRows(one, statistics, signals, createRandom(seed))
    const { items, targets, certain } = chosen
    expect(new Set(items).size).toBe(ROWS)
    expect(items.slice(0, targets).every((item) => one.targets.includes(item))).toBe(true)
    expect(targets).toBe(Math.min(one.targets.length, ROWS / 4))

    const features = computeFeatures(statistics, one.history, one.time, null)
    const own = one.history.map(({ item }) => item).toReversed()
    const { cooccurrenceRecent, peersRecent, popularity30 } = FEATURE_COLUMN
    const wanted = [
      ...own,
      ...strongest(features, cooccurrenceRecent, 50),
      ...strongest(features, peersRecent, 30),
      ...strongest(features, popularity30, 40),
    ].filter((item) => !one.targets.includes(item))
    expect(items.slice(targets, certain)).toEqual([...new Set(wanted)])

    // To check the sample, the test lists the rest of the catalog and shuffles the first places of this list.
    const random = createRandom(seed)
    if (one.targets.length > ROWS / 4) for (let k = 0; k < ROWS / 4; k++) random.next()
    const taken = new Set([...one.targets, ...wanted])
    const rest = Array.from({ length: ITEMS }, (_, item) => item).filter((item) => !taken.has(item))
    expect(chosen.correction).toBe(Math.log(rest.length / (ROWS - certain)))
    for (let k = 0; k < ROWS - certain; k++) {
      const other = k + random.integer(rest.length - k)
      ;[rest[k], rest[other]] = [rest[other], rest[k]]
    }
    expect(items.slice(certain)).toEqual(rest.slice(0, ROWS - certain))
  }
})
