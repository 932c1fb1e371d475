import { createRandom } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { METRICS, type MetricName } from '@nearside/train/metrics.ts'
import { describe, expect, it } from 'vitest'
import { ARMS, type ArmName, BASE_ARMS } from './arms.ts'
import { casesOf, type EvaluationInput, selectCases } from './cases.ts'
import type { Fit } from './device.ts'
import { prepareWalk } from './prepare.ts'
import { Rows } from './rows.ts'
import { purchase, type TestModelOptions, testInput, testShop, UNTIL } from './testShop.ts'
import { tuneBaselines } from './tuneBaselines.ts'
import { type WalkedCase, walkShopper } from './walk.ts'

/** Fits a personal model by plain gradient descent instead of by an engine. */
const fit: Fit = async (problem) => {
  const { cases, candidates, parameters: P, design, offset, target, weight } = problem
  const p = Float32Array.from(problem.mean)
  for (let step = 0; step < problem.steps; step++) {
    const gradient = Float64Array.from(p, (v, j) => problem.precision[j] * (v - problem.mean[j]))
    for (let t = 0; t < cases; t++) {
      if (weight[t] === 0) continue
      const scores = Array.from({ length: candidates }, (_, k) => {
        let sum = offset[t * candidates + k]
        if (sum < -1e8) return sum
        for (let j = 0; j < P; j++) sum += design[(t * candidates + k) * P + j] * p[j]
        return sum
      })
      const highest = Math.max(...scores)
      const odds = scores.map((score) => Math.exp(score - highest))
      const total = odds.reduce((sum, odd) => sum + odd, 0)
      odds.forEach((odd, k) => {
        if (odd === 0) return
        const error = weight[t] * (odd / total - target[t * candidates + k])
        for (let j = 0; j < P; j++) gradient[j] += error * design[(t * candidates + k) * P + j]
      })
    }
    gradient.forEach((g, j) => {
      p[j] -= problem.stepSize[j] * Math.sign(g)
    })
  }
  return { parameters: p }
}

function input(options: TestModelOptions = {}, shop = testShop()): EvaluationInput {
  return testInput(shop, {}, options)
}

async function walkAll(evaluation: EvaluationInput, most = 8): Promise<Rows<WalkedCase>> {
  const walk = prepareWalk(evaluation, tuneBaselines(evaluation), fit)
  const parts = []
  for (const cases of selectCases(evaluation).slice(0, most))
    parts.push(await walkShopper(walk, cases))
  return Rows.join(parts)
}

/** All values of the main comparison, without values for the owner's questions. */
function compared(rows: Rows<WalkedCase>) {
  return rows.series
    .filter(({ store }) => store === '')
    .map((series) => [series, rows.cases.map((_, index) => rows.at(index, series))] as const)
}

function of(rows: Rows<WalkedCase>, arm: ArmName, metric: MetricName | `${MetricName}:new`) {
  return rows.cases.map((_, index) => rows.at(index, { arm, metric }))
}

