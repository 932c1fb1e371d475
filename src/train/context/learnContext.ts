/**
 * @module Chooses the kinds of context that help predict the next item, and fits their weights. A kind is kept if
 * weights fitted to earlier cases rank later cases better. The cases are split at several points in time: with one
 * split, a season that occurred once could pass for an effect of context.
 */
import {
  type ContextFeature,
  contextCandidates,
} from '@nearside/core/features/context/contextFeatures.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { BaseModel, ContextTerm } from '@nearside/core/model/baseModel.ts'
import type { FeatureRecord } from '@nearside/core/model/manifest.ts'
import { mean, standardError } from '../estimates.ts'
import {
  ndcgOfCases,
  partOf,
  type RankerCase,
  type RankerDataset,
  rowScores,
  rowsOfCase,
} from '../ranker/dataset.ts'
import { fitNewton } from '../ranker/newton.ts'
import { foldOf } from '../ranker/outOfFold.ts'
import { describeWeight, NEGLIGIBLE, spreadOf } from '../ranker/select.ts'
import { DEFAULT_RANKER, type RankerData } from '../ranker/trainRanker.ts'

/** Effect of adding a kind of context to the base model, on cases later than those that its weights are fitted to. */
export interface ContextOutcome {
  readonly kind: string
  readonly cases: number
  /** Mean change of a case's loss when the kind is added, in nats (below 0 is better), and its standard error. */
  readonly loss: number
  readonly lossError: number
  /** Mean change of NDCG@10 among a case's candidates when the kind is added, and its standard error. */
  readonly 'ndcg@10': number
  readonly error: number
  readonly kept: boolean
}

interface LearnedContext {
  readonly terms: readonly ContextTerm[]
  /** Manifest records of all judged context features. */
  readonly records: readonly FeatureRecord[]
  readonly outcomes: readonly ContextOutcome[]
}

const FEWEST_CASES = 60
/**
 * Split points, as shares of the cases sorted by time. Weights are fitted to the cases before a split point, and tested
 * on the cases from it to the next.
 */
const ORIGINS = [0.25, 0.5, 0.75]
/** Number of standard errors by which a kind must lower the loss. With 1, too many kinds would pass by chance. */
const LOSS_ERRORS = 2

/**
 * @param base model's weights, fitted without context
 * @param tableOf builds the table of cases, with the context columns last
 */
export function learnContext(
  { context }: Pick<RankerData, 'context'>,
  base: Pick<BaseModel, 'featureWeights' | 'featureScale'>,
  tableOf: () => RankerDataset,
): LearnedContext {
  if (!context) return { terms: [], records: [], outcomes: [] }
  const rawWeights = base.featureWeights.map((weight, f) => weight / (base.featureScale[f] || 1))
  const table = withScore(tableOf(), rawWeights)
  const features = contextCandidates(context.kinds)
  if (table.cases.length < FEWEST_CASES)
    return {
      terms: [],
      outcomes: [],
      records: features.map((feature) => dropped(feature, 'too few cases to judge it')),
    }
  const { constant, scale } = spreadOf(table)
  const isVaried = (kind: string) =>
    features.some((feature, f) => feature.kind === kind && !constant.has(1 + f))
  const kinds = [...new Set(features.map(({ kind }) => kind))].filter(isVaried)
  const columnsOf = (wanted: ReadonlySet<string>) => [
    0,
    ...features.flatMap(({ kind }, f) => (wanted.has(kind) && !constant.has(1 + f) ? [1 + f] : [])),
  ]
  const outcomes = kinds.map((kind) => judge(table, kind, columnsOf(new Set([kind]))))
  const kept = new Set(outcomes.flatMap((one) => (one.kept ? [one.kind] : [])))
  const columns = columnsOf(kept)
  const { score, weights } = fitWeights(partOf(table, () => true, columns))
  const terms: ContextTerm[] = []
  const records = features.map((feature, f): FeatureRecord => {
    if (constant.has(1 + f)) return dropped(feature, 'constant in the training data', scale[1 + f])
    const outcome = outcomes.find(({ kind }) => kind === feature.kind)
    const found = outcome ? describe(outcome) : ''
    const place = columns.indexOf(1 + f)
    if (place < 0) return dropped(feature, `no help on later cases: ${found}`, scale[1 + f])
    // The base model's score must keep the factor 1, so the weights are divided by the factor fitted to it.
    const weight = weights[place] / score
    if (Math.abs(weight) < NEGLIGIBLE)
      return dropped(feature, `|weight| below ${NEGLIGIBLE} beside the others`, scale[1 + f])
    terms.push({ feature, weight: weight / scale[1 + f] })
    const reason = `${describeWeight(weight)}; later cases: ${found}`
    return { name: feature.name, scale: scale[1 + f], weight, kept: true, reason }
  })
  return { terms, records, outcomes }
}

