/** @module What do the defaults of lists cost in NDCG@10, and what do they give? Lists as a device makes them. */
import { Catalog } from '../../src/core/catalog/catalog.ts'
import { createRandom } from '../../src/core/model/random.ts'
import { ownItems } from '../../src/device/worker/ownItems.ts'
import { Ranker } from '../../src/device/worker/ranker.ts'
import { pairedBootstrap, weightedMean } from '../../src/evaluate/bootstrap.ts'
import { type AskedCase, selectCases } from '../../src/evaluate/cases.ts'
import { load } from '../../src/evaluate/load.ts'
import { count, decimal, fixed, lift, share } from '../../src/evaluate/report/numbers.ts'
import { step } from '../../src/evaluate/steps.ts'
import { ndcg } from '../../src/train/metrics.ts'
import { type Experiment, head } from '../experiment.ts'
import { diversity, type Facts, familyRepeats, LIST_LENGTH, novelty } from './quality.ts'

const ARMS = {
  plain: { own: false, perFamily: LIST_LENGTH },
  'three of a family': { own: false, perFamily: 3 },
  'two of a family': { own: false, perFamily: 2 },
  own: { own: true, perFamily: LIST_LENGTH },
  defaults: { own: true, perFamily: undefined },
} as const

const MEANINGS: Readonly<Record<Arm, string>> = {
  plain: 'the highest scores, whatever they are of',
  'three of a family': 'and no more, while there are others',
  'two of a family': 'likewise',
  own: 'without what was bought or lies in the basket',
  defaults: 'two of a family, without what the shopper has',
}

type Arm = keyof typeof ARMS

const NAMES = Object.keys(ARMS) as Arm[]

export const experiment: Experiment = {
  asks: 'what the defaults of lists (families, what the shopper has already) cost and give',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const { model } = input
    // What is sold out by now was not when the cases came.
    const items = shop.items.map(({ available: _, ...item }) => item)
    const ranker = new Ranker(model, new Catalog(items))
    const facts: Facts = {
      itemVectors: model.itemVectors,
      families: model.itemIds.map((id) => items.find((item) => item.id === id)?.groupId),
      popularityAll: model.statistics.popularityAll,
    }
    const selected = selectCases(input)
    const shown = Object.fromEntries(NAMES.map((arm) => [arm, new Set<number>()]))
    const measured: Record<Arm, readonly number[]>[] = []
    for (const [done, cases] of selected.entries()) {
      if (done % 50 === 0) await step(steps, 'walking shoppers', done, selected.length)
      const own = cases.map((one) => measure(ranker, one, facts, shown))
      measured.push(
        Object.fromEntries(
          NAMES.map((arm) => [arm, MEASURES.map((_, m) => mean(own.map((one) => one[arm][m])))]),
        ) as Record<Arm, number[]>,
      )
    }
    const weights = new Float64Array(measured.length).fill(1)
    const values = (arm: Arm, m: number) => Float64Array.from(measured, (own) => own[arm][m])
    const lifts = pairedBootstrap(
      NAMES.map((arm) => ({ values: values(arm, 0), over: values('plain', 0), weights })),
      measured.length,
      createRandom(input.seed),
    )
    const arms = NAMES.map((name, a) => ({
      name,
      ...Object.fromEntries(
        MEASURES.map((measure, m) => [measure, weightedMean(values(name, m), weights)]),
      ),
      coverage: shown[name].size / model.itemIds.length,
      lift: lifts[a],
    }))
    const cases = selected.reduce((sum, own) => sum + own.length, 0)
    return {
      result: {
        protocol: 'lists',
        ...head(asked, shop.name, input.until),
        shoppers: selected.length,
        cases,
        arms,
      },
      report: {
        title: `What the defaults of lists cost and give: ${shop.name}`,
        lead: [
          `${count(cases)} cases of ${count(selected.length)} shoppers, lists of ${LIST_LENGTH} by the base model with the shopper's history, means over shoppers; popularity as of the model; nothing is learned on a device`,
        ],
        parts: [
          {
            title: 'Lists',
            table: {
              columns: [
                'list',
                'ndcg@10',
                'over plain',
                'diversity',
                'repeats',
                'coverage',
                'novelty',
                'what',
              ],
              rows: NAMES.map((arm, a) => {
                const at = (m: number) => weightedMean(values(arm, m), weights)
                return [
                  arm,
                  decimal(at(0)),
                  arm === 'plain' ? '' : lift(lifts[a]),
                  decimal(at(1)),
                  fixed(at(2), 2),
                  share(arms[a].coverage),
                  fixed(at(3), 2),
                  MEANINGS[arm],
                ]
              }),
              prose: true,
            },
            text: [
              'diversity: mean of 1 − cosine of the item vectors over all pairs of a list; repeats: items beyond the second of their family, a list; coverage: share of the items that any list shows; novelty: mean of −log₂ of an item’s share of all interest',
            ],
          },
        ],
        notes,
      },
    }
  },
}

const MEASURES = ['ndcg@10', 'diversity', 'repeats', 'novelty'] as const

/** In the order of MEASURES. */
function measure(
  ranker: Ranker,
  { history, time, targets }: AskedCase,
  facts: Facts,
  shown: Readonly<Record<string, Set<number>>>,
): Record<Arm, number[]> {
  const scored = ranker.score(history, time, null)
  const { itemIds } = ranker.model
  const events = history.map(({ item, ...one }) => ({ ...one, id: '', items: [itemIds[item]] }))
  const own = [...ownItems(['bought', 'basket'], events, time, (id) => ranker.repeatRate(id))]
  const measured = NAMES.map((arm) => {
    const list = ranker.recommend(scored, {
      limit: LIST_LENGTH,
      perFamily: ARMS[arm].perFamily,
      excludeIds: ARMS[arm].own ? own : [],
    })
    const rows = list.map(({ id }) => ranker.rowOf(id) ?? -1)
    for (const row of rows) shown[arm].add(row)
    const places = Int32Array.from(targets, (target) => {
      const place = rows.indexOf(target)
      return place < 0 ? LIST_LENGTH : place
    }).sort()
    return [
      arm,
      [
        ndcg(places, LIST_LENGTH),
        diversity(rows, facts),
        familyRepeats(rows, facts),
        novelty(rows, facts),
      ],
    ]
  })
  return Object.fromEntries(measured) as Record<Arm, number[]>
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
