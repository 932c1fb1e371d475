/**
 * @module Makes the next version of a published model (its parent) from a log that has grown.
 * - Counts are recomputed over the whole log.
 * - The encoder's training continues with new histories and a replay of older ones.
 * - The encoder's weight is chosen among the weights that training tries; the feature weights are updated by fusion.
 * - Trees, context and prior stay unchanged.
 *
 * Weights are fitted and chosen on new cases of training shoppers whom the encoder never sees. If the ranking has
 * become worse, the model is trained in full instead. In both cases, the new model is compared with its parent on the
 * newest cases of held-out shoppers.
 */
import { buildCases, type ShopperHistory } from '@nearside/core/features/cases.ts'
import type { Case } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { buildStatistics } from '@nearside/core/features/statistics.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { readBaseModel, type WrittenModel, writeBaseModel } from '@nearside/core/model/files.ts'
import type { ModelManifest } from '@nearside/core/model/manifest.ts'
import type { EncoderSettings } from '../encoder/train.ts'
import { ENCODER_WEIGHTS } from '../encoderCandidates.ts'
import { hashOfHeldOut, isOutOf } from '../holdout.ts'
import { FOLDS, lastPart, planByTime } from '../plan.ts'
import { categoryNames, type PretrainOptions, pretrain } from '../pretrain.ts'
import { contextNeeded } from '../prior/learnPrior.ts'
import { partOf } from '../ranker/dataset.ts'
import { OutOfFoldStatistics } from '../ranker/outOfFold.ts'
import { DEFAULT_RANKER } from '../ranker/trainRanker.ts'
import { inModelRows } from '../shop/modelRows.ts'
import { packPictures } from '../shop/pictureVectors.ts'
import type { Shop } from '../shop/shop.ts'
import type { Split } from '../split.ts'
import { learnEncoder } from './encoder.ts'
import { type Fusion, fuseWeights } from './fusion.ts'
import { requireGrown, requireSameHeldOut } from './grown.ts'
import {
  type Comparison,
  compare,
  fallOf,
  isSurelyWorse,
  type Served,
  serveCases,
} from './served.ts'

/** `holdout` is the parent's hold-out, see `sameHoldout`. */
type UpdateOptions = Pick<
  PretrainOptions,
  'until' | 'holdout' | 'now' | 'words' | 'encoder' | 'onProgress' | 'checkpoint'
>

interface Updated extends WrittenModel {
  /** Model as a device reads it from `files`. */
  readonly model: BaseModel
  /** Reason not to publish the model: it surely ranks worse than its parent. Null if it can be published. */
  readonly refused: string | null
}

/** Share of the new days, at the end of the log, whose cases choose the fusion weight λ and judge the result. */
const NEWEST = 1 / 3
/** Maximum number of cases: a tenth of the number in a full training. */
const MOST_CASES = DEFAULT_RANKER.maxCases / 10
/** The parent's metrics that describe parts which an update doesn't change. */
const STAYING = /^(encoderWeight|trees|prior\.)/

