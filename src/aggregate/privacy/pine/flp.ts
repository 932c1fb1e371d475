/**
 * @module Fully linear proofs (Boneh, Boyle, Corrigan-Gibbs, Gilboa, Ishai 2019, Theorem 4.3). A circuit calls one
 * gadget many times. The proof is the polynomial through the gadget's outputs. Each verifier works only on its own
 * shares; together, the verifiers see only one random point of the polynomial.
 */
import { add, evaluate, halfway, interpolate, multiply, power, powers, residue } from './field.ts'

/** Gadget: a sum of products of neighbouring inputs, or of squares. */
export interface Gadget {
  readonly kind: 'products' | 'squares'
  readonly arity: number
  readonly calls: number
}

/** Number of points of a wire's polynomial (wire: input of the gadget): seed, values, zeros up to a power of 2. */
function pointsOf({ calls }: Gadget): number {
  return 2 ** Math.ceil(Math.log2(1 + calls))
}

export function proofLength(gadget: Gadget): number {
  return gadget.arity + 2 * (pointsOf(gadget) - 1) + 1
}

/** Number of elements that `query` returns: one value of each wire's polynomial, and one of the gadget's. */
export function verifierLength(gadget: Gadget): number {
  return gadget.arity + 1
}

/**
 * @param inputs inputs of all gadget calls, [calls · arity]
 * @param seeds random elements, [arity]
 */
export function prove(gadget: Gadget, inputs: Uint32Array, seeds: Uint32Array): Uint32Array {
  const { arity, calls, kind } = gadget
  const points = pointsOf(gadget)
  const at = [new Uint32Array(points), new Uint32Array(points)]
  const between = [new Uint32Array(points), new Uint32Array(points)]
  const output = new Uint32Array(2 * points)
  const factors = kind === 'squares' ? 1 : 2
  for (let j = 0; j < arity; j += factors) {
    for (let factor = 0; factor < factors; factor++) {
      at[factor].fill(0)
      at[factor][0] = seeds[j + factor]
      for (let k = 0; k < calls; k++) at[factor][k + 1] = inputs[k * arity + j + factor]
      between[factor].set(at[factor])
      halfway(between[factor])
    }
    const other = factors - 1
    for (let i = 0; i < points; i++) {
      output[2 * i] = add(output[2 * i], multiply(at[0][i], at[other][i]))
      output[2 * i + 1] = add(output[2 * i + 1], multiply(between[0][i], between[other][i]))
    }
  }
  const proof = new Uint32Array(proofLength(gadget))
  proof.set(seeds)
  proof.set(interpolate(output).subarray(0, 2 * points - 1), arity)
  return proof
}

/** Outputs of the gadget, [calls], read from a proof or from a share of a proof. */
export function outputsOf(gadget: Gadget, proof: Uint32Array): Uint32Array {
  const points = pointsOf(gadget)
  const coefficients = proof.subarray(gadget.arity)
  const folded = coefficients.slice(0, points)
  // At these roots of unity x^points = 1, so higher coefficients add to lower ones.
  for (let i = points; i < coefficients.length; i++)
    folded[i - points] = add(folded[i - points], coefficients[i])
  return evaluate(folded).subarray(1, gadget.calls + 1)
}

/**
 * @param combine computes the weighted sum of the calls' inputs
 * @param at random point, unknown to the prover
 * @returns [arity + 1]: each wire's polynomial at that point, then the gadget's; null at a root of unity, which would
 *   reveal an input
 */
export function query(
  gadget: Gadget,
  combine: (weights: Uint32Array) => Uint32Array,
  proof: Uint32Array,
  at: number,
): Uint32Array | null {
  const { arity, calls } = gadget
  const points = pointsOf(gadget)
  if (power(at, points) === 1) return null
  // Weights with Σₖ weightₖ · (value at the k-th root) = the polynomial's value at `at`.
  const weights = interpolate(powers(at, points))
  const ofCalls = combine(weights.subarray(1, calls + 1))
  const verifier = new Uint32Array(arity + 1)
  for (let j = 0; j < arity; j++) verifier[j] = add(multiply(weights[0], proof[j]), ofCalls[j])
  // Horner's method.
  for (let i = proof.length - 1; i >= arity; i--)
    verifier[arity] = add(multiply(verifier[arity], at), proof[i])
  return verifier
}

/**
 * Weighted sum Σₖ weightsₖ · row k of `rows`, mod q: [length]. Each weight is split into two halves, so that doubles
 * suffice: the sum of 32 products of a 16-bit and a 32-bit number stays below 2⁵³.
 */
export function combineRows(weights: Uint32Array, rows: Uint32Array, length: number): Uint32Array {
  const sums = new Uint32Array(length)
  for (let from = 0; from * length < rows.length; from += 32) {
    const end = Math.min(rows.length, (from + 32) * length)
    for (let j = 0; j < length; j++) {
      let [low, high] = [0, 0]
      for (let k = from, at = from * length + j; at < end; k++, at += length) {
        low += (weights[k] & 0xffff) * rows[at]
        high += (weights[k] >>> 16) * rows[at]
      }
      sums[j] = residue(sums[j] + residue(low) + 2 ** 16 * residue(high))
    }
  }
  return sums
}

/** Whether the sum of both aggregators' results of `query` consists of a gadget's inputs and the matching output. */
export function decide({ kind, arity }: Gadget, verifier: Uint32Array): boolean {
  let output = 0
  for (let j = 0; j < arity; j += kind === 'squares' ? 1 : 2)
    output = add(output, multiply(verifier[j], verifier[kind === 'squares' ? j : j + 1]))
  return output === verifier[arity]
}
