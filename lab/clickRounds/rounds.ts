/**
 * @module Rounds without servers: each device takes a step down the loss of its own cases, and what
 * is shared moves by the mean of the clipped moves, noise included. Servers add the same numbers
 * (`src/simulate` plays them with sealed reports); here only what they are worth is asked.
 */
import type { Random } from '../../src/core/model/random.ts'
import type { RankerDataset } from '../../src/train/ranker/dataset.ts'
import { evaluate } from '../../src/train/ranker/newton.ts'

export interface Terms {
  /** Longest move of one device. */
  readonly clip: number
  /** What the mean move is multiplied by. */
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

/** A device's `sharedDelta` takes five: on few cases too far, see docs/results/click-rounds.md. */
const LOCAL_STEPS = 1
const LOCAL_RATE = 0.1

/** Where the device's own steps lead from the shared weights, less these; [columns]. */
function localMove(table: RankerDataset, inverse: Float64Array, shared: Float64Array) {
  const moved = shared.slice()
  const options = { l2: 0, frozen: new Set<number>() }
  for (let step = 0; step < LOCAL_STEPS; step++) {
    const { gradient } = evaluate(table, inverse, moved, options, 'gradient')
    for (let f = 0; f < moved.length; f++) moved[f] -= LOCAL_RATE * gradient[f]
  }
  return moved.map((value, f) => value - shared[f])
}

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
  for (let round = 0; round < rounds; round++) {
    const times = new Float64Array(devices.length).fill(crowd.devices === null ? 1 : 0)
    for (let k = 0; k < (crowd.devices ?? 0); k++) times[random.integer(devices.length)]++
    const count = crowd.devices ?? devices.length
    const sum = Float64Array.from(start, () => crowd.noise * clip * random.normal())
    for (const [d, table] of devices.entries()) {
      if (times[d] === 0) continue
      const move = localMove(table, inverse, shared)
      const share = times[d] * Math.min(1, clip / Math.hypot(...move))
      for (let f = 0; f < sum.length; f++) if (move[f] !== 0) sum[f] += share * move[f]
    }
    shared = shared.map((value, f) => value + (rate * sum[f]) / count)
  }
  return shared
}
