import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../model/random.ts'
import type { Example } from '../learners/learner.ts'
import { IMBALANCES } from '../learners/names.ts'
import { initialWeights, lossAndGradient, networkShape } from '../learners/network.ts'
import {
  adasynCounts,
  correctPrior,
  interpolated,
  nearest,
  rebalance,
  shareOfYes,
  smoteCounts,
} from './rebalance.ts'

function cloud(count: number, centre: readonly number[], seed: number): Float32Array[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () =>
    Float32Array.from(centre, (value) => value + random.normal()),
  )
}

function smote(rare: readonly Float32Array[], count: number, random: Random, k?: number) {
  return interpolated(rare, smoteCounts(rare.length, count, random), random, k)
}

/** Distance from a point to the line segment between two other points. */
function offSegment(point: Float32Array, a: Float32Array, b: Float32Array): number {
  let along = 0
  let length = 0
  for (let j = 0; j < point.length; j++) {
    along += (point[j] - a[j]) * (b[j] - a[j])
    length += (b[j] - a[j]) ** 2
  }
  const share = length > 0 ? Math.min(1, Math.max(0, along / length)) : 0
  return Math.hypot(...point.map((value, j) => value - a[j] - share * (b[j] - a[j])))
}

describe('neighbours', () => {
  it('`nearest` finds the same rows as a full sort by distance, without the row itself', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        (n, k, seed) => {
          const rows = cloud(n, [0, 0, 0], seed)
          const distance = (place: number) =>
            Math.hypot(...rows[place].map((value, j) => value - rows[0][j]))
          const sorted = rows
            .map((_, place) => place)
            .slice(1)
            .sort((a, b) => distance(a) - distance(b))
          expect(nearest(rows, rows[0], k, 0)).toEqual(sorted.slice(0, k))
        },
      ),
    )
  })
})

describe('SMOTE', () => {
  it('SMOTE puts every new row between a rare row and one of its k nearest rare rows', () => {
    const rare = cloud(30, [0, 0, 0, 0], 1)
    for (const row of smote(rare, 100, createRandom(2), 3)) {
      const off = rare.flatMap((a, start) =>
        nearest(rare, a, 3, start).map((place) => offSegment(row, a, rare[place])),
      )
      expect(Math.min(...off)).toBeLessThan(1e-5)
    }
  })

  it('SMOTE starts from every rare row equally often, and spreads the new rows evenly between two rows', () => {
    // The two rows are the points 0 and 1, so a new row's value is its distance from the first row.
    const rare = [Float32Array.of(0), Float32Array.of(1)]
    const made = smote(rare, 4000, createRandom(3)).map(([value]) => value)
    expect(made).toHaveLength(4000)
    expect(made.every((value) => value >= 0 && value < 1 + 1e-6)).toBe(true)
    for (const quarter of [0, 1, 2, 3])
      expect(made.filter((value) => Math.floor(4 * value) === quarter).length / 4000).toBeCloseTo(
        0.25,
        1,
      )
  })

  it('SMOTE makes no rows from a single row, and makes the same rows for the same seed', () => {
    expect(smote(cloud(1, [0], 1), 5, createRandom(1))).toEqual([])
    const rare = cloud(8, [0, 0], 1)
    expect(smote(rare, 9, createRandom(4))).toEqual(smote(rare, 9, createRandom(4)))
    expect(smote(rare, 9, createRandom(4))).not.toEqual(smote(rare, 9, createRandom(5)))
  })
})

