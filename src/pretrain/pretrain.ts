/**
 * @module Makes a base model from a shop's log and catalogue. Reads top to bottom:
 * split → encoder and item table → ranker with the encoder's score as one more column → validate
 * with and without the encoder → population prior → statistics as of the limit → files.
 */
import type { Item } from '../catalog/item.ts'
import { buildStatistics } from '../features/statistics.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { encode } from '../model/encoder.ts'
import { readBaseModel, type WrittenModel, writeBaseModel } from '../model/files.ts'
import { addScores } from '../model/score.ts'
import { MANIFEST_FORMAT, type ModelManifest } from '../protocol/manifest.ts'
import { dequantizeRows, quantizeRows } from '../weights/quantize.ts'
import {
  ENCODER_SETTINGS,
  type EncoderSettings,
  type TrainedEncoder,
  trainEncoder,
} from './encoder/train.ts'
import { shippedWordVectors, type WordVectors } from './encoder/wordVectors.ts'
import { untrainedPrior } from './prior.ts'
import { foldOf } from './ranker/outOfFold.ts'
import { type RankerData, type RankerResult, trainRanker } from './ranker/trainRanker.ts'
import type { Shop } from './shop/shop.ts'
import { type Holdout, type Split, splitShop } from './split.ts'
import { lastPart, type Validation, validate } from './validate.ts'

/** Shoppers fall into this many folds by id; the encoder never sees the first two. */
const FOLDS = 10
/** Its scale is fitted on this fold … */
const CALIBRATION_FOLD = 0
/** … and whether it helps is measured on this one. */
const VALIDATION_FOLD = 1
/** The last share of the log's span gives the validation cases. */
const VALIDATION_SHARE = 0.4
/**
 * A where the encoder does not help: small enough to leave the ranking alone, present so that
 * item vectors and hidden states keep their meaning for `u` and for shared updates.
 */
const IDLE_ENCODER_WEIGHT = 0.01

export interface PretrainOptions {
  readonly version: string
  readonly seed: number
  readonly holdout: Holdout
  /** Exclusive, milliseconds since the epoch; null for the end of the log. */
  readonly until: number | null
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Default: those that come with this package. */
  readonly words?: WordVectors
  readonly encoder?: Partial<EncoderSettings>
  /** Awaited now and then, so that a caller can breathe; may throw to stop. */
  readonly onProgress?: (label: string, done: number, total: number) => void | Promise<void>
}

export interface Pretrained extends WrittenModel {
  /** As a device reads it from `files`. */
  readonly model: BaseModel
}

