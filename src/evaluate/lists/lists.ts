/**
 * @module `--protocol lists`: cost of the list defaults in NDCG@10, and their benefits. Lists are made as on a
 * device.
 */
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { isTestCase } from '@nearside/core/features/nextCases.ts'
import { ownItems } from '@nearside/core/ranking/itemFilters.ts'
import { Ranker } from '@nearside/core/ranking/ranker.ts'
import { ndcg, placesIn } from '@nearside/train/metrics.ts'
import { isoDay, selectCases } from '../cases.ts'
import { load, type Question } from '../load.ts'
import { count, decimal, fixed, lift, share } from '../report/numbers.ts'
import { type Evaluated, type Part, tableOf } from '../report/report.ts'
import {
  type Envelope,
  type Arm as Figures,
  findLift,
  type Summary,
  summariseArms,
} from '../results.ts'
import { type RowCase, Rows } from '../rows.ts'
import { type Steps, step } from '../steps.ts'
import { ARMS, type Arm, listOf, meaningOf } from './arms.ts'
import {
  diversity,
  type Facts,
  familyRepeats,
  LIST_LENGTH,
  mix,
  novelty,
  oneSubject,
} from './quality.ts'
import { ALL_SITUATIONS, type Asked, SITUATIONS, type Situation, situated } from './situations.ts'

/** Result that `--json` writes. */
export interface ListsResult extends Envelope {
  readonly protocol: 'lists'
}

/** @throws NearsideError `input-invalid` with too few shoppers to test */
export async function evaluateLists(
  question: Omit<Question, 'protocol'>,
  steps: Steps,
): Promise<Evaluated<ListsResult>> {
  const { shop, input, notes } = await load({ ...question, protocol: 'personal' })
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
  const rows = new Rows<RowCase>()
  /** Rows of the items that any list of an arm shows, by situation. */
  const shown = new Map(ALL_SITUATIONS.map((situation) => [situation, ARMS.map(() => new Set())]))
  for (const [done, cases] of selected.entries()) {
    if (done % 50 === 0) await step(steps, 'walking shoppers', done, selected.length)
    for (const situation of ALL_SITUATIONS)
      for (const { shopper, time, history, next } of cases.filter(isTestCase)) {
        const { targets, hidden } = next
        const asked = situated(
          situation,
          { time, history, targets },
          (row) => facts.categories[row],
        )
        if (!asked) continue
        const lists = listsOf(ranker, asked, hidden)
        rows.begin({ shopper })
        for (const [a, arm] of ARMS.entries()) {
          for (const row of lists[arm]) shown.get(situation)?.[a].add(row)
          for (const [metric, value] of Object.entries(measure(lists[arm], asked, facts)))
            if (!Number.isNaN(value)) rows.put({ arm, metric: metric + situation }, value)
        }
      }
  }
  const pairs = ARMS.filter((arm) => arm !== 'plain').map((arm) => [arm, 'plain'] as const)
  const isCompared = (metric: string) => metric.startsWith('ndcg')
  const { arms, lifts } = summariseArms(rows, seed, { pairs, isCompared })
  const coverage = (a: number) =>
    [...shown]
      .filter(([, sets]) => sets[a].size > 0)
      .map(([situation, sets]) => [`coverage${situation}`, sets[a].size / model.itemIds.length])
  const found = {
    arms: arms.map((arm, a) => ({ ...arm, ...Object.fromEntries(coverage(a)) })),
    lifts,
  }
  const cases = selected.reduce((sum, own) => sum + own.filter(isTestCase).length, 0)
  const head = { shop: shop.name, shoppers: selected.length, cases, until: isoDay(until), seed }
  return {
    result: { protocol: 'lists', ...head, ...found, shoppersWorse: null },
    report: {
      title: `What the defaults of lists cost and give: ${shop.name}`,
      lead: [
        `${count(cases)} cases of ${count(selected.length)} shoppers, lists of ${LIST_LENGTH} by the base model with the shopper's history, means over shoppers; popularity as of the model; nothing is learned on a device`,
      ],
      parts: ALL_SITUATIONS.filter((situation) => `ndcg@10${situation}` in found.arms[0]).map(
        (situation) => part(situation, found),
      ),
      notes,
    },
  }
}

/** Rows of each arm's list, best first. @param hidden row of the product at hand, which no list shows */
function listsOf(
  ranker: Ranker,
  { history, time }: Asked,
  hidden: number | null,
): Record<Arm, number[]> {
  const scored = ranker.score(history, time, null)
  const { itemIds } = ranker.model
  const events = history.map(({ item, ...one }) => ({ ...one, id: '', items: [itemIds[item]] }))
  const own = [...ownItems(['bought', 'basket'], events, time, (id) => ranker.repeatRate(id))]
  const atHand = hidden === null ? [] : [itemIds[hidden]]
  const lists = ARMS.map((arm) => [arm, listOf(arm, ranker, scored, own, atHand)])
  return Object.fromEntries(lists) as Record<Arm, number[]>
}

function measure(rows: readonly number[], { history, time, targets }: Asked, facts: Facts) {
  return {
    'ndcg@10': ndcg(placesIn(rows, targets), LIST_LENGTH),
    diversity: diversity(rows, facts),
    repeats: familyRepeats(rows, facts),
    novelty: novelty(rows, facts),
    ...mix(rows, facts, history, time),
    oneSubject: oneSubject(rows, facts),
  }
}

function part(situation: Situation, { arms, lifts }: Summary): Part {
  const numberOf = (arm: Figures, metric: string) => Number(arm[metric + situation])
  const shareOf = (arm: Figures, metric: string) => {
    const value = numberOf(arm, metric)
    return Number.isNaN(value) ? '–' : share(value)
  }
  return {
    title: `Lists ${SITUATIONS[situation]}`,
    table: tableOf(
      arms,
      {
        list: ({ name }) => name,
        'ndcg@10': (arm) => decimal(numberOf(arm, 'ndcg@10')),
        'over plain': ({ name }) =>
          name === 'plain' ? '' : lift(findLift(lifts, name, 'plain', `ndcg@10${situation}`)),
        diversity: (arm) => decimal(numberOf(arm, 'diversity')),
        repeats: (arm) => fixed(numberOf(arm, 'repeats'), 2),
        coverage: (arm) => shareOf(arm, 'coverage'),
        novelty: (arm) => fixed(numberOf(arm, 'novelty'), 2),
        'this visit': (arm) => shareOf(arm, 'current'),
        earlier: (arm) => shareOf(arm, 'earlier'),
        neither: (arm) => shareOf(arm, 'discovery'),
        'one subject': (arm) => shareOf(arm, 'oneSubject'),
        what: ({ name }) => meaningOf(name as Arm),
      },
      true,
    ),
    ...(situation === '' && {
      text: [
        'diversity: mean of 1 − cosine of the item vectors over all pairs of a list; repeats: items beyond the second of their family, a list; coverage: share of the items that any list shows; novelty: mean of −log₂ of an item’s share of all interest',
        'this visit, earlier, neither: shares of a list in categories of the last visit, in the six strongest of those before it, and in neither, of shoppers with both; one subject: lists in which all but one item at most are of one category',
      ],
    }),
  }
}
