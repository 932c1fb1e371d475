/**
 * @module `--protocol next-basket`: predicts the last basket of each held-out shopper, by the project's own model
 * and by the methods that lead the published benchmark.
 */
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { requireFinite } from '../armFailures.ts'
import { isoDay } from '../cases.ts'
import { type DeviceShop, ShopperDevice } from '../device.ts'
import { load, type Question } from '../load.ts'
import { count, decimal, estimate, lift } from '../report/numbers.ts'
import { type Evaluated, type Part, tableOf } from '../report/report.ts'
import { type Envelope, findLift } from '../results.ts'
import { type RowCase, Rows } from '../rows.ts'
import { type Steps, step } from '../steps.ts'
import { type Basket, type BasketCase, splitBaskets } from './baskets.ts'
import { countBaskets, frequencies } from './frequency.ts'
import { BASKET_METRICS, type BasketMetric, measureBasket, PART_METRICS } from './metrics.ts'
import {
  BASKET_ARMS,
  type BasketArm,
  type BasketSummary,
  COMPARED,
  summariseBaskets,
} from './summary.ts'
import { tifuKnn } from './tifuKnn.ts'

/**
 * @param learns whether devices learn; otherwise `personal` is left out
 * @throws NearsideError `input-invalid` with too few shoppers to test
 */
export async function evaluateNextBasket(
  question: Omit<Question, 'protocol'>,
  learns: boolean,
  steps: Steps,
): Promise<Evaluated<Envelope>> {
  const { shop, input, notes } = await load({ ...question, protocol: 'personal' })
  const { model, seed } = input
  const { tested, known, until } = splitBaskets(input)
  const engine = learns ? await createWasmEngine() : null
  const scoresOf = arms(
    {
      model,
      fit: engine && ((problem) => engine.fit(problem)),
      installed: Number.NEGATIVE_INFINITY,
      // Baselines and model count the same baskets: all that the model was trained on.
      statisticsAt: () => model.statistics,
    },
    known,
  )
  const rows = new Rows<RowCase>()
  for (const [done, one] of tested.entries()) {
    if (done % 20 === 0) await step(steps, 'walking shoppers', done, tested.length)
    rows.begin({ shopper: one.asked.shopper })
    const bought = new Set(one.baskets.flat())
    for (const [arm, scores] of Object.entries(await scoresOf(one))) {
      const values = measureBasket(scores, one.asked.targets, bought)
      for (const [metric, value] of Object.entries(values)) rows.put({ arm, metric }, value)
    }
  }
  const found = summariseBaskets(rows, seed)
  return {
    result: {
      protocol: 'next-basket',
      shop: shop.name,
      until: isoDay(until),
      seed,
      shoppers: tested.length,
      cases: tested.length,
      arms: found.arms,
      lifts: found.lifts,
      // One case of each shopper can't tell.
      shoppersWorse: null,
    },
    report: {
      title: `Next basket: ${shop.name}`,
      lead: [
        `The last basket of ${count(tested.length)} shoppers whom the model never saw, of three baskets or more each; all ${count(model.itemIds.length)} items ranked, repeats allowed`,
        `All arms know the baskets of ${count(known.length)} training shoppers before ${isoDay(until)}. Means over shoppers; 95 % intervals by paired bootstrap over shoppers; seed ${seed}`,
      ],
      parts: tables(found),
      notes,
    },
  }
}

/** Computes the scores of every arm for a case. */
function arms(
  shop: DeviceShop,
  known: readonly (readonly Basket[])[],
): (one: BasketCase) => Promise<Partial<Record<BasketArm, Float32Array>>> {
  const items = shop.model.itemIds.length
  const popularity = countBaskets(items, known.flat())
  const nearest = tifuKnn(items, known)
  return async ({ asked: { history, time }, baskets }) => {
    const { terms, shown } = await new ShopperDevice(shop).score({ history, time })
    requireFinite('base-fresh', terms.base)
    requireFinite('personal', shown)
    return {
      popular: popularity,
      ...frequencies(baskets, popularity),
      'tifu-knn': nearest(baskets),
      'base-fresh': terms.base,
      ...(shop.fit && { personal: shown }),
    }
  }
}

type Arm = BasketSummary['arms'][number]

function tables({ arms, lifts, pairs }: BasketSummary): Part[] {
  const name = { arm: (arm: Arm) => arm.name }
  return [
    {
      title: 'The whole basket',
      table: tableOf(
        arms,
        { ...name, ...cells(BASKET_METRICS, meanOf), what: (arm) => BASKET_ARMS[arm.name] },
        true,
      ),
      text: [
        'phr: shoppers with a hit; uncut: NDCG as the benchmark’s code divides it, by the ideal of baskets longer than the list',
      ],
    },
    {
      title: 'Repeat and explore items apart',
      table: tableOf(arms, { ...name, ...cells(PART_METRICS, meanOf) }),
      text: [
        'repeat, explore: bought before and not, in the list of all items; new: explore items in a list of such items alone',
      ],
    },
    {
      title: 'Lifts, and shoppers with a higher and a lower NDCG@10',
      table: tableOf(pairs, {
        arm: ({ arm, over }) => `${arm} over ${over}`,
        ...cells(
          COMPARED,
          (metric) =>
            ({ arm, over }) =>
              lift(findLift(lifts, arm, over, metric)),
        ),
        higher: ({ better }) => count(better),
        lower: ({ worse }) => count(worse),
      }),
    },
  ]
}

/** A column of cells for each metric. */
function cells<Row>(
  metrics: readonly BasketMetric[],
  cellOf: (metric: BasketMetric) => (row: Row) => string,
): Record<string, (row: Row) => string> {
  return Object.fromEntries(metrics.map((metric) => [metric, cellOf(metric)]))
}

/** Mean, with its interval where there is one. */
const meanOf = (metric: BasketMetric) => (arm: Arm) => {
  const [mean, lo, hi] = ['', ':lo', ':hi'].map((end) => Number(arm[metric + end]))
  return Number.isNaN(lo) ? decimal(mean) : estimate({ mean, lo, hi })
}
