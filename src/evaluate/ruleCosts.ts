/**
 * @module Measures the cost or gain of a shop's rules: replays held-out shoppers, and compares lists of ten under each
 * rule with lists without rules. Devices' own code makes the lists, from the base model's scores.
 */
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { discountOf } from '@nearside/core/model/prices.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { findAll, gather } from '@nearside/core/ranking/candidateSource.ts'
import { Ranker, type Scored } from '@nearside/core/ranking/ranker.ts'
import { liftScores, type Ruled, ruledList } from '@nearside/core/ranking/ruledList.ts'
import { createRuleBook, type ListRules } from '@nearside/core/rules/listRules.ts'
import { itemsOf, type Rule } from '@nearside/core/rules/rule.ts'
import { hitRate, placesIn } from '@nearside/train/metrics.ts'
import { bootstrap, type Interval, mean, observedMean } from './bootstrap.ts'
import { type AskedCase, selectCases } from './cases.ts'
import { load, type Question } from './load.ts'
import { prepareDevices } from './prepare.ts'
import { type RowCase, Rows, type Series } from './rows.ts'
import { type Steps, step } from './steps.ts'

interface RuleCost {
  /** Index of the rule; −1 for all rules together. */
  readonly rule: number
  /** Share of lists that the rule changes. */
  readonly changed: number
  /** Share of lists of ten with a product that the shopper bought next: with the rule, minus without rules. */
  readonly difference: Interval
}

export interface RuleCosts {
  readonly shoppers: number
  readonly cases: number
  /** Share of lists of ten with a product that the shopper bought next, without any rule. */
  readonly without: Interval
  readonly rules: readonly RuleCost[]
}

/** Maximum number of cases per shopper, the newest; more cases would take time and add little certainty. */
const MOST_CASES = 5
const LIMIT = 10
const WITHOUT = { arm: 'without', metric: 'hit' }
const NOTHING: Interval = { value: 0, lo: 0, hi: 0 }

/** Whether a replay of the lists of `recommend` can measure a rule. */
const isMeasurable = (rule: Rule): boolean =>
  (rule.when?.list?.includes('recommend') ?? !rule.when?.search) &&
  !rule.when?.item &&
  !('badge' in rule) &&
  !itemsOf(rule)?.same

/**
 * Each rule that can be measured counts as if it applied at all times, on every page and in every context.
 * @throws NearsideError `input-invalid` if too few shoppers are held out; the errors of `load`; `aborted` if cancelled
 */
export async function ruleCosts(
  rules: readonly Rule[],
  question: Omit<Question, 'protocol'>,
  steps: Steps,
): Promise<RuleCosts> {
  const { shop, input } = await load({ ...question, protocol: 'personal' })
  const tested = selectCases(input)
    .map((own) => own.filter(({ bought }) => bought.targets.length > 0).slice(-MOST_CASES))
    .filter((own) => own.length > 0)
  if (tested.length === 0)
    throw invalidInput('no held-out shopper bought anything in the test time')
  const items = shop.items.map((item) => ({ ...item, available: true }))
  const catalog = new Catalog(items)
  const ranker = new Ranker(input.model, catalog)
  const { statisticsAt } = prepareDevices(input, null)
  const isOffer = (id: string) => discountOf(input.model, catalog, ranker.rowOf(id) ?? -1) > 0
  const measured = rules.flatMap((rule, at) => {
    const { when: _, ...always } = rule
    return isMeasurable(rule) ? [{ at, rule: always as Rule }] : []
  })
  const ask = { list: 'recommend', now: question.now, context: () => undefined } as const
  const bookOf = (some: readonly Rule[]) => createRuleBook(some, items, isOffer)(ask)
  const all = { at: -1, ruled: bookOf(measured.map(({ rule }) => rule)) }
  const arms = [all, ...measured.map(({ at, rule }) => ({ at, ruled: bookOf([rule]) }))]
  const rows = new Rows<RowCase>()
  for (const [done, own] of tested.entries()) {
    await step(steps, 'replaying shoppers', done, tested.length)
    for (const one of own) {
      rows.begin(one)
      const model = { ...input.model, statistics: statisticsAt(one.time) }
      const { base } = scoreTerms(model, one.history, one.time)
      const scored: Scored = {
        base: ranker.base,
        isOwn: true,
        find: findAll,
        scoresOf: (some) => gather(base, some),
      }
      const wanted = one.bought.targets.map((row) => input.model.itemIds[row])
      const hitOf = (list: readonly string[]) => hitRate(placesIn(list, wanted), LIMIT)
      const plain = listOf(ranker, scored, one, null)
      rows.put(WITHOUT, hitOf(plain))
      for (const { at, ruled } of arms) {
        const list = listOf(ranker, scored, one, ruled)
        const isChanged = list.some((id, place) => id !== plain[place])
        rows.put({ arm: `${at}`, metric: 'changed' }, Number(isChanged))
        rows.put({ arm: `${at}`, metric: 'difference' }, hitOf(list) - hitOf(plain))
      }
    }
  }
  const figure = (series: Series) =>
    bootstrap([mean(rows.means(series))], tested.length, createRandom(input.seed))[0] ?? NOTHING
  return {
    shoppers: tested.length,
    cases: rows.cases.length,
    without: figure(WITHOUT),
    rules: arms.map(({ at }) => ({
      rule: at,
      difference: figure({ arm: `${at}`, metric: 'difference' }),
      changed: observedMean(rows.means({ arm: `${at}`, metric: 'changed' })),
    })),
  }
}

/** @param ruled effect of the rules on the list; null if the list has no rules */
function listOf(
  ranker: Ranker,
  scored: Scored,
  { bought }: AskedCase,
  ruled: ListRules | null,
): readonly string[] {
  const excludeIds = bought.hidden === null ? [] : [ranker.model.itemIds[bought.hidden]]
  const query: ListQuery = {
    kind: 'recommend',
    options: { limit: LIMIT, diversify: false, excludeIds },
  }
  const answer = (asked: ListQuery, { lifts, ...selection }: Ruled) =>
    ranker.list(asked, lifts?.size ? liftScores(ranker, lifts, scored) : scored, {
      ...selection,
      unplaced: true,
    })
  const list = ruled ? ruledList(ruled, query, answer) : answer(query, {})
  return list.map(({ id }) => id)
}
