/**
 * @module Scores that a shopper's device would compute before each order: by the base model and by the guarded
 * personal model. Both use only events before the order.
 */
import type { Case } from '@nearside/core/features/history.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { type DeviceScores, type DeviceShop, ShopperDevice } from '../device.ts'

/** Scores by the model's rows, [N] each. */
export interface CaseScores {
  /** Scores of the base model for a cold-start user. */
  readonly stranger: Float32Array
  readonly base: Float32Array
  readonly personal: Float32Array
  readonly scored: DeviceScores
}

/** @param cases cases of one shopper, ascending by time. */
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
