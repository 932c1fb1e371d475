/**
 * @module Were the search's settings chosen for these queries? Settings and room are chosen anew for
 * each tenth of the judged queries, without it.
 */
import { basename } from 'node:path'
import { NearsideError } from '../../src/core/error.ts'
import { count } from '../../src/evaluate/report/numbers.ts'
import {
  type Answer,
  answerReranked,
  answerWith,
  askJudged,
  byMetric,
} from '../../src/evaluate/search/judged.ts'
import { readJudged, searchParts } from '../../src/evaluate/search/search.ts'
import { summariseSearch } from '../../src/evaluate/search/summary.ts'
import { step } from '../../src/evaluate/steps.ts'
import { type SearchSettings, SHIPPED_SETTINGS } from '../../src/sdk/search/retrieve.ts'
import type { Experiment } from '../experiment.ts'
import { assignFolds, chooseBySettings } from './folds.ts'
import { chooseRooms, NO_ROOM, type QueryQuality, ROOMS, roomPart } from './rooms.ts'

const ARMS: Readonly<Record<string, string>> = {
  lexical: 'what ships; its settings were chosen with these queries in sight',
  'lexical-cv': 'settings chosen anew for each tenth of the queries, without it',
  reranked: 'what ships, re-ranked where it is flat by tastes that know nothing of the query',
  'reranked-cv': 'the same, with room chosen anew for each tenth of the queries, without it',
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
  asks: 'search settings and room for taste, cross-validated over judged queries (--judgements)',
  async run({ question, seed, options }, steps) {
    const file = options.judgements
    if (file === undefined)
      throw new NearsideError('input-invalid', 'search-settings needs --judgements FILE')
    const { items, queries, counts } = await readJudged(question.shop, file)
    const { index, asked, found, random } = askJudged(items, queries, seed)
    const total = SETTINGS.length + ROOMS.length
    const answers: Answer[][] = []
    for (const [done, settings] of SETTINGS.entries()) {
      await step(steps, 'trying settings', done, total)
      answers.push(asked.map((one) => answerWith(index, one, settings)))
    }
    const reranked: Answer[][] = []
    for (const [done, room] of ROOMS.entries()) {
      await step(steps, 'trying rooms', SETTINGS.length + done, total)
      reranked.push(found.map((one) => answerReranked(one, room)))
    }
    const fold = assignFolds(queries.length, Math.min(FOLDS, queries.length), random)
    const chosen = chooseBySettings(
      answers.map((row) => row.map(qualityOf)),
      fold,
    )
    const lexical = asked.map((one) => answerWith(index, one))
    const room = chooseRooms(reranked.map(qualitiesOf), qualitiesOf(lexical), fold)
    const values = new Map([
      ['lexical', byMetric(lexical)],
      ['lexical-cv', byMetric(asked.map((_, query) => answers[chosen[query]][query]))],
      ['reranked', byMetric(found.map((one) => answerReranked(one)))],
      [
        'reranked-cv',
        byMetric(asked.map((_, query) => reranked[room[query]]?.[query] ?? lexical[query])),
      ],
    ])
    const pairs = [
      ['lexical-cv', 'lexical'],
      ['reranked', 'lexical'],
      ['reranked-cv', 'lexical'],
    ] as const
    const summary = summariseSearch(values, pairs, seed)
    const rooms = [NO_ROOM, ...ROOMS].map((one, k) => {
      const own = qualitiesOf([lexical, ...reranked][k])
      return { ...one, 'ndcg@10': meanOf(own.ndcg), 'mrr@20': meanOf(own.mrr) }
    })
    const shop = basename(question.shop)
    return {
      result: { protocol: 'search-settings', shop, seed, cases: queries.length, ...summary, rooms },
      report: {
        title: `Search settings: ${shop}`,
        lead: [
          `${queries.length} judged queries (${count(counts.rows)} judgements) over ${count(items.length)} products; 95 % intervals by bootstrap over queries`,
        ],
        parts: [...searchParts(summary, ARMS, ['ndcg@10:judged', 'ndcg@10:typo']), roomPart(rooms)],
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

function qualitiesOf(answers: readonly Answer[]): QueryQuality {
  const of = (metric: string) => answers.map((one) => one[metric])
  return { ndcg: of('ndcg@10'), mrr: of('mrr@20') }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
