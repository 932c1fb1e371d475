/**
 * @module Fully linear proofs (Boneh, Boyle, Corrigan-Gibbs, Gilboa, Ishai 2019, Theorem 4.3): a
 * circuit calls one gadget many times; the proof is the polynomial that passes through the gadget's
 * outputs. Each verifier works on its shares alone, and both together see only a random point of it.
 */
import { add, evaluate, halfway, interpolate, multiply, power, powers, residue } from './field.ts'

/** A sum of products of neighbouring inputs, or of squares. */
export interface Gadget {
  readonly kind: 'products' | 'squares'
  readonly arity: number
  readonly calls: number
}

/** What a circuit asks of its gadget: [calls · arity] inputs; an output stands for each call. */
export type GadgetInputs = Uint32Array

/** Points that a wire's polynomial passes through: its seed, its inputs, zeros. */
function pointsOf({ calls }: Gadget): number {
  return 2 ** Math.ceil(Math.log2(1 + calls))
}

export function proofLength(gadget: Gadget): number {
  return gadget.arity + 2 * (pointsOf(gadget) - 1) + 1
}

/** Beside the circuit's output: a value of each wire and one of the gadget's polynomial. */
export function verifierLength(gadget: Gadget): number {
  return gadget.arity + 1
}

/** @param seeds [arity], random */
export function prove(gadget: Gadget, inputs: GadgetInputs, seeds: Uint32Array): Uint32Array {
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

/** The gadget's outputs, [calls], as a proof (or a share of one) has them. */
export function outputsOf(gadget: Gadget, proof: Uint32Array): Uint32Array {
  const points = pointsOf(gadget)
  const coefficients = proof.subarray(gadget.arity)
  const folded = coefficients.slice(0, points)
  // At a root of unity x, x^points is 1.
  for (let i = points; i < coefficients.length; i++)
    folded[i - points] = add(folded[i - points], coefficients[i])
  return evaluate(folded).subarray(1, gadget.calls + 1)
}

/**
 * @param combine the inputs' sum for a weight of each call
 * @param at random, unknown to whoever made the proof
 * @returns [arity + 1]: each wire's polynomial there, then the gadget's; null at a root of unity,
 * which would show an input
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
  // Σₖ weightₖ · value at the k-th root = the polynomial's value at `at`.
  const weights = interpolate(powers(at, points))
  const ofCalls = combine(weights.subarray(1, calls + 1))
  const verifier = new Uint32Array(arity + 1)
  for (let j = 0; j < arity; j++) verifier[j] = add(multiply(weights[0], proof[j]), ofCalls[j])
  const coefficients = proof.subarray(arity)
  verifier[arity] = coefficients.reduceRight((sum, x) => add(multiply(sum, at), x), 0)
  return verifier
}

/**
 * Σₖ weightsₖ · row k of `rows`, mod q: [length]. In doubles, by the halves of each weight: 32 products
 * of 16 and 32 bits stay below 2⁵³, and are reduced together.
 */
export function combineRows(weights: Uint32Array, rows: Uint32Array, length: number): Uint32Array {
  const [low, high] = [new Float64Array(length), new Float64Array(length)]
  for (let k = 0, at = 0; at < rows.length; k++) {
    const [lowHalf, highHalf] = [weights[k] & 0xffff, weights[k] >>> 16]
    for (let j = 0; j < length; j++) {
      const x = rows[at++]
      low[j] += lowHalf * x
      high[j] += highHalf * x
    }
    if (k % 30 === 29) {
      for (let j = 0; j < length; j++) {
        low[j] = residue(low[j])
        high[j] = residue(high[j])
      }
    }
  }
  const sums = new Uint32Array(length)
  for (let j = 0; j < length; j++) sums[j] = residue(low[j] + 2 ** 16 * residue(high[j]))
  return sums
}

/** Whether both verifiers' shares, added up, are a gadget's inputs and output. */
export function decide({ kind, arity }: Gadget, verifier: Uint32Array): boolean {
  let output = 0
  for (let j = 0; j < arity; j += kind === 'squares' ? 1 : 2)
    output = add(output, multiply(verifier[j], verifier[kind === 'squares' ? j : j + 1]))
  return output === verifier[arity]
}
