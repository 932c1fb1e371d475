/**
 * @module `--protocol next-basket`: predicts the last basket of each held-out shopper, by the shop's model and by the
 * methods that lead the published benchmark.
 */

import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { requireFinite } from '../armFailures.ts'
import { type DeviceShop, ShopperDevice } from '../device.ts'
import { load, type Question } from '../load.ts'
import { armsTable, liftsPart } from '../report/armsTable.ts'
import { count } from '../report/numbers.ts'
import type { Evaluated } from '../report/report.ts'
import { type Envelope, summariseArms } from '../results.ts'
import { type RowCase, Rows } from '../rows.ts'
import { type Steps, step } from '../steps.ts'
import { type Basket, type BasketCase, countBaskets, frequencies, splitBaskets } from './baskets.ts'
import { BASKET_METRICS, measureBasket, PART_METRICS } from './metrics.ts'
import { tifuKnn } from './tifuKnn.ts'

/** Description of each arm in one line, in the sequence of the report: baselines first. */
export const BASKET_ARMS = {
  popular: 'baskets of training shoppers with the item',
  'p-topfreq': "only the shopper's own counts; equal counts are sorted by popularity",
  'gp-topfreq': 'the same, filled up with popularity',
  'tifu-knn': "decayed counts, mixed with the nearest shoppers'; settings published for Ta-Feng",
  'base-fresh': 'the base model; no learning on the device',
  personal: 'what ships: base-fresh + what the device learned',
} as const

type BasketArm = keyof typeof BASKET_ARMS

const ARMS = Object.keys(BASKET_ARMS) as readonly BasketArm[]

/** Metrics whose mean gets an interval. */
const ESTIMATED = ['recall@10', 'ndcg@10']

const COMPARED = [...ESTIMATED, 'recall@10:repeat', 'recall@10:explore', 'ndcg@10:new']

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
      // The model's own counts, so that model and baselines know the same baskets: those that the model was trained on.
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
  const names = ARMS.filter((arm) => rows.series.some((one) => one.arm === arm))
  const pairs = names.flatMap((arm, at) =>
    at < ARMS.indexOf('base-fresh') ? [] : names.slice(0, at).map((over) => [arm, over] as const),
  )
  const found = summariseArms(rows, seed, {
    ...{ names, pairs, metrics: [...BASKET_METRICS, ...PART_METRICS] },
    isCompared: (metric) => COMPARED.includes(metric),
    isEstimated: (metric) => ESTIMATED.includes(metric),
  })
  return {
    result: {
      protocol: 'next-basket',
      shop: shop.name,
      until: formatDay(until),
      seed,
      shoppers: tested.length,
      cases: tested.length,
      ...found,
      // With one case per shopper, no test can show that an arm is worse for one shopper.
      shoppersWorse: null,
    },
    report: {
      title: `Next basket: ${shop.name}`,
      lead: [
        `The last basket of ${count(tested.length)} shoppers whom the model never saw, of three baskets or more each; all ${count(model.itemIds.length)} items ranked, repeats allowed`,
        `All arms know the baskets of ${count(known.length)} training shoppers before ${formatDay(until)}. Means over shoppers; 95 % intervals by paired bootstrap over shoppers; seed ${seed}`,
      ],
      parts: [
        {
          title: 'The whole basket',
          table: armsTable(found.arms, BASKET_METRICS, BASKET_ARMS),
          text: [
            'phr: shoppers with a hit; uncut: NDCG as the benchmark’s code divides it, by the ideal of baskets longer than the list',
          ],
        },
        {
          title: 'Repeat and explore items apart',
          table: armsTable(found.arms, PART_METRICS),
          text: [
            'repeat, explore: bought before and not, in the list of all items; new: explore items in a list of such items alone',
          ],
        },
        liftsPart(found.lifts),
      ],
      notes,
    },
  }
}

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
