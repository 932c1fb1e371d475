/**
 * @module Masks, ids and noise from a seed, so that a simulation can be repeated. They hide nothing: no
 * real shopper's report is made with them.
 */
import { type NoiseSampler, sampleDiscreteGaussian } from '../aggregate/privacy/discreteGaussian.ts'
import type { RandomBytes } from '../aggregate/privacy/randomBytes.ts'
import { createRandom, type Random } from '../core/model/random.ts'

/** A source of its own: what one draws changes nothing for another. */
export const branch = (random: Random): Random => createRandom(random.integer(2 ** 32))

export const seededBytes =
  (random: Random): RandomBytes =>
  (length) =>
    Uint8Array.from({ length }, () => random.integer(256))

/** The servers' own sampler on seeded bytes. */
export function seededNoise(random: Random): NoiseSampler {
  const bytes = seededBytes(random)
  return (variance, dimension) =>
    Int32Array.from({ length: dimension }, () => Number(sampleDiscreteGaussian(variance, bytes)))
}

export const noNoise: NoiseSampler = (_variance, dimension) => new Int32Array(dimension)
