import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { History } from '../features/history.ts'
import { DIMENSION } from '../model/baseModel.ts'
import { createRandom } from '../model/random.ts'
import { tinyModel } from '../model/tinyModel.ts'
import { CANDIDATES } from '../model/trees.ts'
import { DAY } from '../time.ts'
import { buildCatalogueProblem, catalogueLoss } from './catalogueProblem.ts'
import { buildFitProblem, PARAMETERS } from './fitProblem.ts'
import { lossAndGradient } from './gradient.ts'

function life(seed: number, items: number): History {
  const random = createRandom(seed)
  return Array.from({ length: 12 }, (_, k) => ({
    item: random.integer(items),
    name: k % 3 ? 'view_item' : 'purchase',
    time: k * DAY,
    session: `${k >> 1}`,
  }))
}

/** u and nothing else. */
function only(u: Float32Array): Float32Array {
  const parameters = new Float32Array(PARAMETERS)
  parameters.set(u)
  return parameters
}

function problemsOf(seed: number, items: number) {
  const model = tinyModel(items, seed)
  const history = life(seed, items)
  const now = 20 * DAY
  const [catalogue, candidates] = [buildCatalogueProblem, buildFitProblem].map((build) => {
    const problem = build(model, history, now)
    if (!problem) throw new Error('there is something to learn from')
    return problem
  }) as [
    NonNullable<ReturnType<typeof buildCatalogueProblem>>,
    NonNullable<ReturnType<typeof buildFitProblem>>,
  ]
  return { catalogue, candidates }
}

const seeds = fc.record({ seed: fc.nat(100), direction: fc.nat(1000) })

const vector = (seed: number): Float32Array => {
  const random = createRandom(seed)
  return Float32Array.from({ length: DIMENSION }, () => 0.3 * random.normal())
}

describe('catalogueLoss', () => {
  it('is that of the candidates where every item is one', () => {
    fc.assert(
      fc.property(seeds, ({ seed, direction }) => {
        const { catalogue, candidates } = problemsOf(seed, CANDIDATES - 4)
        const u = vector(direction)
        const own = catalogueLoss(catalogue, u)
        const gradient = new Float64Array(PARAMETERS)
        const loss = lossAndGradient(candidates, only(u), gradient)
        expect(Math.abs(own.loss - loss)).toBeLessThan(1e-4 * Math.abs(loss))
        const off = own.gradient.map((value, j) => Math.abs(value - gradient[j]))
        expect(Math.max(...off)).toBeLessThan(1e-4)
      }),
      { numRuns: 10 },
    )
  })

  it('is more than that of the candidates where there are others: they take their share', () => {
    const { catalogue, candidates } = problemsOf(3, CANDIDATES + 16)
    const kept = catalogue.cases.filter((_, t) => candidates.weight[t] > 0)
    expect(kept.length).toBeGreaterThan(0)
    const u = new Float32Array(DIMENSION)
    const loss = lossAndGradient(candidates, only(u), new Float64Array(PARAMETERS))
    expect(catalogueLoss({ ...catalogue, cases: kept }, u).loss).toBeGreaterThan(loss)
  })

  it('has the gradient that its differences say', () => {
    fc.assert(
      fc.property(seeds, fc.nat(DIMENSION - 1), ({ seed, direction }, j) => {
        const { catalogue } = problemsOf(seed, 200)
        const u = Float64Array.from(vector(direction))
        const { gradient } = catalogueLoss(catalogue, u)
        const at = (step: number) => catalogueLoss(catalogue, u.with(j, u[j] + step)).loss
        const slope = (at(1e-4) - at(-1e-4)) / 2e-4
        expect(Math.abs(slope - gradient[j])).toBeLessThan(1e-4 * (1 + Math.abs(slope)))
      }),
      { numRuns: 10 },
    )
  })
})

describe('buildCatalogueProblem', () => {
  it('is nothing for an empty history', () => {
    expect(buildCatalogueProblem(tinyModel(30), [], DAY)).toBeNull()
  })
})