/** @throws NearsideError `input-invalid` where the log holds too little to train on */
export async function pretrain(shop: Shop, options: PretrainOptions): Promise<Pretrained> {
  const { seed } = options
  const progress = options.onProgress ?? (() => {})
  const split = splitShop(shop, options.until, options.holdout, seed, options.now)
  const words = options.words ?? (await shippedWordVectors())
  const statistics = buildStatistics(
    shop.items,
    split.training.map(({ interactions }) => interactions),
    split.until,
  )

  const encoder = quantized(
    await trainEncoder(
      {
        items: shop.items,
        categories: categoryNames(shop.items, statistics.category),
        shoppers: split.training
          .filter(({ id }) => !isUnseen(id))
          .map(({ interactions }) => interactions),
        until: split.until,
        words,
      },
      { ...ENCODER_SETTINGS, ...options.encoder },
      seed,
      (done, total) => progress('encoder', done, total),
    ),
  )

  const data: RankerData = { items: shop.items, shoppers: split.training, dayOnly: shop.dayOnly }
  const onProgress = (step: string, done: number, total: number) => {
    void progress(`ranker: ${step}`, done, total)
  }
  const ranker = trainRanker(data, { until: split.until, seed, onProgress })
  await progress('ranker with encoder', 0, 1)
  const joint = trainRanker(data, {
    until: split.until,
    seed,
    onProgress,
    encoder: {
      scores: ({ history, time }) => encoderScores(encoder, encode(encoder, history, time)),
      unseen: (shopper) => foldOf(shopper, FOLDS) === CALIBRATION_FOLD,
    },
  })

  await progress('validation', 0, 1)
  const candidates = [
    scoring(encoder, ranker, IDLE_ENCODER_WEIGHT),
    scoring(encoder, joint, joint.encoderWeight),
  ]
  const [without, with_] = validate(
    {
      items: shop.items,
      training: split.training,
      dayOnly: shop.dayOnly,
      isMeasured: (shopper) => foldOf(shopper, FOLDS) === VALIDATION_FOLD,
      folds: FOLDS,
      from: lastPart(split.from, split.until, VALIDATION_SHARE),
      until: split.until,
    },
    candidates,
  )
  const helps = joint.encoderWeight > 0 && with_.ndcg > without.ndcg
  const chosen = helps ? joint : ranker

  const manifest: ModelManifest = {
    format: MANIFEST_FORMAT,
    version: options.version,
    parent: null,
    shop: shop.name,
    items: shop.items.length,
    dimension: DIMENSION,
    features: chosen.records,
    files: [],
    data: {
      from: new Date(split.from).toISOString(),
      to: new Date(split.to).toISOString(),
      until: new Date(split.until).toISOString(),
    },
    seed,
    holdout: {
      fraction: 'fraction' in options.holdout ? options.holdout.fraction : 0,
      shoppers: split.heldOut,
    },
    metrics: metricsOf(split, encoder, without, with_, helps, joint.encoderWeight),
  }
  const base: BaseModel = {
    manifest,
    itemIds: shop.items.map(({ id }) => id),
    statistics,
    prior: untrainedPrior(chosen.weights.length),
    content: encoder.content,
    ...candidates[helps ? 1 : 0],
  }
  const written = await writeBaseModel(base)
  return { ...written, model: await readBaseModel(written.manifest, written.files) }
}

function isUnseen(shopper: string): boolean {
  const fold = foldOf(shopper, FOLDS)
  return fold === CALIBRATION_FOLD || fold === VALIDATION_FOLD
}

/** The trained vectors as they are shipped, so that everything after is fitted to those. */
function quantized(trained: TrainedEncoder): TrainedEncoder {
  const itemVectors = dequantizeRows(quantizeRows(trained.itemVectors, DIMENSION), DIMENSION)
  return { ...trained, itemVectors }
}

function encoderScores({ itemVectors }: TrainedEncoder, hidden: Float32Array): Float32Array {
  const scores = new Float32Array(itemVectors.length / DIMENSION)
  addScores(scores, itemVectors, hidden)
  return scores
}

function scoring(encoder: TrainedEncoder, ranker: RankerResult, encoderWeight: number) {
  const projection = new Float32Array(DIMENSION * DIMENSION)
  for (let j = 0; j < DIMENSION; j++) projection[j * DIMENSION + j] = encoderWeight
  return {
    encoder: encoder.encoder,
    itemVectors: encoder.itemVectors,
    bias: new Float32Array(encoder.itemVectors.length / DIMENSION),
    projection,
    featureWeights: ranker.weights,
    featureScale: ranker.scale,
  }
}

/** Names by category index, as `statistics.category` numbers them. */
function categoryNames(items: readonly Item[], index: Uint16Array): string[] {
  const names = ['']
  items.forEach(({ category }, i) => {
    if (index[i] > 0) names[index[i]] = category ?? ''
  })
  return names
}

function metricsOf(
  split: Split,
  encoder: TrainedEncoder,
  without: Validation,
  with_: Validation,
  helps: boolean,
  encoderWeight: number,
): Record<string, number> {
  return {
    trainingShoppers: split.training.length,
    validationCases: without.cases,
    'ndcg@10': helps ? with_.ndcg : without.ndcg,
    'hitRate@10': helps ? with_.hitRate : without.hitRate,
    'ndcg@10:new': helps ? with_.ndcgNew : without.ndcgNew,
    'ndcg@10 without encoder': without.ndcg,
    'ndcg@10 with encoder': with_.ndcg,
    'ndcg@10:new without encoder': without.ndcgNew,
    'ndcg@10:new with encoder': with_.ndcgNew,
    encoderWeight: helps ? encoderWeight : IDLE_ENCODER_WEIGHT,
    encoderLoss: encoder.loss,
  }
}
