/**
 * @module Predicts the next product other than the one being viewed, period after period, by four arms (`UPDATE_ARMS`),
 * for shoppers that no training saw.
 */

import { buildStatistics } from '@nearside/core/features/statistics.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { scoreTerms, withContext } from '@nearside/core/model/score.ts'
import { isOutOf } from '@nearside/train/holdout.ts'
import { hiding, hitRate, ndcg, placesOf } from '@nearside/train/metrics.ts'
import { pretrain } from '@nearside/train/pretrain.ts'
import { processorSeconds } from '@nearside/train/processorSeconds.ts'
import { contextOf } from '@nearside/train/shop/context.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { updateModel } from '@nearside/train/update/updateModel.ts'
import { type RowCase, Rows } from '../rows.ts'
import { type Steps, step } from '../steps.ts'
import type { IncrementalQuestion } from './incremental.ts'
import { casesIn, type Span } from './periods.ts'

export const UPDATE_ARMS = {
  frozen: 'the first model as it was published',
  counted: 'the same model, with counts as of the start of each period',
  updated: 'in each period, `pretrain --from` the previous version',
  full: 'in each period, `pretrain` on the whole log',
} as const

const ARMS = Object.keys(UPDATE_ARMS)

export const PERIOD_METRICS = ['ndcg@10', 'hitRate@10'] as const

/** Number of periods that the first model is trained on. */
export const FIRST_PERIODS = 3

/** Share of shoppers that no training sees. */
export const HOLDOUT = { fraction: 0.2 }

/**
 * @param reading processor seconds for reading the log, which the real command repeats for each training and update
 * @returns the rows, the processor seconds of each arm's updates, and a description of each update
 */
export async function runUpdates(
  shop: Shop,
  spans: readonly Span[],
  { seed, now }: Pick<IncrementalQuestion, 'seed' | 'now'>,
  reading: number,
  steps: Steps,
) {
  const isOut = isOutOf(HOLDOUT, seed)
  const held = shop.shoppers.filter(({ id }) => isOut(id))
  const others = shop.shoppers.flatMap(({ id, interactions }) => (isOut(id) ? [] : [interactions]))
  const contexts = contextOf(shop)
  const rows = new Rows<RowCase>()
  const seconds: number[][] = ARMS.map(() => [])
  const did: string[] = []
  const options = (label: string, until: number) => ({
    holdout: HOLDOUT,
    now,
    until,
    onProgress: (part: string, done: number, total: number) =>
      steps.onProgress(`${label}: ${part}`, done, total),
    checkpoint: () => step(steps, label, 0, 0),
  })
  /** Processor seconds of some work, plus the seconds for reading the log, which the real command would also need. */
  const timed = async <T>(work: () => Promise<T>) => {
    const started = processorSeconds()
    return { ...(await work()), seconds: reading + processorSeconds() - started }
  }
  const train = (until: number) =>
    timed(() => {
      const asked = options(`full training until ${formatDay(until)}`, until)
      // Features aren't judged, because judging them changes no model.
      return pretrain(shop, { ...asked, seed, judgeFeatures: false })
    })
  const update = (parent: BaseModel, until: number) =>
    timed(async () => {
      const asked = options(`update until ${formatDay(until)}`, until)
      const { manifest, model, refused } = await updateModel(parent, shop, asked)
      return refused === null
        ? { model, did: manifest.update?.did ?? '' }
        : { model: parent, did: `refused: ${refused}` }
    })
  const first = await train(spans[FIRST_PERIODS - 1].to)
  let full = first
  let updated: { readonly model: BaseModel } = first
  for (let t = FIRST_PERIODS; t < spans.length; t++) {
    const until = spans[t].from
    if (t > FIRST_PERIODS) {
      const next = await update(updated.model, until)
      updated = next
      did.push(next.did)
      full = await train(until)
      for (const [a, spent] of [0, 0, next.seconds, full.seconds].entries()) seconds[a].push(spent)
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
      if (who % 20 === 0) await step(steps, `testing from ${formatDay(until)}`, who, held.length)
      for (const { history, time, next } of casesIn(spans[t], shopper, shop.dayOnly)) {
        rows.begin({ shopper: shopper.id })
        for (const [a, model] of served.entries()) {
          const arm = ARMS[a]
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