/** @throws NearsideError `input-invalid` if the log is not a continuation of the log that the model was trained on */
export async function updateModel(
  parent: BaseModel,
  shop: Shop,
  options: UpdateOptions,
): Promise<Updated> {
  const { holdout, now, onProgress: progress = () => {}, checkpoint = async () => {} } = options
  const { seed, data } = parent.manifest
  requireGrown(parent, shop, options.until ?? Number.POSITIVE_INFINITY)
  const { model, shoppers, contexts } = inModelRows(parent, shop)
  const known = new Map(shop.items.map((item) => [item.id, item]))
  const itemsOf = ({ itemIds }: BaseModel) => itemIds.map((id) => known.get(id) ?? { id })
  const items = itemsOf(model)
  const { split, ...plan } = planByTime(
    { ...shop, items, shoppers },
    options.until,
    holdout,
    seed,
    now,
  )
  const { training, until } = split
  requireSameHeldOut(parent, shop, holdout, split)
  const since = Date.parse(data.until)
  const newest = Math.max(since, lastPart(since, until, NEWEST))
  const histories = training.map(({ interactions }) => interactions)
  const kinds = contextNeeded(model)?.kinds
  const counted = kinds && { context: { kinds, contexts } }
  const count = (asOf: number) => buildStatistics(items, histories, asOf, counted)
  const between = (step: string) => (done: number, total: number) => {
    progress(step, done, total)
    return checkpoint()
  }

  // With n new days, cases begin n days before them, so that a change can be detected.
  const earliest = Math.max(split.from, 2 * since - until)
  const outOfFold = new OutOfFoldStatistics(items, training, {
    folds: FOLDS,
    from: earliest,
    until,
    statistics: counted,
  })
  const serve = (
    step: string,
    served: BaseModel,
    cases: readonly Case[],
    shares?: readonly number[],
  ) =>
    serveCases(
      served,
      [...cases].sort(outOfFold.compareCases),
      ({ shopper, time, history }) => outOfFold.at(shopper, time, history),
      between(step),
      shares,
    )
  const casesOf = (
    isAsked: (shopper: string) => boolean,
    from: number,
    to: number,
    of: readonly ShopperHistory[] = shoppers,
  ) =>
    evenly(
      of
        .filter(({ id }) => isAsked(id))
        .flatMap((shopper) => buildCases(shopper, shop.dayOnly, from))
        .filter(({ time, history }) => time < to && history.length > 0),
    )
  const isOut = isOutOf(holdout, seed)
  const isAsked = (shopper: string) => plan.isMeasured(shopper) && !isOut(shopper)
  const fresh = casesOf(isAsked, since, until)
  const [before] = await serve('new orders', model, [
    ...casesOf(isAsked, earliest, since),
    ...fresh,
  ])

  const serveNewest = async (
    served: BaseModel,
    statistics: ItemStatistics,
    of: readonly ShopperHistory[],
  ) => {
    const cases = casesOf(isOut, newest, until, of)
    return (await serveCases(served, cases, () => statistics, between('guard')))[0]
  }
  /** Ranks the newest cases with a model after recomputing its counts from all earlier orders. */
  const serveCountedAnew = (one: BaseModel) => {
    const rows = inModelRows(one, shop)
    const kinds = contextNeeded(rows.model)?.kinds
    const asOfNewest = buildStatistics(
      itemsOf(rows.model),
      rows.shoppers.filter(({ id }) => !isOut(id)).map(({ interactions }) => interactions),
      newest,
      kinds && { context: { kinds, contexts: rows.contexts } },
    )
    return serveNewest(rows.model, asOfNewest, rows.shoppers)
  }
  const judge = async (next: BaseModel) =>
    compare(await serveNewest(model, model.statistics, shoppers), await serveCountedAnew(next))
  const fall = fallOf(before, since)
  if (fall !== null) {
    const full = await pretrain(shop, { ...options, seed })
    const guard = await judge(full.model)
    const did = `trained in full: ${fall}, ${describeJudges(guard)}`
    const manifest = {
      ...full.manifest,
      update: { from: parent.manifest.version, did },
      metrics: { ...full.manifest.metrics, ...guardMetrics(guard) },
    }
    return { ...full, manifest, refused: refusal(guard) }
  }

  const teach = (settings?: Partial<EncoderSettings>) =>
    learnEncoder(
      model,
      {
        items,
        categories: categoryNames(items, count(since).category),
        shoppers: training.filter(({ id }) => plan.teachesEncoder(id)),
        since,
        until,
        seed,
        settings,
      },
      between('encoder'),
    )
  const taught = { ...model, ...(await teach(options.encoder)) }
  const was = weightOf(model)
  const shares = [1, ...(was > 0 ? ENCODER_WEIGHTS.map((weight) => weight / was) : [])]
  const served = await serve('new orders, encoder updated', taught, fresh, shares)
  const weighed = surelyBest(served)
  const encoder = compare(before, served[weighed])
  const keepsTaught = encoder.shoppers > 0 && encoder.after - encoder.before >= -encoder.error
  const best = keepsTaught ? weighed : 0
  const base = {
    ...(keepsTaught ? taught : { ...model, ...(await teach({ epochs: 0 })) }),
    projection: model.projection.map((value) => shares[best] * value),
  }
  const isNewest = ({ time }: Case) => time >= newest
  const table = partOf((keepsTaught ? served[best] : before).table, ({ time }) => time >= since)
  const fusion = fuseWeights(table, model.featureWeights, isNewest)
  const next: BaseModel = { ...base, featureWeights: fusion.weights }

  // This comparison slightly favours the update: unlike the parent, it was trained on other shoppers' newest orders.
  const guard = await judge(next)
  progress('counting', 0, 1)
  const did = [
    'counted anew',
    keepsTaught ? 'encoder taught on' : 'encoder as it was',
    ...(best > 0 ? [`its weight ${weightOf(base).toFixed(2)} instead of ${was.toFixed(2)}`] : []),
    fusion.fusionWeight > 0 ? `weights by λ ${fusion.fusionWeight}` : 'weights as they were',
    describeJudges(guard),
  ].join(', ')
  const written = await writeBaseModel({
    ...next,
    statistics: count(until),
    pictures: packPictures(items),
    manifest: describeUpdate(parent, split, hashOfHeldOut(shop, holdout, until), did, fusion, {
      ...staying(parent.manifest.metrics),
      ...(best > 0 && { encoderWeight: weightOf(base) }),
      'update.cases': fresh.length,
      'update.fusionWeight': fusion.fusionWeight,
      'update.encoder.ndcg@10': encoder.after - encoder.before,
      'update.encoder.ndcg@10.error': encoder.error,
      ...guardMetrics(guard),
    }),
  })
  const read = await readBaseModel(written.manifest, written.files)
  return { ...written, model: read, refused: refusal(guard) }
}

