/**
 * @module Predicts the next order, period after period, with models as they would be published.
 * The first model is frozen, gets new counts, is updated by `pretrain --from`, or is trained again in full.
 * Tests use shoppers that no training saw.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import { buildStatistics } from '@nearside/core/features/statistics.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { type WrittenModel, writeBaseModel } from '@nearside/core/model/files.ts'
import { scoreTerms, withContext } from '@nearside/core/model/score.ts'
import { isOutOf } from '@nearside/train/holdout.ts'
import { hiding, hitRate, ndcg, placesOf } from '@nearside/train/metrics.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { pretrain } from '@nearside/train/pretrain.ts'
import { processorSeconds } from '@nearside/train/processorSeconds.ts'
import { contextOf } from '@nearside/train/shop/context.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'
import { updateModel } from '@nearside/train/update/updateModel.ts'
import { isoDay } from '../cases.ts'
import { Rows } from '../rows.ts'
import { type Steps, step } from '../steps.ts'
import type { IncrementalQuestion } from './incremental.ts'
import { casesIn, type Span } from './periods.ts'
import { type PeriodCase, UPDATE_ARMS } from './results.ts'

/** Number of periods that the first model is trained on. */
export const FIRST_PERIODS = 3

/** Share of shoppers that no training sees. */
export const HOLDOUT = { fraction: 0.2 }

/**
 * @param reading processor seconds for reading the log, which every training and update repeats
 * @returns the rows, the processor seconds of each arm's updates, and a description of each update
 */
export async function runUpdates(
  shop: Shop,
  spans: readonly Span[],
  { seed, now, keep }: Pick<IncrementalQuestion, 'seed' | 'now' | 'keep'>,
  reading: number,
  steps: Steps,
) {
  const kept = keptIn(keep, { shop: shop.name, seed })
  const isOut = isOutOf(HOLDOUT, seed)
  const held = shop.shoppers.filter(({ id }) => isOut(id))
  const others = shop.shoppers.flatMap(({ id, interactions }) => (isOut(id) ? [] : [interactions]))
  const contexts = contextOf(shop)
  const rows = new Rows<PeriodCase>()
  const seconds: number[][] = UPDATE_ARMS.map(() => [])
  const did: string[] = []
  const options = (label: string, until: number) => ({
    holdout: HOLDOUT,
    now,
    until,
    onProgress: (part: string, done: number, total: number) =>
      steps.onProgress(`${label}: ${part}`, done, total),
    checkpoint: () => step(steps, label, 0, 0),
  })
  const make = (
    arm: 'full' | 'updated',
    until: number,
    work: () => Promise<WrittenModel & Omit<Made, 'seconds'>>,
  ) =>
    kept(arm, until, async () => {
      const started = processorSeconds()
      const made = await work()
      return { ...made, seconds: reading + processorSeconds() - started }
    })
  const train = (until: number) =>
    make('full', until, async () => {
      const asked = options(`full training until ${isoDay(until)}`, until)
      // Judging the features does not change the model.
      const made = await pretrain(shop, { ...asked, seed, judgeFeatures: false })
      return { ...made, did: 'trained in full' }
    })
  const update = (parent: BaseModel, until: number) =>
    make('updated', until, async () => {
      const asked = options(`update until ${isoDay(until)}`, until)
      const made = await updateModel(parent, shop, asked)
      if (made.refused === null) return { ...made, did: made.manifest.update?.did ?? '' }
      const did = `refused: ${made.refused}`
      const { manifest, files } = await writeBaseModel(parent)
      const update = { from: manifest.version, did }
      return { manifest: { ...manifest, update }, files, model: parent, did }
    })
  let full = await train(spans[FIRST_PERIODS - 1].to)
  let updated = full
  const first = full
  for (let t = FIRST_PERIODS; t < spans.length; t++) {
    const until = spans[t].from
    if (t > FIRST_PERIODS) {
      updated = await update(updated.model, until)
      did.push(updated.did)
      full = await train(until)
      for (const [a, spent] of [0, 0, updated.seconds, full.seconds].entries())
        seconds[a].push(spent)
    }
    const kinds = first.model.statistics.context?.map(({ kind }) => kind)
    const statistics = buildStatistics(
      shop.items,
      others,
      until,
      kinds && { context: { kinds, contexts } },
    )
    const served: readonly BaseModel[] = [
      first.model,
      { ...first.model, statistics },
      updated.model,
      full.model,
    ].map((model) => withContext(model, contexts))
    for (const [who, shopper] of held.entries()) {
      if (who % 20 === 0) await step(steps, `testing from ${isoDay(until)}`, who, held.length)
      for (const { history, time, next } of casesIn(spans[t], shopper, shop.dayOnly)) {
        rows.begin({ shopper: shopper.id, period: t })
        for (const [a, model] of served.entries()) {
          const arm = UPDATE_ARMS[a].name
          const { base } = scoreTerms(model, history, time)
          const places = placesOf(base, next.targets, hiding(base.length, next.hidden))
          rows.put({ arm, metric: 'ndcg@10' }, ndcg(places, 10))
          rows.put({ arm, metric: 'hitRate@10' }, hitRate(places, 10))
        }
      }
    }
  }
  return { rows, seconds, did }
}

interface Made {
  readonly model: BaseModel
  readonly did: string
  /** Processor time, seconds. */
  readonly seconds: number
}

/** Returns the stored model of an arm at a time, or makes it. */
type Kept = (arm: string, until: number, make: () => Promise<Made & WrittenModel>) => Promise<Made>

const SECONDS = 'cpuSeconds'

/**
 * Stores the models, so that an interrupted evaluation resumes.
 * @param directory absent: nothing is stored
 * @param of identity that the stored models must have
 */
function keptIn(
  directory: string | undefined,
  of: { readonly shop: string; readonly seed: number },
): Kept {
  return async (arm, until, make) => {
    if (directory === undefined) return make()
    const [models, version] = [join(directory, arm), isoDay(until)]
    if (existsSync(join(models, version))) {
      const model = await readModel(join(models, version))
      const { metrics, update, shop, seed } = model.manifest
      if (shop !== of.shop || seed !== of.seed || metrics[SECONDS] === undefined)
        throw new NearsideError(
          'input-invalid',
          `${join(models, version)} belongs to another evaluation, of '${shop}' with seed ${seed}: choose another folder for --keep`,
        )
      return { model, did: update?.did ?? 'trained in full', seconds: metrics[SECONDS] }
    }
    const made = await make()
    const metrics = { ...made.manifest.metrics, [SECONDS]: made.seconds }
    await publishModel(models, { ...made, manifest: { ...made.manifest, metrics } }, { version })
    return made
  }
}
