/** @module Experiment: how well does each part of the base model rank alone? */
import { FEATURE_COUNT, FEATURES } from '@nearside/core/features/features.ts'
import type { Case } from '@nearside/core/features/history.ts'
import { multiply } from '@nearside/core/model/arithmetic.ts'
import { addScores, linearTerms, scoreTerms } from '@nearside/core/model/score.ts'
import { selectCases } from '@nearside/evaluate/cases.ts'
import { load } from '@nearside/evaluate/load.ts'
import { popularityOf } from '@nearside/evaluate/popularity.ts'
import { prepareWalk } from '@nearside/evaluate/prepare.ts'
import { count } from '@nearside/evaluate/report/numbers.ts'
import { searchParts } from '@nearside/evaluate/search/search.ts'
import { type SearchValues, summariseSearch } from '@nearside/evaluate/search/summary.ts'
import { step } from '@nearside/evaluate/steps.ts'
import { tuneBaselines } from '@nearside/evaluate/tuneBaselines.ts'
import type { Walk } from '@nearside/evaluate/walk.ts'
import { hitRate, ndcg, placesOf, recall, reciprocalRank } from '@nearside/train/metrics.ts'
import { type Experiment, head } from '../experiment.ts'

const MEANINGS = {
  popular: 'most shoppers ever',
  'item-knn': 'neighbours of the own history, decayed, filled up with popular-30d',
  encoder: 'A·h·E + b: the sequence model alone',
  'encoder+cooccurrence':
    'the same and the co-occurrence features, as they are weighed in the base',
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
    const walk = prepareWalk(input, tuneBaselines(input), null)
    const shoppers: { all: Measured[]; onlyNew: Measured[] }[] = []
    for (const [done, cases] of selected.entries()) {
      if (done % 50 === 0) await step(steps, 'walking shoppers', done, selected.length)
      const measured = cases.map((one) => measure(walk, one))
      shoppers.push({
        all: measured.map(({ all }) => all),
        onlyNew: measured.flatMap(({ onlyNew }) => onlyNew ?? []),
      })
    }
    const summaryOf = (which: 'all' | 'onlyNew') =>
      summariseSearch(valuesOf(shoppers.map((own) => own[which])), PAIRS, input.seed)
    const [all, onlyNew] = [summaryOf('all'), summaryOf('onlyNew')]
    const cases = shoppers.reduce((sum, own) => sum + own.all.length, 0)
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

/** Metrics of one case by arm. */
type Measured = Readonly<Record<Arm, Readonly<Record<string, number>>>>

export function scoreParts(
  walk: Walk,
  { history, time }: Pick<Case, 'history' | 'time'>,
): Readonly<Record<Arm, Float32Array>> {
  const model = { ...walk.model, statistics: walk.statisticsAt(time) }
  const { statistics } = model
  const context = { history, time, popularity: popularityOf(statistics), neighbours: statistics }
  const items = model.itemIds.length
  const baseline = (name: 'popular' | 'item-knn') => {
    const out = new Float32Array(items)
    walk.baselines[name]?.(context, out)
    return out
  }
  const terms = scoreTerms(model, history, time)
  const { base: linear } = linearTerms(model, history, time, terms.hidden)
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
    popular: baseline('popular'),
    'item-knn': baseline('item-knn'),
    encoder,
    'encoder+cooccurrence': withCooccurrence,
    features,
    'without-trees': linear,
    'base-fresh': terms.base,
  }
}

function measure(walk: Walk, one: Case): { all: Measured; onlyNew: Measured | null } {
  const scores = scoreParts(walk, one)
  const seen = new Uint8Array(walk.model.itemIds.length)
  for (const { item } of one.history) seen[item] = 1
  const fresh = one.targets.filter((target) => !seen[target])
  const of = (targets: readonly number[], excluded?: Uint8Array) =>
    Object.fromEntries(
      ARMS.map((arm) => {
        const places = placesOf(scores[arm], targets, excluded)
        const metrics = Object.entries(METRICS).map(([name, value]) => [name, value(places)])
        return [arm, Object.fromEntries(metrics)]
      }),
    ) as Measured
  return { all: of(one.targets), onlyNew: fresh.length > 0 ? of(fresh, seen) : null }
}

/** One value for each shopper: the mean over their cases; NaN where there is none. */
function valuesOf(shoppers: readonly (readonly Measured[])[]): SearchValues {
  return new Map(
    ARMS.map((arm) => [
      arm,
      new Map(
        Object.keys(METRICS).map((metric) => [
          metric,
          shoppers.map((own) => own.reduce((sum, one) => sum + one[arm][metric], 0) / own.length),
        ]),
      ),
    ]),
  )
}
