/**
 * @module Exact samples of the discrete Gaussian N_Z(0, σ²): P(x) ∝ exp(−x²/2σ²), x ∈ Z. The sampler uses only rational
 * arithmetic, so attacks on floating point don't apply.
 * @see Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020), Alg. 1–3
 */
import { invalidInput } from '@nearside/core/error.ts'
import { buffered, cryptoRandomBytes, type RandomBytes } from './randomBytes.ts'

/** Draws noise, `dimension` integers. Only tests and `simulate` pass their own sampler; real servers never do. */
export type NoiseSampler = (variance: bigint, dimension: number) => Int32Array | Promise<Int32Array>

/** Number of noise draws, about five milliseconds of work, after which the server handles other requests. */
const SLICE = 256

/** Draws a uniform integer in [0, bound), by rejection, so without modulo bias. */
function uniform(bound: bigint, randomBytes: RandomBytes): bigint {
  const bits = (bound - 1n).toString(2).length
  const length = Math.ceil(bits / 8)
  const excess = BigInt(8 * length - bits)
  for (;;) {
    let value = 0n
    for (const byte of randomBytes(length)) value = (value << 8n) | BigInt(byte)
    value >>= excess
    if (value < bound) return value
  }
}

function bernoulli(numerator: bigint, denominator: bigint, randomBytes: RandomBytes): boolean {
  return uniform(denominator, randomBytes) < numerator
}

/** Returns true with probability exp(−numerator/denominator), for a numerator of 0 or more (Canonne et al., Alg. 1). */
function bernoulliExp(numerator: bigint, denominator: bigint, randomBytes: RandomBytes): boolean {
  let rest = numerator
  while (rest > denominator) {
    if (!bernoulliExp(1n, 1n, randomBytes)) return false
    rest -= denominator
  }
  let k = 1n
  while (bernoulli(rest, denominator * k, randomBytes)) k++
  return k % 2n === 1n
}

/** Draws a discrete Laplace sample: P(x) ∝ exp(−|x|/scale) (Canonne et al., Alg. 2). */
function discreteLaplace(scale: bigint, randomBytes: RandomBytes): bigint {
  for (;;) {
    const remainder = uniform(scale, randomBytes)
    if (!bernoulliExp(remainder, scale, randomBytes)) continue
    let quotient = 0n
    while (bernoulliExp(1n, 1n, randomBytes)) quotient++
    const magnitude = remainder + scale * quotient
    const negative = bernoulli(1n, 2n, randomBytes)
    // −0 is rejected, because zero would occur twice as often with both signs.
    if (negative && magnitude === 0n) continue
    return negative ? -magnitude : magnitude
  }
}

function integerSqrt(n: bigint): bigint {
  if (n < 2n) return n
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2))
  for (;;) {
    const next = (x + n / x) >> 1n
    if (next >= x) return x
    x = next
  }
}

/** One draw with variance parameter σ², a positive integer (Canonne et al., Alg. 3). */
export function sampleDiscreteGaussian(variance: bigint, randomBytes: RandomBytes): bigint {
  if (variance <= 0n) throw invalidInput('The noise variance must be positive')
  const scale = integerSqrt(variance) + 1n
  for (;;) {
    const candidate = discreteLaplace(scale, randomBytes)
    const magnitude = candidate < 0n ? -candidate : candidate
    const distance = magnitude * scale - variance
    if (bernoulliExp(distance * distance, 2n * variance * scale * scale, randomBytes))
      return candidate
  }
}

export async function discreteGaussianNoise(
  variance: bigint,
  dimension: number,
): Promise<Int32Array> {
  const randomBytes = buffered(cryptoRandomBytes)
  const noise = new Int32Array(dimension)
  for (let i = 0; i < dimension; i++) {
    if (i % SLICE === 0) await new Promise((resolve) => setTimeout(resolve))
    noise[i] = Number(sampleDiscreteGaussian(variance, randomBytes))
  }
  return noise
}
