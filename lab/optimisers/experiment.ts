/**
 * @module Does another server optimiser make contributions worth something? Rounds as in `simulate`, but
 * in the open: the mean of clipped updates, without noise, losses or servers, which is the most that any
 * of them gets to see.
 */
import { clip } from '../../src/aggregate/privacy/clip.ts'
import { createRandom, inRandomOrder } from '../../src/core/model/random.ts'
import {
  applySharedDelta,
  SHARED_LENGTH,
  sharedDelta,
} from '../../src/core/personal/sharedUpdate.ts'
import { isoDay } from '../../src/evaluate/cases.ts'
import { load } from '../../src/evaluate/load.ts'
import { count, lift } from '../../src/evaluate/report/numbers.ts'
import { step } from '../../src/evaluate/steps.ts'
import { edgesOf } from '../../src/simulate/plan.ts'
import { FROZEN, measureQuality, type Period } from '../../src/simulate/quality.ts'
import { type Experiment, head } from '../experiment.ts'
import { fedAdam, fedAvg, momentum } from './optimisers.ts'

const ROUNDS = 5
/** Shoppers a round; more only take longer. */
const MOST = 300
const CLIP_NORM = 0.4

const ARMS = [
  { name: 'FedAvg, rate 0.1', create: () => fedAvg(0.1) },
  { name: 'FedAvg, rate 1', create: () => fedAvg(1) },
  { name: 'momentum 0.9, rate 0.2', create: () => momentum(0.2) },
  { name: 'FedAdam, rate 0.001', create: () => fedAdam(0.001) },
  { name: 'FedAdam, rate 0.01', create: () => fedAdam(0.01) },
]

export const experiment: Experiment = {
  asks: 'server optimisers of federated rounds: FedAvg, momentum and FedAdam against no rounds at all',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const { model, shoppers, isHeldOut, seed } = input
    const edges = edgesOf(input.until, shop.to, ROUNDS)
    const random = createRandom(seed)
    const arms = ARMS.map(({ create, ...arm }) => ({ ...arm, optimiser: create() }))
    const now = new Map(arms.map(({ name }) => [name, model]))
    const periods: Period[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      const [from, to] = [edges[round], edges[round + 1]]
      const models = { [FROZEN]: model, ...Object.fromEntries(now) }
      periods.push({ from, to, version: String(round + 1), models })
      if (round === ROUNDS) break
      const active = shoppers.filter(
        ({ id, interactions }) =>
          !isHeldOut(id) && interactions.some(({ time }) => time >= from && time < to),
      )
      const crowd = inRandomOrder(active, random).slice(0, MOST)
      for (const [a, { name, optimiser }] of arms.entries()) {
        const own = now.get(name) ?? model
        const mean = new Float64Array(SHARED_LENGTH)
        for (const [s, { interactions }] of crowd.entries()) {
          const done = (round * arms.length + a) * MOST + s
          await step(steps, 'contributing', done, ROUNDS * arms.length * MOST)
          const history = interactions.filter(({ time }) => time < to)
          const update = clip(sharedDelta(own, history, to), CLIP_NORM)
          for (let j = 0; j < mean.length; j++) mean[j] += update[j] / crowd.length
        }
        const moved = Float32Array.from(optimiser(mean))
        now.set(name, { ...own, featureWeights: applySharedDelta(own.featureWeights, moved, 1) })
      }
    }
    const { lifts, cases, shoppers: tested } = await measureQuality(input, periods, steps)
    return {
      result: {
        protocol: 'optimisers',
        ...head(asked, shop.name, input.until),
        shoppers: tested,
        cases,
        arms: ARMS.map(({ name }) => ({ name })),
        lifts: lifts.map(({ arm, lift: one }) => ({
          arm,
          over: FROZEN,
          metric: 'ndcg@10',
          ...one,
        })),
      },
      report: {
        title: `Server optimisers: ${shop.name}`,
        lead: [
          `${ROUNDS} rounds from ${isoDay(edges[0])} to ${isoDay(edges[ROUNDS])} of at most ${MOST} training shoppers, without noise; ${count(tested)} held-out shoppers, ${count(cases)} cases, each asked of the newest version`,
          'NDCG@10 over the model that stays as it is, 95 % intervals by bootstrap over shoppers',
        ],
        parts: [
          {
            title: 'Over the frozen model',
            table: {
              columns: ['optimiser', 'NDCG@10 over frozen'],
              rows: lifts.map(({ arm, lift: one }) => [arm, lift(one)]),
            },
          },
        ],
        notes,
      },
    }
  },
}
