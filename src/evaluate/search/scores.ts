/**
 * @module What a shopper's device would score before each of their orders: the base model and the
 * personal model under its guard, learned from what came before. Nothing of the order is known.
 */
import type { Case } from '../../core/features/history.ts'
import { scoreTerms } from '../../core/model/score.ts'
import { type DeviceScores, type DeviceShop, ShopperDevice } from '../device.ts'

/** [N] each, by the model's rows. */
export interface CaseScores {
  /** The base model as it is for somebody without a past. */
  readonly stranger: Float32Array
  readonly base: Float32Array
  readonly personal: Float32Array
  readonly scored: DeviceScores
}

/** @param cases of one shopper, ascending by time. */
export async function* scoreCases(
  shop: DeviceShop,
  cases: readonly Case[],
): AsyncGenerator<CaseScores, void> {
  const device = new ShopperDevice(shop)
  for (const one of cases) {
    const scored = await device.score(one)
    const { model, terms, shown } = scored
    const stranger = scoreTerms(model, [], one.time).base
    yield { stranger, base: terms.base, personal: shown, scored }
    device.observe(scored, one.targets)
  }
}
