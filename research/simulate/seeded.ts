/**
 * @module Secret shares, ids and noise from a seed, so that a simulation is repeatable. Shares and noise from a seed
 * protect nothing; no real shopper's device uses them.
 */
import {
  type NoiseSampler,
  sampleDiscreteGaussian,
} from '@nearside/aggregate/privacy/discreteGaussian.ts'
import type { RandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { createRandom, type Random } from '@nearside/core/model/random.ts'

/** Creates a random source whose draws don't affect later draws of `random`. */
export const branch = (random: Random): Random => createRandom(random.integer(2 ** 32))

export const seededBytes =
  (random: Random): RandomBytes =>
  (length) => {
    const words = new Uint32Array(Math.ceil(length / 4))
    for (let i = 0; i < words.length; i++) words[i] = random.integer(2 ** 32)
    return new Uint8Array(words.buffer).slice(0, length)
  }

/** The servers' noise sampler, which gets its random bytes from the seed. */
export function seededNoise(random: Random): NoiseSampler {
  const bytes = seededBytes(random)
  return (variance, dimension) =>
    Int32Array.from({ length: dimension }, () => Number(sampleDiscreteGaussian(variance, bytes)))
}

export const noNoise: NoiseSampler = (_variance, dimension) => new Int32Array(dimension)
