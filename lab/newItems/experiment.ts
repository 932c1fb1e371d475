/** @module How does a model rank the items that its training was kept from? */
import { NearsideError } from '../../src/core/error.ts'
import { refreshPopularity } from '../../src/core/features/statistics.ts'
import { LEAST_SHOPPERS, selectCases, trainingHistories } from '../../src/evaluate/cases.ts'
import { byDay, popularityOf } from '../../src/evaluate/popularity.ts'
import {
  change,
  count,
  decimal,
  type Estimate,
  estimate,
  fixed,
} from '../../src/evaluate/report/numbers.ts'
import type { Part } from '../../src/evaluate/report/report.ts'
import { step } from '../../src/evaluate/steps.ts'
import { type Experiment, head } from '../experiment.ts'
import { type BesideResult, measureBeside, summariseBeside } from './besideNewItems.ts'
import {
  measureNewItems,
  NEW_ITEM_ARM_MEANINGS,
  NEW_ITEM_METRICS,
  type NewItemSummary,
  newItemCases,
  summariseNewItems,
  withoutItems,
} from './newItems.ts'
import { trainWithout } from './trainWithout.ts'

export const experiment: Experiment = {
  asks: 'items withheld from training: how are they ranked, and at what cost',
  async run(asked, steps) {
    const { shop, input, notes, known } = await trainWithout(asked.question, asked.seed, steps)
    const { model } = input
    const isNew = Uint8Array.from(model.itemIds, (_, row) => (row < known ? 0 : 1))
    const newItems = isNew.length - known
    const histories = trainingHistories(input).map((history) => withoutItems(history, isNew))
    const statisticsAt = byDay((midnight) =>
      refreshPopularity(model.statistics, histories, midnight),
    )
    const popularityAt = (time: number) => popularityOf(statisticsAt(time)).all
    const shopOfNew = { model, isNew, statisticsAt, popularityAt }
    const selected = selectCases(input).flat()
    const results: { shopper: string; targets: number; values: Float64Array }[] = []
    const beside: BesideResult[] = []
    for (const [done, one] of selected.sort((a, b) => a.time - b.time).entries()) {
      for (const wanted of newItemCases([one], isNew)) {
        const values = measureNewItems(shopOfNew, wanted)
        results.push({ shopper: one.shopper, targets: wanted.targets.length, values })
      }
      const others = measureBeside(shopOfNew, one)
      if (others) beside.push(others)
      if (done % 20 === 0) await step(steps, 'asking for items', done, selected.length)
    }
    const summary = summariseNewItems(results, input.seed)
    if (summary.shoppers < LEAST_SHOPPERS)
      throw new NearsideError(
        'input-invalid',
        `${summary.shoppers} shoppers turned to a withheld item; at least ${LEAST_SHOPPERS} are needed for an interval`,
      )
    const cost = summariseBeside(beside, input.seed)
    return {
      result: {
        protocol: 'new-items',
        ...head(asked, shop.name, input.until),
        items: isNew.length,
        newItems,
        ...summary,
        beside: cost,
      },
      report: {
        title: `New items: ${shop.name}`,
        lead: [
          `${count(newItems)} of ${count(isNew.length)} items withheld from training; ${count(summary.cases)} times ${count(summary.shoppers)} shoppers turned to one`,
          'Means over shoppers [95 % by bootstrap over shoppers]; @all among all items new to the shopper, @new among the withheld ones',
        ],
        parts: [
          table('Arms', summary.arms, (interval) => estimate(interval)),
          table(
            'Difference to popular-in-category',
            summary.gains.filter(({ name }) => !name.startsWith('popular')),
            (interval) => estimate(interval, change),
          ),
          {
            title: 'What that costs the items that training knew',
            text: [
              `${count(cost.cases)} cases of ${count(cost.shoppers)} shoppers who wanted one, NDCG@10: base-fresh ${decimal(cost.aided.mean)}, base-unaided ${decimal(cost.unaided.mean)}, difference ${estimate(cost.difference, change)}; of the first ten, ${fixed(cost.newOfTen.mean, 2)} are new`,
            ],
          },
        ],
        notes,
      },
    }
  },
}

function table(
  title: string,
  rows: NewItemSummary['arms'],
  show: (interval: Estimate) => string,
): Part {
  return {
    title,
    table: {
      columns: ['arm', ...NEW_ITEM_METRICS, 'what it is'],
      rows: rows.map((row) => [
        row.name,
        ...NEW_ITEM_METRICS.map((metric) => show(row[metric])),
        NEW_ITEM_ARM_MEANINGS[row.name],
      ]),
      prose: true,
    },
  }
}
