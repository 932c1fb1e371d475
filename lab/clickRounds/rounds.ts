/**
 * @module Rounds without servers: each device gives the way down the loss of its own cases, as a
 * device's `sharedDelta` does, and what is shared moves by the mean of these, clipped, noise included,
 * with momentum. Servers add the same numbers (`src/simulate` plays them with sealed reports); here only
 * what they are worth is asked.
 */
import type { Random } from '../../src/core/model/random.ts'
import type { RankerDataset } from '../../src/train/ranker/dataset.ts'
import { evaluate } from '../../src/train/ranker/newton.ts'

export interface Terms {
  /** Longest of one device. */
  readonly clip: number
  /** What the moving mean of the rounds' means is multiplied by. */
  readonly rate: number
  readonly rounds: number
}

export interface Crowd {
  /** Devices a round, drawn with replacement; null: each shopper's once. */
  readonly devices: number | null
  /** Standard deviation of the noise of their sum, in clips; 0: none. */
  readonly noise: number
}

export const EVERYBODY: Crowd = { devices: null, noise: 0 }

const MOMENTUM = 0.9

const NO_PRIOR = { l2: 0, frozen: new Set<number>() }

/**
 * The shared weights after the rounds.
 * @param devices the cases of one shopper each
 * @param scale [columns], raw features are divided by it
 * @param start for scaled features, [columns]
 */
export function playRounds(
  devices: readonly RankerDataset[],
  scale: Float32Array,
  start: Float64Array,
  { clip, rate, rounds }: Terms,
  crowd: Crowd,
  random: Random,
): Float64Array {
  const inverse = Float64Array.from(scale, (value) => 1 / value)
  let shared = start
  const velocity = new Float64Array(start.length)
  for (let round = 0; round < rounds; round++) {
    const times = new Float64Array(devices.length).fill(crowd.devices === null ? 1 : 0)
    for (let k = 0; k < (crowd.devices ?? 0); k++) times[random.integer(devices.length)]++
    const count = crowd.devices ?? devices.length
    const sum = Float64Array.from(start, () => crowd.noise * clip * random.normal())
    for (const [d, table] of devices.entries()) {
      if (times[d] === 0) continue
      const { gradient } = evaluate(table, inverse, shared, NO_PRIOR, 'gradient')
      const share = times[d] * Math.min(1, clip / Math.hypot(...gradient))
      for (let f = 0; f < sum.length; f++) if (gradient[f] !== 0) sum[f] -= share * gradient[f]
    }
    for (let f = 0; f < sum.length; f++) velocity[f] = MOMENTUM * velocity[f] + sum[f] / count
    shared = shared.map((value, f) => value + rate * velocity[f])
  }
  return shared
}
