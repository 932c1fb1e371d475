/**
 * @module The last check before a model is published: shoppers whom training never saw must be
 * served about as well as by its parent.
 */
import { buildCases } from '../../core/features/cases.ts'
import type { Case } from '../../core/features/history.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import { withContext } from '../../core/model/context.ts'
import { readBaseModel } from '../../core/model/files.ts'
import type { ModelManifest } from '../../core/model/manifest.ts'
import { scoreTerms } from '../../core/model/score.ts'
import { isHeldOut } from '../../train/holdout.ts'
import { ndcg, placesOf } from '../../train/metrics.ts'
import { readFiles } from '../../train/models/read.ts'
import { contextOf } from '../../train/shop/context.ts'
import type { Shop } from '../../train/shop/shop.ts'
import { readCandidate } from './nextModel.ts'
import type { Gate } from './rounds.ts'

/** Enough to see a drop of a few per cent, few enough to take seconds. */
const MAX_CASES = 300
/** How much worse, relative to its parent, a model may be: what noise alone does to so few cases. */
const TOLERANCE = 0.02

/** Without a shop there is nothing to measure on, and the verdict says so. */
export const unmeasuredGate: Gate = async () => ({ accepted: true, reasons: [], metrics: {} })

export function createHeldOutGate(shop: Shop): Gate {
  return async (parent, candidate) => {
    const cases = heldOutCases(shop, parent.manifest)
    if (cases.length === 0) return unmeasuredGate(parent, candidate)
    const contexts = contextOf(shop)
    const published = await readBaseModel(parent.manifest, await readFiles(parent))
    const before = meanNdcg(withContext(published, contexts), cases)
    const after = meanNdcg(withContext(await readCandidate(parent, candidate), contexts), cases)
    const accepted = after >= before * (1 - TOLERANCE)
    const drop = (100 * (1 - after / before)).toFixed(1)
    return {
      accepted,
      reasons: accepted ? [] : [`NDCG@10 of held-out shoppers would fall by ${drop} %`],
      metrics: { cases: cases.length, 'ndcg@10 before': before, 'ndcg@10 after': after },
    }
  }
}

/** Cases of held-out shoppers after the model's date, evenly over time. */
function heldOutCases(shop: Shop, manifest: ModelManifest): readonly Case[] {
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

function meanNdcg(model: BaseModel, cases: readonly Case[]): number {
  let sum = 0
  for (const { history, time, targets } of cases) {
    const known = history.filter(({ item }) => item < model.itemIds.length)
    sum += ndcg(placesOf(scoreTerms(model, known, time).base, targets), 10)
  }
  return sum / cases.length
}
