/**
 * @module Simulates rounds without servers. Each device sends the descent direction of its own cases' loss, like
 * `sharedDelta`. The shared weights move by the noisy mean of the clipped directions, with momentum. Servers would
 * compute the same sum; `research/simulate` runs them with sealed reports.
 */
import type { Random } from '@nearside/core/model/random.ts'
import type { RankerDataset } from '@nearside/train/ranker/dataset.ts'
import { evaluate } from '@nearside/train/ranker/newton.ts'

export interface Terms {
  /** Largest norm of one device's update. */
  readonly clip: number
  /** Learning rate: factor of the moving average of the rounds' means. */
  readonly rate: number
  readonly rounds: number
}

export interface Crowd {
  /** Devices in each round, drawn with replacement; null: each shopper's device once. */
  readonly devices: number | null
  /** Standard deviation of the noise on the sum of updates, as a multiple of `clip`; 0: no noise. */
  readonly noise: number
}

export const EVERYBODY: Crowd = { devices: null, noise: 0 }

const MOMENTUM = 0.9

const NO_PRIOR = { l2: 0, frozen: new Set<number>() }

/**
 * The shared weights after the rounds.
 * @param devices the cases of one shopper each
 * @param scale [columns], divisor of the raw features
 * @param start weights for scaled features, [columns]
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
