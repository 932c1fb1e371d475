/** @module Experiment: if clicks never leave the devices, what can rounds of updates teach a base made from orders? */
import { noiseFor } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { buildCases } from '@nearside/core/features/cases.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { bootstrap, lift as liftOver, type Statistic } from '@nearside/evaluate/bootstrap.ts'
import { isPurchase } from '@nearside/evaluate/cases.ts'
import { parseDate } from '@nearside/evaluate/load.ts'
import { count, decimal, estimate, lift, share } from '@nearside/evaluate/report/numbers.ts'
import { asEstimate, asLift } from '@nearside/evaluate/results.ts'
import { step } from '@nearside/evaluate/steps.ts'
import { foldOf } from '@nearside/train/holdout.ts'
import { planByTime } from '@nearside/train/plan.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { type Experiment, head } from '../experiment.ts'
import { type Arm, askFold } from './fold.ts'
import { EVERYBODY, type Terms } from './rounds.ts'

const FOLDS = 5

/** Terms of both phases, chosen on training shoppers; see docs/results/click-rounds.md. */
const TERMS: Terms = { clip: 0.4, rate: 0.2, rounds: 20 }

/** δ that servers require for this many devices: at most 1/n², and at most 1e-6. */
const deltaOf = (devices: number) => Math.min(1e-6, 1 / devices ** 2)

const NOISY = [8, 1].flatMap((epsilon) =>
  [1000, 10_000, 100_000].map((devices) => ({ epsilon, devices })),
)

const LEARNED: readonly Arm[] = [
  { name: 'weights fitted centrally', crowd: null },
  { name: 'rounds, every shopper once, no noise', crowd: EVERYBODY },
  ...NOISY.map(({ epsilon, devices }) => ({
    name: `rounds, ${count(devices)} devices, ε ${epsilon}`,
    crowd: { devices, noise: noiseFor(epsilon, 2 * TERMS.rounds, deltaOf(devices)) },
  })),
]

const GIVEN = ['server that is blind to clicks', 'base of orders alone', 'base of everything']
const FROM = 1
const TO = 2

export const experiment: Experiment = {
  asks: 'what rounds teach a base model of orders about clicks that stay on devices',
  async run(asked, steps) {
    const { question, seed } = asked
    const shop = await readShop(question.shop, question.now)
    if (question.until === undefined)
      throw new NearsideError('input-invalid', 'click-rounds trains a model: give --until DATE')
    const until = parseDate(question.until)
    const found = new Map<string, (readonly number[])[]>()
    for (let fold = 0; fold < FOLDS; fold++) {
      await step(steps, 'parts of the shoppers', fold, FOLDS)
      const held = shop.shoppers.filter(({ id }) => foldOf(id, FOLDS, seed) === fold)
      const holdout = { shoppers: new Set(held.map(({ id }) => id)) }
      const { training } = planByTime(shop, until, holdout, seed, question.now).questions
      const data = { items: shop.items, shoppers: training, dayOnly: shop.dayOnly }
      const cases = held.flatMap((shopper) =>
        buildCases(shopper, shop.dayOnly, until, isPurchase).map((one) =>
          Object.assign(one, { bought: one.targets }),
        ),
      )
      for (const { shopper, values } of askFold(
        data,
        cases,
        { until, seed, terms: TERMS },
        LEARNED,
      ))
        found.set(shopper, [...(found.get(shopper) ?? []), values])
    }
    const names = [...GIVEN, ...LEARNED.map(({ name }) => name)]
    const columns = names.map((_, arm) =>
      Float64Array.from(found.values(), (cases) => mean(cases.map((values) => values[arm]))),
    )
    const shoppers = found.size
    const random = createRandom(seed)
    const lifts = bootstrap(
      columns.map((values) => liftOver(values, columns[FROM])),
      shoppers,
      random,
    ).map((found) => found && asLift(found))
    const recovered = columns.map((values) => {
      const share = shareOfGap(values, columns[FROM], columns[TO])
      return asEstimate(bootstrap([share], shoppers, random)[0])
    })
    const cases = [...found.values()].flat().length
    return {
      result: {
        protocol: 'click-rounds',
        ...head(asked, shop.name, until),
        shoppers,
        cases,
        arms: names.map((name, k) => ({
          name,
          'ndcg@10': mean([...columns[k]]),
          recovered: recovered[k],
        })),
      },
      report: {
        title: `Rounds where clicks never leave: ${shop.name}`,
        lead: [
          `${count(cases)} cases of ${count(shoppers)} shoppers, each asked of models that never saw them: what they bought from ${question.until} on, by a ranker without encoder and trees; NDCG@10, means over shoppers, 95 % intervals by bootstrap over shoppers`,
          `Rounds: twice ${TERMS.rounds}, clip norm ${TERMS.clip}, learning rate ${TERMS.rate}, momentum .9`,
        ],
        parts: [
          {
            title: 'What each knows of clicks',
            table: {
              columns: ['arm', 'NDCG@10', 'over the base of orders', 'of the gap to everything'],
              rows: names.map((name, k) => [
                name,
                decimal(mean([...columns[k]])),
                k === FROM ? '' : lift(lifts[k]),
                k <= TO ? '' : estimate(recovered[k], share),
              ]),
            },
          },
        ],
        notes: [
          'All but the first have the shopper’s clicks at hand, and all but the third lists and popularity of orders alone',
        ],
      },
    }
  },
}

/** (arm − from) ÷ (to − from), of means over shoppers. */
function shareOfGap(values: Float64Array, from: Float64Array, to: Float64Array): Statistic {
  return (drawn) => {
    let [gained, gap] = [0, 0]
    for (let s = 0; s < drawn.length; s++) {
      gained += drawn[s] * (values[s] - from[s])
      gap += drawn[s] * (to[s] - from[s])
    }
    return gap === 0 ? 0 : gained / gap
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