describe('ADASYN', () => {
  const safe = cloud(20, [10, 10], 1)
  const mixed = cloud(10, [0, 0], 2)
  const other = cloud(200, [0, 0], 3)

  it('ADASYN makes new rows only from rare rows that have neighbours of the other class', () => {
    const counts = adasynCounts([...safe, ...mixed], other, 170)
    expect(counts.slice(0, 20).every((count) => count === 0)).toBe(true)
    const total = counts.reduce((a, b) => a + b, 0)
    // Rounding changes each row's number of new rows by at most ½.
    expect(Math.abs(total - 170)).toBeLessThanOrEqual(5)
  })

  it('ADASYN makes new rows in proportion to the other class’s share of a row’s neighbours', () => {
    const rare = [...safe, ...mixed]
    const all = [...rare, ...other]
    const hardness = rare.map(
      (row, place) => nearest(all, row, 5, place).filter((found) => found >= 30).length / 5,
    )
    const total = hardness.reduce((a, b) => a + b, 0)
    expect(adasynCounts(rare, other, 1000)).toEqual(
      hardness.map((share) => Math.round((1000 * share) / total)),
    )
  })

  it('ADASYN puts new rows between rare rows, and makes no new rows if the classes are well separated', () => {
    for (const row of interpolated(mixed, adasynCounts(mixed, other, 60), createRandom(5))) {
      const off = mixed.flatMap((a) => mixed.map((b) => offSegment(row, a, b)))
      expect(Math.min(...off)).toBeLessThan(1e-5)
    }
    expect(adasynCounts(safe, other, 60).every((count) => count === 0)).toBe(true)
  })
})

describe('a rebalanced batch', () => {
  const batch: Example[] = [
    ...cloud(12, [1, 1], 1).map((x): Example => ({ x, label: 1 })),
    ...cloud(90, [0, 0], 2).map((x): Example => ({ x, label: 0 })),
  ]

  it.each(IMBALANCES.filter((method) => method !== 'none'))(
    'the method %s makes half of the batch positive',
    (method) => {
      const balanced = rebalance(batch, method, createRandom(1))
      expect(shareOfYes(balanced)).toBeCloseTo(0.5, method === 'adasyn' ? 1 : 9)
      // Negative examples are never synthetic.
      const no = balanced.filter(({ label }) => label === 0).map(({ x }) => x)
      expect(no.every((x) => batch.some((one) => one.label === 0 && one.x === x))).toBe(true)
      if (method !== 'under') expect(no).toHaveLength(90)
      expect(rebalance(batch, method, createRandom(1))).toEqual(balanced)
    },
  )

  it('the method “none” keeps every example, and no method changes a batch of a single class', () => {
    expect(new Set(rebalance(batch, 'none', createRandom(1)))).toEqual(new Set(batch))
    const no = batch.slice(12)
    for (const method of IMBALANCES)
      expect(new Set(rebalance(no, method, createRandom(1)))).toEqual(new Set(no))
  })

  it('an example of weight 3 counts like three copies of it', () => {
    const shape = networkShape(2)
    const weights = initialWeights(shape, createRandom(3))
    const gradientOf = (examples: readonly Example[]) => {
      const gradient = new Float64Array(shape.size)
      lossAndGradient(shape, weights, examples, 0, gradient)
      return gradient.map((value) => value * examples.length)
    }
    const [a, b] = batch
    const once = gradientOf([{ ...a, weight: 3 }, b])
    gradientOf([a, a, a, b]).forEach((value, j) => {
      expect(once[j]).toBeCloseTo(value, 9)
    })
  })
})

describe('prior correction', () => {
  it('correctPrior gives the posterior under the actual prior, and keeps the order of the probabilities', () => {
    const share = fc.double({ min: 0.01, max: 0.99, noNaN: true })
    fc.assert(
      fc.property(share, share, share, (likelihood, trained, actual) => {
        const posterior = (prior: number) =>
          (likelihood * prior) / (likelihood * prior + (1 - likelihood) * (1 - prior))
        expect(correctPrior(posterior(trained), trained, actual)).toBeCloseTo(posterior(actual), 9)
        expect(correctPrior(0.6, trained, actual)).toBeGreaterThan(
          correctPrior(0.5, trained, actual),
        )
        expect(correctPrior(likelihood, trained, trained)).toBeCloseTo(likelihood, 12)
      }),
    )
    for (const p of [0, 1]) expect(correctPrior(p, 0.5, 0.1)).toBe(p)
    expect(correctPrior(0.3, 0, 0.1)).toBe(0.3)
  })
})
