/**
 * @module What `createPersonalizer({ learners })` is worth: each held-out shopper's device, with
 * learners that go over that shopper's own cases as the worker's do, beside the same device without.
 */
import { createRandom } from '../../src/core/model/random.ts'
import { CandidateLearners } from '../../src/core/personal/learners/candidateLearners.ts'
import { type Imbalance, LEARNER_NAMES } from '../../src/core/personal/learners/names.ts'
import { STRATEGIES } from '../../src/core/personal/strategy.ts'
import { createWasmEngine } from '../../src/engine/wasm/wasmEngine.ts'
import { isoDay, selectCases } from '../../src/evaluate/cases.ts'
import { ShopperDevice } from '../../src/evaluate/device.ts'
import { load } from '../../src/evaluate/load.ts'
import { prepareDevices } from '../../src/evaluate/prepare.ts'
import { change, decimal, estimate, fixed } from '../../src/evaluate/report/numbers.ts'
import { step } from '../../src/evaluate/steps.ts'
import { ndcg, placesOf } from '../../src/train/metrics.ts'
import { type Experiment, head } from '../experiment.ts'
import { bootstrapMeans } from '../interval.ts'

const ARMS = [
  { name: 'gradient', learners: ['gradient'] },
  { name: 'network', learners: ['network'] },
  { name: 'network, class weights', learners: ['network'], imbalance: 'weights' },
  { name: 'tree', learners: ['tree'] },
  { name: 'all three', learners: LEARNER_NAMES },
] as const satisfies readonly {
  name: string
  learners: readonly (typeof LEARNER_NAMES)[number][]
  imbalance?: Imbalance
}[]

const { reviewAfter } = STRATEGIES.hybrid

export const experiment: Experiment = {
  asks: 'do the learners that a shop can choose rank better on the device than the device without them?',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const { until, seed } = input
    const engine = await createWasmEngine()
    const devices = prepareDevices(input, (problem) => engine.fit(problem))
    const tested = selectCases(input)
    /** Mean NDCG@10 by shopper: without learners, then with each arm's. */
    const columns = [null, ...ARMS].map(() => new Float64Array(tested.length))
    const weights = ARMS.map(() => 0)
    for (const [s, cases] of tested.entries()) {
      await step(steps, 'asking shoppers', s, tested.length)
      const device = new ShopperDevice(devices)
      const learners = ARMS.map((arm) => {
        const { learners, imbalance = 'none' } = { imbalance: undefined, ...arm }
        return new CandidateLearners({ learners, imbalance, reviewAfter, seed })
      })
      for (const one of cases) {
        const scored = await device.score(one)
        const value = (scores: Float32Array) =>
          ndcg(placesOf(scores, one.targets), 10) / cases.length
        columns[0][s] += value(scored.shown)
        for (const [a, own] of learners.entries()) {
          for (const _ of own.learn(scored.model, one.history));
          columns[a + 1][s] += value(own.reorder(scored.terms.features, scored.shown))
        }
        device.observe(scored, one.targets)
      }
      for (const [a, own] of learners.entries()) weights[a] += own.weights[0].weight
    }
    const differences = columns.map((column) => column.map((value, s) => value - columns[0][s]))
    const means = bootstrapMeans([...columns, ...differences], createRandom(seed))
    const arms = ['none', ...ARMS.map(({ name }) => name)].map((name, k) => ({
      name,
      'ndcg@10': means[k].mean,
      over: means[columns.length + k],
      modelWeight: k > 0 ? weights[k - 1] / tested.length : 1,
    }))
    return {
      result: {
        protocol: 'device-learners',
        ...head(asked, shop.name, until),
        shoppers: tested.length,
        cases: tested.reduce((sum, cases) => sum + cases.length, 0),
        arms,
        lifts: [],
      },
      report: {
        title: `Learners on the device: ${shop.name}`,
        lead: [
          `${tested.length} held-out shoppers from ${isoDay(until)} on; each device learns from its shopper's own cases before the one that it is asked`,
          'NDCG@10, all items ranked, means over shoppers, 95 % intervals by bootstrap over shoppers',
        ],
        parts: [
          {
            title: 'What ships, and the same with learners that reorder its best fifty',
            table: {
              columns: ['learners', 'NDCG@10', 'over none', 'weight left to the model'],
              rows: arms.map((arm) => [
                arm.name,
                decimal(arm['ndcg@10']),
                estimate(arm.over, change),
                fixed(arm.modelWeight, 2),
              ]),
            },
          },
        ],
        notes,
      },
    }
  },
}
