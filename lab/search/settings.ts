/**
 * @module Were the search's settings chosen for these queries? They are chosen anew for each tenth of
 * the judged queries, without it.
 */
import { basename } from 'node:path'
import { wordsOf } from '../../src/core/catalog/words.ts'
import { NearsideError } from '../../src/core/error.ts'
import { count } from '../../src/evaluate/report/numbers.ts'
import { type Answer, answer, askJudged, byMetric } from '../../src/evaluate/search/judged.ts'
import { readJudged, searchParts } from '../../src/evaluate/search/search.ts'
import { summariseSearch } from '../../src/evaluate/search/summary.ts'
import { step } from '../../src/evaluate/steps.ts'
import {
  buildIndex,
  retrieve,
  type SearchSettings,
  SHIPPED_SETTINGS,
} from '../../src/sdk/search/retrieve.ts'
import type { Experiment } from '../experiment.ts'
import { assignFolds, chooseBySettings } from './folds.ts'

const ARMS: Readonly<Record<string, string>> = {
  lexical: 'what ships; its settings were chosen with these queries in sight',
  'lexical-cv': 'settings chosen anew for each tenth of the queries, without it',
}

const FOLDS = 10

/** What is tried for each fold; the shipped settings are among them. */
export const SETTINGS: readonly SearchSettings[] = [1, 3].flatMap((title) =>
  [0.3, 1].flatMap((description) =>
    [0.1, 0.3, 0.6].flatMap((prefixWeight) =>
      [0.1, 0.3].map((fuzzyWeight) => ({
        boost: { ...SHIPPED_SETTINGS.boost, title, description },
        prefixWeight,
        fuzzyWeight,
      })),
    ),
  ),
)

export const experiment: Experiment = {
  asks: 'search settings, cross-validated over judged queries (--judgements)',
  async run({ question, seed, options }, steps) {
    const file = options.judgements
    if (file === undefined)
      throw new NearsideError('input-invalid', 'search-settings needs --judgements FILE')
    const { items, queries, counts } = await readJudged(question.shop, file, question.now)
    const { asked, random } = askJudged(items, queries, seed)
    const index = buildIndex(items)
    const answerBy = (one: (typeof asked)[number], settings: SearchSettings) =>
      answer(one, (query) => {
        const wordings = { asked: [wordsOf(query).map(({ text }) => text)], others: [] }
        return retrieve(index, wordings, settings).map(({ id }) => id)
      })
    const answers: Answer[][] = []
    for (const [done, settings] of SETTINGS.entries()) {
      await step(steps, 'trying settings', done, SETTINGS.length)
      answers.push(asked.map((one) => answerBy(one, settings)))
    }
    const fold = assignFolds(queries.length, Math.min(FOLDS, queries.length), random)
    const chosen = chooseBySettings(
      answers.map((row) => row.map(qualityOf)),
      fold,
    )
    const values = new Map([
      ['lexical', byMetric(asked.map((one) => answerBy(one, SHIPPED_SETTINGS)))],
      ['lexical-cv', byMetric(asked.map((_, query) => answers[chosen[query]][query]))],
    ])
    const summary = summariseSearch(values, [['lexical-cv', 'lexical']], seed)
    const shop = basename(question.shop)
    return {
      result: { protocol: 'search-settings', shop, seed, cases: queries.length, ...summary },
      report: {
        title: `Search settings: ${shop}`,
        lead: [
          `${queries.length} judged queries (${count(counts.rows)} judgements) over ${count(items.length)} products; 95 % intervals by bootstrap over queries`,
        ],
        parts: searchParts(summary, ARMS, ['ndcg@10:judged', 'ndcg@10:typo']),
        notes: [],
      },
    }
  },
}

/** Settings must answer what was meant as well as what was typed. */
function qualityOf(one: Answer): number {
  const typo = one['ndcg@10:typo']
  return Number.isNaN(typo) ? one['ndcg@10'] : (one['ndcg@10'] + typo) / 2
}