/** Encoder weight w of a model, whose projection A to the user vector is w times the identity after training. */
function weightOf({ projection }: Pick<BaseModel, 'projection'>): number {
  let sum = 0
  for (let j = 0; j < DIMENSION; j++) sum += projection[j * DIMENSION + j]
  return sum / DIMENSION
}

/** Index of the best result that beats the first by more than the standard error; else 0. */
function surelyBest(served: readonly Served[]): number {
  const gains = served.map((one) => compare(served[0], one))
  return gains.reduce(
    (best, { before, after, error }, k) =>
      after > gains[best].after && after - before > error ? k : best,
    0,
  )
}

function describeUpdate(
  { manifest }: BaseModel,
  { from, to, until, heldOut }: Split,
  heldOutHash: { readonly hash?: string },
  did: string,
  { weights, fusionWeight }: Fusion,
  metrics: ModelManifest['metrics'],
): ModelManifest {
  // The training reports describe the parent.
  const { reports: _, ...kept } = manifest
  const iso = (time: number) => new Date(time).toISOString()
  return {
    ...kept,
    parent: null,
    update: { from: manifest.version, did },
    features: manifest.features.map((feature, f) => ({
      ...feature,
      weight: weights[f],
      ...(feature.kept &&
        fusionWeight > 0 && { reason: `kept as in version ${manifest.version}; weight updated` }),
    })),
    data: { from: iso(from), to: iso(to), until: iso(until) },
    holdout: {
      ...manifest.holdout,
      shoppers: heldOut,
      ...heldOutHash,
    },
    metrics,
  }
}

const describeJudges = ({ shoppers }: Comparison) =>
  shoppers > 0
    ? `judged by ${shoppers} held-out shoppers`
    : 'not judged: no held-out shopper has new orders'

const guardMetrics = ({ shoppers, before, after, error }: Comparison) => ({
  'guard.shoppers': shoppers,
  'guard.parent.ndcg@10': before,
  'guard.ndcg@10': after,
  'guard.ndcg@10.error': error,
})

function refusal(guard: Comparison): string | null {
  if (!isSurelyWorse(guard)) return null
  const { before, after, error, shoppers } = guard
  return `NDCG@10 of the newest orders of ${shoppers} held-out shoppers would be ${after.toFixed(4)}, surely below the earlier version's ${before.toFixed(4)} (standard error of the difference: ${error.toFixed(4)})`
}

const staying = (metrics: ModelManifest['metrics']) =>
  Object.fromEntries(Object.entries(metrics).filter(([name]) => STAYING.test(name)))

/** At most `MOST_CASES` cases, evenly over time. */
function evenly(all: readonly Case[]): readonly Case[] {
  const sorted = [...all].sort((a, b) => a.time - b.time)
  const stride = Math.max(1, all.length / MOST_CASES)
  return Array.from(
    { length: Math.min(MOST_CASES, all.length) },
    (_, k) => sorted[Math.floor(k * stride)],
  )
}
