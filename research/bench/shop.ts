/** @module The benchmarks' shop: random items, and a shopper who returns regularly. */
import type { History } from '@nearside/core/features/history.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'

const HOUR = 3_600_000

/** Number of personal parameters that a fit changes: 27 feature weights, as in the demo shop; no user vector. */
export const MOVING = 27

export function benchModel(items: number): BaseModel {
  const model = tinyModel(items)
  const { length } = model.prior.mean
  const moves = (j: number) => j >= length - MOVING
  return {
    ...model,
    prior: {
      ...model.prior,
      mean: model.prior.mean.map((mean, j) => (moves(j) ? mean : 0)),
      variance: model.prior.variance.map((_, j) => (moves(j) ? 0.1 : 0)),
      stepSize: model.prior.stepSize.map((_, j) => (moves(j) ? 0.02 : 0)),
      steps: 30,
    },
  }
}

/**
 * A history with one event every seven hours, ascending.
 * @param from time of the first event, milliseconds since the epoch
 */
export function benchHistory(items: number, events: number, from: number): History {
  return Array.from({ length: events }, (_, i) => ({
    item: (977 * i) % items,
    name: (['view_item', 'add_to_cart', 'purchase'] as const)[i % 3],
    time: from + 7 * HOUR * i,
    session: `${i}`,
  }))
}
