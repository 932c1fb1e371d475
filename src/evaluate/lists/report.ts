/** @module Report text of `--protocol lists`. */
import { count, decimal, fixed, lift, share } from '../report/numbers.ts'
import { type Part, type Report, tableOf } from '../report/report.ts'
import { findLift } from '../results.ts'
import { meaningOf } from './arms.ts'
import { LIST_LENGTH } from './quality.ts'
import { ALL_SITUATIONS, SITUATIONS, type Situation } from './situations.ts'
import type { ListsSummary } from './summary.ts'

export function listsReport(
  head: { readonly shop: string; readonly shoppers: number; readonly cases: number },
  found: ListsSummary,
  notes: readonly string[],
): Report {
  const { shop, shoppers, cases } = head
  return {
    title: `What the defaults of lists cost and give: ${shop}`,
    lead: [
      `${count(cases)} cases of ${count(shoppers)} shoppers, lists of ${LIST_LENGTH} by the base model with the shopper's history, means over shoppers; popularity as of the model; nothing is learned on a device`,
    ],
    parts: ALL_SITUATIONS.filter((situation) => `ndcg@10${situation}` in found.arms[0]).map(
      (situation) => part(situation, found),
    ),
    notes,
  }
}

function part(situation: Situation, { arms, lifts }: ListsSummary): Part {
  const numberOf = (arm: ListsSummary['arms'][number], metric: string) =>
    Number(arm[metric + situation])
  const shareOf = (arm: ListsSummary['arms'][number], metric: string) => {
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
        what: ({ name }) => meaningOf(name),
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
