import { testModel, testShop, UNTIL } from '@nearside/evaluate/testShop.ts'
import { describe, expect, it } from 'vitest'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { createRandom } from '../model/random.ts'
import { personalScores, scoreTerms } from '../model/score.ts'
import { DAY } from '../time.ts'
import { FIT_CANDIDATES, FIT_CASES, fitProblemOf, ownCases, PARAMETERS } from './fitProblem.ts'
import { casesFromHistory } from './learningCases.ts'
import type { FitProblem } from './problem.ts'

const shop = testShop(12, 300)
const model = testModel(shop)
const history = shop.shoppers[3].interactions
const now = UNTIL + 50 * DAY

const buildFitProblem = (of: BaseModel, past: History, at: number) =>
  fitProblemOf(of, ownCases(of, past, at), at)

function problemOf(): FitProblem {
  const problem = buildFitProblem(model, history, now)
  if (!problem) throw new Error('this history must give a fit problem')
  return problem
}

describe('fitProblemOf', () => {
  const problem = problemOf()
  const cases = casesFromHistory(history)

  it('the problem of the personal fit has the same shape for every history', () => {
    expect(problem.design).toHaveLength(FIT_CASES * FIT_CANDIDATES * PARAMETERS)
    expect(problem.weight).toHaveLength(FIT_CASES)
    expect(problem.parameters).toBe(DIMENSION + FEATURE_COUNT)
  })

  it('the target shares of each case sum to 1, and cases added as padding have weight 0', () => {
    for (let t = 0; t < FIT_CASES; t++) {
      const row = problem.target.subarray(t * FIT_CANDIDATES, (t + 1) * FIT_CANDIDATES)
      const sum = row.reduce((a, b) => a + b, 0)
      expect(sum).toBeCloseTo(t < cases.length ? 1 : 0, 5)
      expect(problem.weight[t] > 0).toBe(t < cases.length)
    }
  })

  it('a purchase’s weight in the personal fit is 3 at first and halves every half-life', () => {
    cases.forEach((one, t) => {
      const age = (now - one.time) / DAY
      expect(problem.weight[t]).toBeCloseTo(3 * 2 ** (-age / model.prior.halfLifeDays), 5)
    })
  })

  it('the event weights of the model’s prior apply, and an event of weight 0 is no target', () => {
    const looked = history
      .map((entry, k) =>
        k % 2 === 0 ? entry : { ...entry, name: 'view_item' as const, time: entry.time + 1000 * k },
      )
      .sort((a, b) => a.time - b.time)
    const prior = { ...model.prior, eventWeights: { purchase: 2, cart: 1, view: 0 } }
    const byRule = buildFitProblem(model, looked, now)
    const learned = buildFitProblem({ ...model, prior }, looked, now)
    const kinds = new Set(casesFromHistory(looked).map(({ weight }) => weight))
    expect(kinds).toEqual(new Set([1, 3]))
    casesFromHistory(looked).forEach(({ weight }, t) => {
      const bought = weight === 3
      expect(learned?.weight[t]).toBeCloseTo(bought ? (2 / 3) * (byRule?.weight[t] ?? 0) : 0, 5)
      const row = learned?.target.subarray(t * FIT_CANDIDATES, (t + 1) * FIT_CANDIDATES)
      if (!bought) expect(row?.every((share) => share === 0)).toBe(true)
    })
  })

  it('all orders stay among the personal model’s training examples when a shopper views 200 items in one evening', () => {
    const evening = Array.from({ length: 200 }, (_, k) => {
      const view = { item: k % 300, name: 'view_item' as const, session: 'evening' }
      return { ...view, time: now - DAY + 20_000 * k }
    })
    const made = buildFitProblem(model, [...history, ...evening], now)
    cases.forEach((_, t) => {
      expect(made?.weight[t]).toBe(problem.weight[t])
    })
    // Besides the orders, the training examples are the latest views of the evening. A view of an item that the base
    // model ranks low has weight 0.
    const views = made?.weight.subarray(cases.length) ?? []
    expect(views.some((weight) => weight > 0)).toBe(true)
    for (const weight of views) expect(weight).toBeLessThanOrEqual(1)
  })

  it('`offset` + `design`·p equals the model’s scores for any personal parameters p', () => {
    const random = createRandom(4)
    const p = Float32Array.from({ length: PARAMETERS }, () => 0.3 * random.normal())
    const personal = { u: p.slice(0, DIMENSION), w: p.slice(DIMENSION) }
    cases.forEach((one, t) => {
      const terms = scoreTerms(model, one.history, one.time)
      const scores = personalScores(model, terms, personal, 1)
      for (let k = 0; k < FIT_CANDIDATES; k++) {
        const row = t * FIT_CANDIDATES + k
        if (problem.target[row] === 0) continue
        let score = problem.offset[row]
        for (let j = 0; j < PARAMETERS; j++) score += problem.design[row * PARAMETERS + j] * p[j]
        const matches = one.targets.filter((item) => Math.abs(scores[item] - score) < 1e-3)
        expect(matches.length).toBeGreaterThan(0)
      }
    })
  })

  it('the same events give the same problem, and events after `now` are ignored', () => {
    // Compares bytes, because a test framework takes minutes to compare single numbers.
    const isProblem = (other: FitProblem | null) =>
      (['design', 'offset', 'target', 'weight', 'mean', 'precision', 'stepSize'] as const).every(
        (name) =>
          other && Buffer.from(other[name].buffer).equals(Buffer.from(problem[name].buffer)),
      )
    expect(isProblem(problemOf())).toBe(true)
    expect(isProblem(buildFitProblem(model, history, now + DAY))).toBe(false)
    const later = [...history, { ...history[0], time: now + 1, session: 'later' }]
    expect(isProblem(buildFitProblem(model, later, now))).toBe(true)
  })

  it('a training example whose items the base model ranks far down has weight 0 in the personal fit', () => {
    const bias = Float32Array.from(model.bias, (value, item) =>
      cases[0].targets.includes(item) ? -1000 : value,
    )
    const made = buildFitProblem({ ...model, bias }, history, now)
    expect(made?.weight[0]).toBe(0)
    expect(made?.target.subarray(0, FIT_CANDIDATES).some((share) => share > 0)).toBe(false)
  })

  it('an empty history, and a history of one order, give no fit problem', () => {
    const first = history.filter(({ time }) => time === history[0].time)
    expect(buildFitProblem(model, [], now)).toBeNull()
    expect(buildFitProblem(model, first, now)).toBeNull()
  })

  it('a parameter with prior variance 0 is frozen by step size 0', () => {
    const variance = model.prior.variance.slice()
    variance[5] = 0
    const frozen = { ...model, prior: { ...model.prior, variance } }
    const made = buildFitProblem(frozen, history, now)
    expect(made?.stepSize[5]).toBe(0)
    expect(made?.precision.every(Number.isFinite)).toBe(true)
  })
})