describe('replay of a shopper', () => {
  it('the replay gives finite metrics of every arm for every case, including a shopper’s first', async () => {
    const results = await walkAll(input())
    expect(results.cases.length).toBeGreaterThan(8)
    for (const arm of ARMS)
      for (const metric of METRICS)
        expect(of(results, arm, metric).every(Number.isFinite)).toBe(true)
  })

  it('in a shop of regular customers, arms that know the history rank better than popularity', async () => {
    const results = await walkAll(input())
    const mean = (arm: ArmName) =>
      of(results, arm, 'ndcg@10').reduce((sum, value) => sum + value, 0) / results.cases.length
    expect(mean('recently-viewed')).toBeGreaterThan(1.2 * mean('popular-30d'))
    expect(mean('base-fresh')).toBeGreaterThan(mean('base-stale'))
  })

  it('the results of a case don’t depend on later events of any shopper', async () => {
    const shop = testShop()
    const evaluation = input({}, shop)
    const tuned = tuneBaselines(evaluation)
    const cases = selectCases(evaluation).find((own) => own.length > 1) ?? []
    const first = await walkShopper(prepareWalk(evaluation, tuned, fit), cases.slice(0, 1))
    const random = createRandom(77)
    const scrambled = shop.shoppers.map(({ id, interactions }) => ({
      id,
      interactions: interactions.map((one) =>
        one.time < cases[0].time || (id === cases[0].shopper && one.time === cases[0].time)
          ? one
          : { ...one, item: random.integer(30) },
      ),
    }))
    const later = { ...evaluation, shoppers: scrambled }
    const again = selectCases(later).find(([one]) => one.shopper === cases[0].shopper) ?? []
    const same = await walkShopper(prepareWalk(later, tuned, fit), again)
    expect(same.where((_, index) => index === 0)).toEqual(first)
  })

  it('with historyFrom `install`, a device’s history begins on the first tested day', async () => {
    const shop = testShop()
    const since = testInput(shop, { historyFrom: 'install' })
    const cut = shop.shoppers.map(({ id, interactions }) =>
      since.isHeldOut(id)
        ? { id, interactions: interactions.filter(({ time }) => time >= UNTIL) }
        : { id, interactions },
    )
    const tuned = tuneBaselines(since)
    const walk = (evaluation: EvaluationInput) =>
      Promise.all(
        selectCases(evaluation)
          .slice(0, 8)
          .map((cases) => walkShopper(prepareWalk(evaluation, tuned, fit), cases)),
      )
    const results = await walk(since)
    const metrics = (all: typeof results) => compared(Rows.join(all))
    expect(metrics(results)).toEqual(metrics(await walk(testInput({ ...shop, shoppers: cut }))))
    expect(metrics(results)).not.toEqual(metrics(await walk(testInput(shop))))
  })

  it('base model and baselines have the same scores whether or not devices learn', async () => {
    const evaluation = input()
    const tuned = tuneBaselines(evaluation)
    const [cases] = selectCases(evaluation)
    const all = await walkShopper(prepareWalk(evaluation, tuned, fit), cases)
    const base = await walkShopper(prepareWalk(evaluation, tuned, null), cases)
    const isBase = ([{ arm }]: ReturnType<typeof compared>[number]) =>
      (BASE_ARMS as readonly string[]).includes(arm)
    expect(compared(base).every(isBase)).toBe(true)
    expect(
      new Map(compared(base).map(([{ arm, metric }, values]) => [arm + metric, values])),
    ).toEqual(
      new Map(
        compared(all)
          .filter(isBase)
          .map(([{ arm, metric }, values]) => [arm + metric, values]),
      ),
    )
  })

  it('the replay goes on without an arm that fails, and reports the arm and the reason', async () => {
    const evaluation = input()
    const walk = prepareWalk(evaluation, tuneBaselines(evaluation), fit)
    const failing = {
      ...walk,
      baselines: {
        ...walk.baselines,
        ease: (_: unknown, out: Float32Array) => void out.fill(Number.NaN, 3, 4),
      },
    }
    const [cases] = selectCases(evaluation)
    const whole = await walkShopper(walk, cases)
    const one = await walkShopper(failing, cases)
    expect(one.cases[0].failures).toEqual([
      { arm: 'ease', reason: 'ease: the score of item row 3 is NaN' },
    ])
    expect(whole.cases[0].failures).toEqual([])
    expect(of(one, 'ease', 'nll').every(Number.isNaN)).toBe(true)
    for (const arm of ARMS)
      if (arm !== 'ease') expect(of(one, arm, 'nll')).toEqual(of(whole, arm, 'nll'))
  })

  it('the replay goes on without an arm that could not be tuned', async () => {
    const evaluation = input()
    const tuned = tuneBaselines(evaluation)
    const failure = 'the start has no finite score'
    const walk = prepareWalk(evaluation, { ...tuned, ewma: { ...tuned.ewma, failure } }, fit)
    const [cases] = selectCases(evaluation)
    for (const { failures } of (await walkShopper(walk, cases)).cases)
      expect(failures).toEqual([{ arm: 'ewma', reason: failure }])
  })

  it('with fusion weight 0, the personal arm has exactly the base model’s scores', async () => {
    const results = await walkAll(input({ prior: { fusionWeight: 0 } }))
    for (const metric of METRICS)
      expect(of(results, 'personal', metric)).toEqual(of(results, 'base-fresh', metric))
  })

  it('once the guard has switched off a harmful personal model, the base model is shown', async () => {
    // A confident but wrong prior, which pushes every item along a random direction.
    const noise = createRandom(5)
    const evaluation = input({
      prior: {
        mean: Float32Array.from({ length: input().model.prior.mean.length }, (_, j) =>
          j < 64 ? 40 * noise.normal() : 0,
        ),
        stepSize: new Float32Array(input().model.prior.mean.length),
        fusionWeight: 1,
      },
    })
    const walk = prepareWalk(evaluation, tuneBaselines(evaluation), fit)
    const regular = Array.from({ length: 30 }, (_, k) =>
      purchase(k % 2, UNTIL + (k - 10) * DAY, `order${k}`),
    )
    const cases = casesOf(evaluation, { id: 'regular', interactions: regular }, UNTIL)
    const results = await walkShopper(walk, cases)
    const tripped = results.cases.findIndex(({ guardActive }) => !guardActive)
    expect(tripped).toBeGreaterThan(0)
    const [personal, base] = [of(results, 'personal', 'nll'), of(results, 'base-fresh', 'nll')]
    expect(personal[0]).toBeGreaterThan(base[0])
    for (const { guardActive } of results.cases.slice(tripped)) expect(guardActive).toBe(false)
    expect(personal.slice(tripped)).toEqual(base.slice(tripped))
  })

  it('for the question about new items, neither the ranking nor the targets contain items of the history', async () => {
    const evaluation = input()
    const walk = prepareWalk(evaluation, tuneBaselines(evaluation), fit)
    const shopper = {
      id: 'one',
      interactions: [
        purchase(1, UNTIL + DAY, 'a'),
        purchase(1, UNTIL + 2 * DAY, 'b'),
        purchase(1, UNTIL + 3 * DAY, 'c'),
        purchase(2, UNTIL + 3 * DAY, 'c'),
      ],
    }
    const results = await walkShopper(walk, casesOf(evaluation, shopper, UNTIL))
    const fresh = of(results, 'popular', 'nll:new')
    expect(fresh.map(Number.isNaN)).toEqual([false, true, false])
    // Before the first case there is no history, so nothing is filtered.
    expect(fresh[0]).toBe(of(results, 'popular', 'nll')[0])
    expect(of(results, 'recently-viewed', 'nll:new')[2]).not.toBe(
      of(results, 'recently-viewed', 'nll')[2],
    )
  })
})
