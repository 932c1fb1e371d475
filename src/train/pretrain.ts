/**
 * @module Makes a base model from a shop's log and catalog, in this sequence: split → encoder and item table → ranker
 * with the encoder's score as one more column → validation with and without the encoder → trees over the highest items,
 * if they help → context → feature judgement → search tolerance → population prior → files.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { historiesOf } from '@nearside/core/features/cases.ts'
import { CONTEXT_CODE } from '@nearside/core/features/context/contextFeatures.ts'
import { contextTables } from '@nearside/core/features/context/lifts.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { columnsOf } from '@nearside/core/features/logColumns.ts'
import { buildStatistics } from '@nearside/core/features/statistics.ts'
import {
  type BaseModel,
  type ContextTerm,
  DIMENSION,
  type PersonalPrior,
} from '@nearside/core/model/baseModel.ts'
import { encode } from '@nearside/core/model/encoder.ts'
import { readBaseModel, type WrittenModel, writeBaseModel } from '@nearside/core/model/files.ts'
import { addScores } from '@nearside/core/model/score.ts'
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { learnContext } from './context/learnContext.ts'
import { describeModel, describeReport } from './describeModel.ts'
import { type EncoderSettings, type TrainedEncoder, trainEncoder } from './encoder/train.ts'
import { encoderCandidates } from './encoderCandidates.ts'
import { forecast } from './forecast.ts'
import { type Holdout, hashOfHeldOut } from './holdout.ts'
import { type KeptIn, keepNothing, keepParts, keyOf } from './kept.ts'
import { FOLDS, planByTime, planLeaveOneOut } from './plan.ts'
import { contextNeeded, learnPrior } from './prior/learnPrior.ts'
import type { RankerDataset } from './ranker/dataset.ts'
import { ListCache, OutOfFoldStatistics } from './ranker/outOfFold.ts'
import {
  type ContextCandidates,
  type RankerData,
  sampleTable,
  trainRanker,
} from './ranker/trainRanker.ts'
import { learnTolerance } from './searches/learnTolerance.ts'
import { joinRecords, selectFeatures } from './selection/select.ts'
import { contextKindsOf, contextOf } from './shop/context.ts'
import { packPictures } from './shop/pictureVectors.ts'
import type { Shop } from './shop/shop.ts'
import type { Split } from './split.ts'
import { learnTrees } from './trees/learnTrees.ts'
import { bestBeyondError, validate } from './validate.ts'
import { shippedWordVectors, type WordVectors } from './wordVectors.ts'

/** Prior of a model before its prior is learned. */
export const NO_PRIOR: PersonalPrior = {
  mean: new Float32Array(DIMENSION + FEATURE_COUNT),
  variance: new Float32Array(DIMENSION + FEATURE_COUNT),
  stepSize: new Float32Array(DIMENSION + FEATURE_COUNT),
  steps: 0,
  fusionWeight: 0,
  halfLifeDays: 1,
}

/** Learners in addition to the weighted features. A model gets a learner only if it helps on the shop's log. */
export const LEARNERS = ['encoder', 'trees', 'context'] as const

export type Learner = (typeof LEARNERS)[number]

export interface PretrainOptions {
  readonly seed: number
  /** Learners to try; default: all. */
  readonly learners?: readonly Learner[]
  readonly holdout: Holdout
  /** Exclusive limit of the training data, milliseconds since the epoch; null for the end of the log. */
  readonly until: number | null
  /**
   * Whether to train leave-one-out on a log of sequences: on all but the last two events of each shopper. `holdout` and
   * `until` are then ignored.
   */
  readonly leaveOneOut?: boolean
  /** Whether to judge the features, which changes no model; default true. */
  readonly judgeFeatures?: boolean
  /** Current time, milliseconds since the epoch. */
  readonly now: number
  /** Pre-trained word vectors; default: those of this package. */
  readonly words?: WordVectors
  readonly encoder?: Partial<EncoderSettings>
  readonly onProgress?: (label: string, done: number, total: number) => void
  /** Awaited between steps, so that signals are handled; can throw to stop the training. */
  readonly checkpoint?: () => Promise<void>
  /** Where results of finished parts are stored, so that the same training can resume; default: nowhere. */
  readonly keptIn?: KeptIn
}