function dropped({ name }: ContextFeature, reason: string, scale = 1): FeatureRecord {
  return { name, scale, weight: 0, kept: false, reason }
}

/** Fits `weights` of the scaled columns. `score` is the factor that the fit gives the base model's score (column 0). */
function fitWeights(data: RankerDataset) {
  const { scale, constant } = spreadOf(data)
  const centre = new Float64Array(data.columns)
  centre[0] = scale[0]
  const { weights } = fitNewton(data, scale, { l2: DEFAULT_RANKER.l2, frozen: constant, centre })
  return { score: Math.max(weights[0] / scale[0], 1e-3), weights }
}

/**
 * Measures what a kind of context gains: fits weights with its columns, and weights without them, to the cases before
 * each split point, and compares both on the cases after it.
 */
function judge(table: RankerDataset, kind: string, columns: readonly number[]): ContextOutcome {
  const loss: number[] = []
  const ndcg: number[] = []
  for (const { before, after } of splits(table)) {
    const [alone, together] = [[0], columns].map((chosen) => {
      const fitted = partOf(table, before, chosen)
      const { scale } = spreadOf(fitted)
      return measureCases(partOf(table, after, chosen), scale, fitWeights(fitted).weights)
    })
    alone.loss.forEach((value, c) => {
      loss.push(together.loss[c] - value)
      ndcg.push(together.ndcg[c] - alone.ndcg[c])
    })
  }
  const outcome = {
    kind,
    cases: loss.length,
    loss: mean(loss),
    lossError: standardError(loss),
    'ndcg@10': mean(ndcg),
    error: standardError(ndcg),
  }
  return {
    ...outcome,
    kept: -outcome.loss > LOSS_ERRORS * outcome.lossError && outcome['ndcg@10'] > outcome.error,
  }
}

/**
 * Loss (nats) of each case, and NDCG@10 among the case's candidates.
 * @param weights [columns], for columns divided by `scale`
 */
function measureCases(data: RankerDataset, scale: Float32Array, weights: Float64Array) {
  const scores = rowScores(data, scale, weights)
  const loss = data.cases.map((_, c) => {
    const rows = rowsOfCase(data, c)
    const logits = rows.map((row) => scores[row] + data.correction[row])
    const highest = Math.max(...logits)
    const sum = logits.reduce((s, logit) => s + Math.exp(logit - highest), 0)
    const normaliser = highest + Math.log(sum)
    return rows.reduce((s, row) => s + data.target[row] * (normaliser - scores[row]), 0)
  })
  return { loss, ndcg: ndcgOfCases(data, scores) }
}

type IsIn = (one: RankerCase) => boolean

/** Divides the cases at the split points; by shopper if all cases have the same time. */
function splits({ cases }: RankerDataset): readonly { before: IsIn; after: IsIn }[] {
  const times = cases.map(({ time }) => time).sort((a, b) => a - b)
  const at = ORIGINS.map((share) => times[Math.floor(share * times.length)])
  if (times[0] === times[times.length - 1])
    return [0, 1, 2, 3].map((fold) => ({
      before: ({ shopper }) => foldOf(shopper, 4) !== fold,
      after: ({ shopper }) => foldOf(shopper, 4) === fold,
    }))
  return at
    .map((origin, k) => ({
      before: ({ time }: RankerCase) => time < origin,
      after: ({ time }: RankerCase) =>
        time >= origin && time < (at[k + 1] ?? Number.POSITIVE_INFINITY),
    }))
    .filter(({ before, after }) => cases.filter(before).length >= 15 && cases.some(after))
}

function describe({ loss, lossError, error, ...outcome }: ContextOutcome): string {
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`
  return `loss ${signed(loss)} ± ${lossError.toFixed(4)} nats, NDCG@10 ${signed(outcome['ndcg@10'])} ± ${error.toFixed(4)}`
}

/**
 * Table whose column 0 is the base model's score; the other columns are the raw context features.
 * @param rawWeights the base model's weights for raw features, [F]
 */
function withScore(full: RankerDataset, rawWeights: Float32Array): RankerDataset {
  const columns = 1 + full.columns - FEATURE_COUNT
  const values = new Float32Array(full.item.length * columns)
  for (let row = 0; row < full.item.length; row++) {
    const at = row * full.columns
    let score = 0
    for (let f = 0; f < FEATURE_COUNT; f++) score += rawWeights[f] * full.features[at + f]
    values[row * columns] = score
    values.set(full.features.subarray(at + FEATURE_COUNT, at + full.columns), row * columns + 1)
  }
  return { ...full, columns, features: values }
}
