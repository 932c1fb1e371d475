/**
 * @module Last check before a round's model is published, on held-out shoppers that training never saw. For these
 * shoppers, the model must rank about as well as its parent and as the last trained model, so that small losses can't
 * add up over rounds.
 */
import { setImmediate } from 'node:timers/promises'
import { buildCases } from '@nearside/core/features/cases.ts'
import type { Case } from '@nearside/core/features/history.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { readBaseModel } from '@nearside/core/model/files.ts'
import type { ModelManifest } from '@nearside/core/model/manifest.ts'
import { scoreTerms, withContext } from '@nearside/core/model/score.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'
import { type PublishedModel, readFiles } from '@nearside/train/models/read.ts'
import { contextOf } from '@nearside/train/shop/context.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'
import { readCandidate } from './nextModel.ts'
import type { Gate } from './rounds.ts'

/** Maximum number of test cases: enough to detect a drop of a few per cent, and few enough to take only seconds. */
const MAX_CASES = 300
/**
 * Largest accepted relative drop of NDCG@10 below that of the parent or of the last trained model. On so few cases, a
 * stricter limit would reject good models by chance.
 */
const TOLERANCE = 0.02

/** Gate for a server without the shop's data: accepts each model, and says in the verdict that it measured 0 cases. */
export const unmeasuredGate: Gate = async () => ({
  accepted: true,
  reasons: [],
  metrics: { cases: 0 },
})

/** @param stopping aborts a measurement, which the server repeats at its next start */
export function createHeldOutGate(shop: Shop, stopping?: AbortSignal): Gate {
  const contexts = contextOf(shop)
  return async (parent, candidate, trained) => {
    const cases = heldOutCases(shop, parent.manifest)
    if (cases.length === 0) return unmeasuredGate(parent, candidate, trained)
    const measure = (model: BaseModel) => meanNdcg(withContext(model, contexts), cases, stopping)
    const measurePublished = async (model: PublishedModel) =>
      measure(await readBaseModel(model.manifest, await readFiles(model)))
    const before = await measurePublished(parent)
    const whenTrained = trained.hash === parent.hash ? before : await measurePublished(trained)
    const after = await measure(await readCandidate(parent, candidate))
    const drop = (from: number) => (100 * (1 - after / from)).toFixed(1)
    const reasons = [
      ...(after < before * (1 - TOLERANCE)
        ? [`NDCG@10 of held-out shoppers would fall by ${drop(before)} %`]
        : []),
      ...(after < whenTrained * (1 - TOLERANCE)
        ? [
            `NDCG@10 of held-out shoppers would be ${drop(whenTrained)} % below that of version ${trained.version}, the last that was trained`,
          ]
        : []),
    ]
    return {
      accepted: reasons.length === 0,
      reasons,
      metrics: {
        cases: cases.length,
        'ndcg@10 trained': whenTrained,
        'ndcg@10 before': before,
        'ndcg@10 after': after,
      },
    }
  }
}

/** Test cases of held-out shoppers after the model's date, evenly spread over time. */
export function heldOutCases(shop: Shop, manifest: ModelManifest): readonly Case[] {
  const from = Date.parse(manifest.data.until)
  const all = shop.shoppers
    .filter(({ id }) => isHeldOut(id, manifest.holdout.fraction, manifest.seed))
    .flatMap((shopper) => buildCases(shopper, shop.dayOnly, from))
    .filter(({ targets }) => targets.every((item) => item < manifest.items))
    .sort((a, b) => a.time - b.time)
  const stride = Math.max(1, all.length / MAX_CASES)
  return Array.from(
    { length: Math.min(MAX_CASES, all.length) },
    (_, i) => all[Math.floor(i * stride)],
  )
}

async function meanNdcg(
  model: BaseModel,
  cases: readonly Case[],
  stopping: AbortSignal | undefined,
): Promise<number> {
  let sum = 0
  for (const { history, time, targets } of cases) {
    // Let waiting requests run.
    await setImmediate()
    stopping?.throwIfAborted()
    const known = history.filter(({ item }) => item < model.itemIds.length)
    sum += ndcg(placesOf(scoreTerms(model, known, time).base, targets), 10)
  }
  return sum / cases.length
}
