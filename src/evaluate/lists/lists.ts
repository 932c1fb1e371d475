/**
 * @module `--protocol lists`: cost of the list defaults in NDCG@10, and their benefits. Lists are made as on a
 * device.
 */
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { ownItems } from '@nearside/core/ranking/itemFilters.ts'
import { Ranker } from '@nearside/core/ranking/ranker.ts'
import { ndcg } from '@nearside/train/metrics.ts'
import { isoDay, selectCases } from '../cases.ts'
import { load, type Question } from '../load.ts'
import type { Evaluated } from '../report/report.ts'
import type { Envelope } from '../results.ts'
import { Rows } from '../rows.ts'
import { type Steps, step } from '../steps.ts'
import { ARMS, type Arm, listOf } from './arms.ts'
import {
  diversity,
  type Facts,
  familyRepeats,
  LIST_LENGTH,
  mix,
  novelty,
  oneSubject,
} from './quality.ts'
import { listsReport } from './report.ts'
import { ALL_SITUATIONS, type Asked, situated } from './situations.ts'
import { type ListCase, MEASURES, summariseLists } from './summary.ts'

export interface ListsQuestion extends Omit<Question, 'protocol' | 'model'> {
  readonly model: string | undefined
}

/** Content of `--json`. */
export interface ListsResult extends Envelope {
  readonly protocol: 'lists'
}

/** @throws NearsideError `input-invalid` without a model, or with too few shoppers to test */
export async function evaluateLists(
  { model: directory, ...question }: ListsQuestion,
  steps: Steps,
): Promise<Evaluated<ListsResult>> {
  if (directory === undefined)
    throw new NearsideError(
      'input-invalid',
      "--protocol lists needs --model DIR (make one with 'nearside pretrain')",
    )
  const asked = { ...question, model: directory, protocol: 'personal' } as const
  const { shop, input, notes } = await load(asked)
  const { model, seed, until } = input
  // Ignore availability: an item that is sold out now was on sale at the time of the cases.
  const catalog = new Catalog(shop.items.map(({ available: _, ...item }) => item))
  const ranker = new Ranker(model, catalog)
  const facts: Facts = {
    itemVectors: model.itemVectors,
    families: model.itemIds.map((id) => catalog.get(id)?.groupId),
    categories: model.itemIds.map((id) => catalog.get(id)?.category),
    popularityAll: model.statistics.popularityAll,
  }
  const selected = selectCases(input)
  const rows = new Rows<ListCase>()
  for (const [done, cases] of selected.entries()) {
    if (done % 50 === 0) await step(steps, 'walking shoppers', done, selected.length)
    for (const situation of ALL_SITUATIONS)
      for (const one of cases) {
        const asked = situated(situation, one, (row) => facts.categories[row])
        if (!asked) continue
        const shown = listsOf(ranker, asked)
        rows.begin({ shopper: one.shopper, situation, shown })
        for (const arm of ARMS) {
          const values = measure(shown[arm], asked, facts)
          for (const metric of MEASURES) rows.put({ arm, metric }, values[metric])
        }
      }
  }
  const found = summariseLists(rows, model.itemIds.length, createRandom(seed))
  const cases = selected.reduce((sum, own) => sum + own.length, 0)
  const head = { shop: shop.name, shoppers: selected.length, cases }
  return {
    result: {
      protocol: 'lists',
      ...head,
      until: isoDay(until),
      seed,
      ...found,
      shoppersWorse: null,
    },
    report: listsReport(head, found, notes),
  }
}

/** Rows of each arm's list, best first. */
function listsOf(ranker: Ranker, { history, time }: Asked): Record<Arm, number[]> {
  const scored = ranker.score(history, time, null)
  const { itemIds } = ranker.model
  const events = history.map(({ item, ...one }) => ({ ...one, id: '', items: [itemIds[item]] }))
  const own = [...ownItems(['bought', 'basket'], events, time, (id) => ranker.repeatRate(id))]
  const lists = ARMS.map((arm) => [arm, listOf(arm, ranker, scored, own)])
  return Object.fromEntries(lists) as Record<Arm, number[]>
}

function measure(rows: readonly number[], { history, time, targets }: Asked, facts: Facts) {
  const places = Int32Array.from(targets, (target) => {
    const place = rows.indexOf(target)
    return place < 0 ? LIST_LENGTH : place
  }).sort()
  return {
    'ndcg@10': ndcg(places, LIST_LENGTH),
    diversity: diversity(rows, facts),
    repeats: familyRepeats(rows, facts),
    novelty: novelty(rows, facts),
    ...mix(rows, facts, history, time),
    oneSubject: oneSubject(rows, facts),
  }
}
