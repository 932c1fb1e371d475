/** @module Experiment: how well does each part of the base model rank alone? */
import { FEATURE_COUNT, FEATURES } from '@nearside/core/features/features.ts'
import type { Case } from '@nearside/core/features/history.ts'
import { multiply } from '@nearside/core/model/arithmetic.ts'
import { addScores, linearTerms, withTrees } from '@nearside/core/model/score.ts'
import {
  ITEM_KNN,
  RECENTLY_VIEWED,
  type Score,
  scorePopular,
} from '@nearside/evaluate/baselines.ts'
import { type EvaluationInput, selectCases } from '@nearside/evaluate/cases.ts'
import { load } from '@nearside/evaluate/load.ts'
import { popularityOf } from '@nearside/evaluate/popularity.ts'
import { prepareDevices } from '@nearside/evaluate/prepare.ts'
import { count } from '@nearside/evaluate/report/numbers.ts'
import { type RowCase, Rows } from '@nearside/evaluate/rows.ts'
import { searchParts, summariseSearch } from '@nearside/evaluate/search/search.ts'
import { step } from '@nearside/evaluate/steps.ts'
import { tune } from '@nearside/evaluate/tune.ts'
import { prepareTuning } from '@nearside/evaluate/tuneBaselines.ts'
import { hitRate, ndcg, placesOf, recall, reciprocalRank } from '@nearside/train/metrics.ts'
import { type Experiment, head } from '../experiment.ts'

const MEANINGS = {
  popular: 'most shoppers ever',
  'item-knn': 'neighbours of the own history, decayed, filled up with popular-30d',
  encoder: 'A·h·E + b: the sequence model alone',
  'encoder+cooccurrence':
    'the sequence model and the co-occurrence features, weighted as in the base model',
  features: 'w·f: the base without the encoder',
  'without-trees': 'A·h·E + b + w·f: all of the base but its trees',
  'base-fresh': 'the base model, as it ships',
} as const

type Arm = keyof typeof MEANINGS

const ARMS = Object.keys(MEANINGS) as Arm[]

const PAIRS: readonly (readonly [Arm, Arm])[] = [
  ['base-fresh', 'popular'],
  ['base-fresh', 'item-knn'],
  ['base-fresh', 'encoder'],
  ['base-fresh', 'features'],
  ['base-fresh', 'without-trees'],
  ['encoder', 'item-knn'],
  ['encoder+cooccurrence', 'encoder'],
]

const METRICS = {
  'ndcg@10': (places: Int32Array) => ndcg(places, 10),
  'hitRate@10': (places: Int32Array) => hitRate(places, 10),
  'recall@20': (places: Int32Array) => recall(places, 20),
  'mrr@20': (places: Int32Array) => reciprocalRank(places, 20),
}

export const experiment: Experiment = {
  asks: 'the base model and its parts: encoder, co-occurrence, features, trees',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const selected = selectCases(input)
    const scoring = prepareScoring(input)
    const [allRows, newRows] = [new Rows<RowCase>(), new Rows<RowCase>()]
    for (const [done, own] of selected.entries()) {
      if (done % 50 === 0) await step(steps, 'walking shoppers', done, selected.length)
      for (const one of own) measure(scoring, one, allRows, newRows)
    }
    const [all, onlyNew] = [allRows, newRows].map((rows) =>
      summariseSearch(rows, PAIRS, input.seed),
    )
    const cases = allRows.cases.length
    const parts = (which: string, summary: typeof all) =>
      searchParts(summary, MEANINGS, []).map((part) => ({
        ...part,
        title: `${part.title}, ${which}`,
      }))
    return {
      result: {
        protocol: 'base-parts',
        ...head(asked, shop.name, input.until),
        shoppers: selected.length,
        cases,
        all,
        onlyNew,
      },
      report: {
        title: `The base model's parts: ${shop.name}`,
        lead: [
          `${count(cases)} cases of ${count(selected.length)} shoppers, all ${count(input.model.itemIds.length)} items ranked; nothing is learned on a device`,
        ],
        parts: [...parts('repeats filtered', onlyNew), ...parts('repeats allowed', all)],
        notes,
      },
    }
  },
}

type Scoring = ReturnType<typeof prepareScoring>

/** Prepares statistics as of each test day, and the baseline `item-knn`, tuned on whole histories. */
export function prepareScoring(input: EvaluationInput) {
  const cases = prepareTuning(input).casesWith(
    ({ history }) => history,
    ({ next }) => next,
  )
  const items = input.model.itemIds.length
  const own = tune(RECENTLY_VIEWED, cases, items)
  const nested = { ...ITEM_KNN.start, ...own.parameters, own: 1 }
  const { parameters } = tune(ITEM_KNN, cases, items, [nested])
  const itemKnn: Score = (context, out) => ITEM_KNN.score(parameters, context, out)
  return { ...prepareDevices(input, null), itemKnn }
}

export function scoreParts(
  scoring: Scoring,
  { history, time }: Pick<Case, 'history' | 'time'>,
): Readonly<Record<Arm, Float32Array>> {
  const model = { ...scoring.model, statistics: scoring.statisticsAt(time) }
  const { statistics } = model
  const context = { history, time, popularity: popularityOf(statistics), neighbours: statistics }
  const items = model.itemIds.length
  const baseline = (score: Score) => {
    const out = new Float32Array(items)
    score(context, out)
    return out
  }
  const terms = linearTerms(model, history, time)
  const linear = new Float32Array(terms.base)
  const encoder = new Float32Array(model.bias)
  addScores(encoder, model.itemVectors, multiply(model.projection, terms.hidden))
  const features = new Float32Array(items)
  addScores(features, terms.features, model.featureWeights)
  const withCooccurrence = new Float32Array(encoder)
  const kept = Float32Array.from({ length: FEATURE_COUNT }, (_, f) =>
    FEATURES[f].group === 'cooccurrence' ? model.featureWeights[f] : 0,
  )
  addScores(withCooccurrence, terms.features, kept)
  return {
    popular: baseline(scorePopular),
    'item-knn': baseline(scoring.itemKnn),
    encoder,
    'encoder+cooccurrence': withCooccurrence,
    features,
    'without-trees': linear,
    'base-fresh': withTrees(model, history, terms).base,
  }
}

function measure(scoring: Scoring, one: Case, all: Rows<RowCase>, onlyNew: Rows<RowCase>): void {
  const scores = scoreParts(scoring, one)
  const seen = new Uint8Array(scoring.model.itemIds.length)
  for (const { item } of one.history) seen[item] = 1
  const put = (rows: Rows<RowCase>, targets: readonly number[], excluded?: Uint8Array) => {
    rows.begin(one)
    for (const arm of targets.length > 0 ? ARMS : []) {
      const places = placesOf(scores[arm], targets, excluded)
      for (const [metric, value] of Object.entries(METRICS))
        rows.put({ arm, metric }, value(places))
    }
  }
  put(all, one.targets)
  put(
    onlyNew,
    one.targets.filter((target) => !seen[target]),
    seen,
  )
}