export interface Pretrained extends WrittenModel {
  /** Reason why devices learn with the prior's strength, or why they learn nothing. */
  readonly priorReason: string
  /** Model as a device reads it from `files`. */
  readonly model: BaseModel
}

/** @throws NearsideError `input-invalid` if the log is too small to train on */
export async function pretrain(shop: Shop, options: PretrainOptions): Promise<Pretrained> {
  const { seed, holdout, learners = LEARNERS } = options
  const { onProgress: progress = () => {}, checkpoint = async () => {} } = options
  const plan = options.leaveOneOut
    ? planLeaveOneOut(shop, seed, options.now)
    : planByTime(shop, options.until, holdout, seed, options.now)
  const { split, questions } = plan
  const data: RankerData = {
    items: shop.items,
    shoppers: questions.training,
    dayOnly: shop.dayOnly,
    lists: new ListCache(shop.others),
    // If days only encode the sequence of events, context has no meaning.
    ...(options.leaveOneOut || !learners.includes('context')
      ? {}
      : { context: { kinds: contextKindsOf(shop), contexts: contextOf(shop) } }),
  }
  const words = options.words ?? (await shippedWordVectors())
  const keep = options.keptIn
    ? await keepParts(options.keptIn, await keyOf(shop, { ...options, words }))
    : keepNothing
  const statistics = buildStatistics(
    shop.items,
    columnsOf(historiesOf(split.training), undefined, shop.others),
    split.until,
  )

  const encoder = await keep('encoder', () =>
    trainEncoder(
      {
        items: shop.items,
        categories: categoryNames(shop.items, statistics.category),
        shoppers: split.training.filter(({ id }) => plan.teachesEncoder(id)),
        until: split.until,
        words,
      },
      { ...plan.encoder, ...options.encoder },
      seed,
      (done, total) => {
        progress('encoder', done, total)
        return checkpoint()
      },
    ),
  )

  await checkpoint()
  const ranker = await keep('ranker', () =>
    trainRanker(data, {
      from: plan.questionsFrom,
      until: questions.until,
      seed,
      onProgress: (step, done, total) => progress(`ranker: ${step}`, done, total),
      encoder: {
        scores: ({ history, time }) => encoderScores(encoder, encode(encoder, history, time)),
        unseen: plan.calibrates,
      },
    }),
  )

  await checkpoint()
  progress('validation', 0, 1)
  const candidates = encoderCandidates(encoder, ranker).slice(
    0,
    learners.includes('encoder') ? undefined : 1,
  )
  const measured = await keep('validation', () =>
    validate(
      {
        items: shop.items,
        training: questions.training,
        dayOnly: shop.dayOnly,
        isMeasured: plan.isMeasured,
        from: plan.measuredFrom,
        until: questions.until,
        lists: data.lists,
      },
      candidates,
    ),
  )
  const { best, ...encoderGain } = bestBeyondError(measured)
  const chosen = candidates[best]

  await checkpoint()
  const { trees, unseen, ...treesLearned } = learners.includes('trees')
    ? await keep('trees', () =>
        learnTrees(
          ranker.candidates,
          { scale: ranker.scale, weights: ranker.alone.weights },
          {
            askedFrom: plan.measuredFrom,
            isUnseen: plan.isMeasured,
            untaught: ranker.untaught,
            onProgress: (step, done, total) => progress(`trees: ${step}`, done, total),
          },
        ),
      )
    : { trees: null, unseen: null, metrics: {} }

  await checkpoint()
  progress('context', 0, 1)
  let table: RankerDataset | null = null
  const tableOf = () => {
    table ??= sampleTable(data, { from: plan.questionsFrom, until: questions.until, seed })
    return table
  }
  const context = await keep('context', () => learnContext(data, chosen, tableOf))

  await checkpoint()
  progress('selection', 0, 1)
  const judged =
    options.judgeFeatures === false
      ? null
      : await keep('selection', () => selectFeatures(data, tableOf(), seed))
  table = null
  const selection = judged && joinRecords(judged, [...chosen.records, ...context.records])
  const records = selection?.records ?? [...chosen.records, ...context.records]
  const report =
    selection &&
    describeReport('selection.json', { ...selection.report, context: context.outcomes })

  const manifest = describeModel({
    seed,
    shop,
    split,
    heldOutShare: 'fraction' in holdout && !options.leaveOneOut ? holdout.fraction : 0,
    heldOutHash: options.leaveOneOut ? {} : hashOfHeldOut(shop, holdout, split.until),
    records,
    hasContext: data.context !== undefined,
    report,
    metrics: {
      trainingShoppers: split.training.length,
      encoderWeight: chosen.encoderWeight,
      'encoder.cases': measured[0].length,
      'encoder.lift.ndcg@10': encoderGain.lift,
      'encoder.lift.ndcg@10.error': encoderGain.error,
    },
  })
  const base: BaseModel = {
    manifest,
    itemIds: shop.items.map(({ id }) => id),
    statistics: withContext(statistics, context.terms, split, data.context),
    prior: NO_PRIOR,
    content: encoder.content,
    pictures: packPictures(shop.items),
    ...chosen,
    ...(context.terms.length > 0 &&
      data.context && {
        context: { terms: context.terms, code: CONTEXT_CODE, contexts: data.context.contexts },
      }),
  }
  await checkpoint()
  const unseenBase = { ...base, ...(unseen && { trees: unseen }) }
  const unseenShoppers = questions.training.filter(({ id }) => plan.isMeasured(id))
  const outOfFold = new OutOfFoldStatistics(shop.items, questions.training, {
    folds: FOLDS,
    from: plan.measuredFrom,
    until: questions.until,
    statistics: { context: contextNeeded(unseenBase) },
    lists: data.lists,
  })
  progress('forecast', 0, 1)
  const expected = forecast(unseenBase, {
    shoppers: unseenShoppers,
    dayOnly: shop.dayOnly,
    statistics: outOfFold,
    from: plan.measuredFrom,
    installed: plan.installed,
  })
  const searched = learnTolerance(
    unseenBase,
    { items: shop.items, searches: options.leaveOneOut ? [] : shop.searches },
    unseenShoppers,
    outOfFold,
    plan.measuredFrom,
  )

  await checkpoint()
  const engine = await createWasmEngine()
  const learned = await keep('prior', () =>
    learnPrior(unseenBase, data, {
      until: questions.until,
      seed,
      engine,
      eligible: plan.teachesPrior,
      casesEach: plan.priorCases,
      onProgress: (step, done, total) => progress(`prior: ${step}`, done, total),
    }),
  )
  await checkpoint()
  const metrics = {
    ...expected,
    ...manifest.metrics,
    ...treesLearned.metrics,
    ...searched.metrics,
    ...learned.metrics,
  }
  const written = await writeBaseModel({
    ...base,
    ...(trees && { trees }),
    prior: learned.prior,
    manifest: { ...manifest, metrics, searchTolerance: searched.tolerance },
  })
  const model = await readBaseModel(written.manifest, written.files)
  const files = new Map(written.files)
  if (report) files.set(report.described.name, report.bytes)
  return { ...written, files, priorReason: learned.reason, model }
}

/** Adds each item's lifts: by how much the values of each kept kind of context change the demand for the item. */
function withContext(
  statistics: ItemStatistics,
  terms: readonly ContextTerm[],
  { training, until }: Split,
  candidates: ContextCandidates | undefined,
): ItemStatistics {
  if (terms.length === 0 || !candidates) return statistics
  const histories = historiesOf(training)
  const kept = candidates.kinds.filter((kind) => terms.some(({ feature }) => feature.kind === kind))
  return {
    ...statistics,
    context: contextTables(kept, statistics.category, histories, until, candidates.contexts),
  }
}

/** Category names by the numbers in `ItemStatistics.category`. */
export function categoryNames(items: readonly Item[], index: Uint16Array): string[] {
  const names = ['']
  items.forEach(({ category }, i) => {
    if (index[i] > 0) names[index[i]] = category ?? ''
  })
  return names
}

function encoderScores({ itemVectors }: TrainedEncoder, hidden: Float32Array): Float32Array {
  const scores = new Float32Array(itemVectors.length / DIMENSION)
  addScores(scores, itemVectors, hidden)
  return scores
}
