/**
 * @module PINE proves this statement about a vector: the integer Σ x², before reduction mod q, is at most B². The first
 * circuit checks that the bits that the device sends are those of Σ x². The second circuit checks that each bit is 0 or
 * 1, and that the value of the bits is at most B². To prove that Σ x² didn't wrap around, the second circuit also
 * checks that at least `successes` of `checks` sums Σ ±x are small. The signs are drawn after x was fixed.
 * @see Rothblum, Omri, Chen, Talwar, "PINE" (arXiv 2311.10237), Figures 1 and 2
 */
import {
  add,
  bitsOf,
  fromBits,
  MODULUS,
  multiply,
  powers,
  products,
  residue,
  subtract,
  sumOf,
} from './field.ts'
import { combineRows, type Gadget, proofLength, verifierLength } from './flp.ts'

interface PineParameters {
  /** Length d of the vector. */
  readonly dimension: number
  /** Norm bound B, an integer. */
  readonly normBound: number
  /** Number of pairs of factors per gadget call; default: the number that gives the shortest proof. */
  readonly chunk?: number
  /** Number of squares per gadget call; default: the number that gives the shortest proof. */
  readonly normChunk?: number
  /** Number of proofs of `evaluateChecks` (`normProofs`: of `evaluateNorm`). A forger must forge all at once. */
  readonly proofs: number
  readonly normProofs: number
  readonly checks: number
  readonly successes: number
}

/**
 * Bound of the wraparound checks' sums, in multiples of the norm bound B; an honest sum exceeds it with chance e⁻⁷⁵.
 */
const ALPHA = 8.7

export type Circuit = ReturnType<typeof createCircuit>

const chunks = (length: number, chunk: number) => Math.ceil(length / chunk)

function chooseChunk(most: number, gadgetOf: (chunk: number) => Gadget): number {
  let best = 1
  for (let chunk = 2; chunk <= most; chunk++)
    if (proofLength(gadgetOf(chunk)) < proofLength(gadgetOf(best))) best = chunk
  return best
}

export function createCircuit(parameters: PineParameters) {
  const { dimension, normBound, proofs, normProofs, checks } = parameters
  const squaredBound = normBound * normBound
  const wraparoundBound = 2 ** Math.ceil(Math.log2(Math.ceil(ALPHA * normBound) + 1))
  const bitLength = (value: number) => Math.floor(Math.log2(value)) + 1
  const normBits = bitLength(squaredBound)
  const wraparoundBits = bitLength(2 * wraparoundBound - 1)
  const bits = 2 * normBits + (wraparoundBits + 1) * checks
  const gadgetOf = (chunk: number): Gadget => ({
    kind: 'products',
    arity: 2 * chunk,
    calls: chunks(bits, chunk) + chunks(checks, chunk),
  })
  const normGadgetOf = (chunk: number): Gadget => ({
    kind: 'squares',
    arity: chunk,
    calls: chunks(dimension, chunk),
  })
  const chunk = parameters.chunk ?? chooseChunk(bits, gadgetOf)
  const gadget = gadgetOf(chunk)
  const normGadget = normGadgetOf(parameters.normChunk ?? chooseChunk(dimension, normGadgetOf))
  return {
    ...parameters,
    chunk,
    squaredBound,
    normBits,
    /** Bound of the wraparound checks' sums (dot products of x with random ±1), which must lie in (−bound, bound]. */
    wraparoundBound,
    wraparoundBits,
    /** Length of the vector with the bits of its squared norm; the signs ±1 are derived from both. */
    gradientLength: dimension + 2 * normBits,
    /** Length of the secret-shared measurement: vector x, bits of its norm, bits of the wraparound checks. */
    measurementLength: dimension + bits,
    gadget,
    normGadget,
    proofsLength: normProofs * proofLength(normGadget) + proofs * proofLength(gadget),
    verifiersLength:
      normProofs * (1 + verifierLength(normGadget)) + proofs * (1 + verifierLength(gadget)),
  }
}

/**
 * Encodes a vector's residues, then the bits of Σ x² and of B² − Σ x² (B: norm bound). For a vector whose norm exceeds
 * B, the bits are wrong: this function doesn't fail, but the proof is refused later.
 */
export function encodeNorm(circuit: Circuit, vector: Uint32Array): Uint32Array {
  const { squaredBound, normBits } = circuit
  const squared = vector.reduce((sum, x) => add(sum, multiply(x, x)), 0)
  const rest = subtract(squaredBound, squared)
  return Uint32Array.of(...vector, ...bitsOf(squared, normBits), ...bitsOf(rest, normBits))
}

/** Sign of a coordinate (0: left out) for its two random bits 00, 01, 10 or 11. */
const SIGNS = Float64Array.of(-1, 0, 0, 1)

/**
 * Computes a sum Σ ±x for each check, [checks]. `stream` has two random bits for each sign, that is, for each
 * coordinate in each check.
 */
export function wraparoundSums(
  { dimension, checks }: Circuit,
  vector: Uint32Array,
  stream: Uint8Array,
): Uint32Array {
  // This loop takes most of the time if d is large, so it adds four numbers per step and calls no function per sum.
  const padded = new Float64Array(4 * streamBytes({ dimension, checks: 1 }))
  padded.set(vector)
  const sums = new Uint32Array(checks)
  let read = 0
  for (let check = 0; check < checks; check++) {
    let sum = 0
    for (let i = 0; i < padded.length; i += 4) {
      const signs = stream[read++]
      sum +=
        SIGNS[signs & 3] * padded[i] +
        SIGNS[(signs >> 2) & 3] * padded[i + 1] +
        SIGNS[(signs >> 4) & 3] * padded[i + 2] +
        SIGNS[signs >> 6] * padded[i + 3]
    }
    sums[check] = residue(sum)
  }
  return sums
}

export function streamBytes({ dimension, checks }: Pick<Circuit, 'dimension' | 'checks'>): number {
  return checks * Math.ceil(dimension / 4)
}

/** For each sum: the bits of its distance from the lowest allowed value, then a 1, which claims that it is in range. */
export function encodeSums(circuit: Circuit, sums: Uint32Array): Uint32Array {
  const { wraparoundBound, wraparoundBits, successes } = circuit
  const width = wraparoundBits + 1
  const encoded = new Uint32Array(sums.length * width)
  for (const [i, sum] of sums.entries()) {
    encoded.set(bitsOf(add(sum, wraparoundBound - 1), wraparoundBits), i * width)
    encoded[i * width + wraparoundBits] = i < successes ? 1 : 0
  }
  return encoded
}

/** A circuit, evaluated on a measurement or on one of several shares of the measurement. */
interface Evaluation {
  /** Inputs of all gadget calls, [calls · arity]. */
  readonly inputs: () => Uint32Array
  /** Weighted sum Σₖ weightₖ · inputs of call k, [arity]. For many inputs, this is much faster than `inputs`. */
  readonly combine: (weights: Uint32Array) => Uint32Array
  /** Computes the circuit's output from the gadget's outputs; 0 for a valid measurement. */
  readonly result: (outputs: Uint32Array) => number
}

/** Circuit that checks that the norm's bits are those of Σ x². */
export function evaluateNorm(circuit: Circuit, measurement: Uint32Array): Evaluation {
  const { dimension, normBits, normGadget } = circuit
  const inputs = new Uint32Array(normGadget.calls * normGadget.arity)
  inputs.set(measurement.subarray(0, dimension))
  const claimed = fromBits(measurement, dimension, normBits)
  return {
    inputs: () => inputs,
    combine: (weights) => combineRows(weights, inputs, normGadget.arity),
    result: (outputs) => subtract(claimed, sumOf(outputs)),
  }
}

/**
 * Circuit for all checks except `evaluateNorm`'s. Values that are the same in all its proofs are computed only once.
 * @returns a function that evaluates the circuit for one proof, given the proof's joint randomness: three elements
 *   drawn after the measurement was fixed
 */
export function evaluateChecks(
  circuit: Circuit,
  measurement: Uint32Array,
  sums: Uint32Array,
  shares: 1 | 2,
): (joint: Uint32Array) => Evaluation {
  const { dimension, normBits, wraparoundBits, wraparoundBound, checks, chunk, gadget } = circuit
  // Each share has a part of the constant 1; the parts of all shares add up to 1.
  const part = shares === 1 ? 1 : (MODULUS + 1) / 2
  const bits = measurement.subarray(dimension)
  const lowest = multiply(wraparoundBound - 1, part)
  const isSuccess = new Uint32Array(checks)
  /** Differences between the sums and the values that the device's bits state for them. */
  const errors = new Uint32Array(checks)
  for (let i = 0; i < checks; i++) {
    const start = 2 * normBits + i * (wraparoundBits + 1)
    const claimed = fromBits(bits, start, wraparoundBits)
    errors[i] = subtract(sums[i], subtract(claimed, lowest))
    isSuccess[i] = bits[start + wraparoundBits]
  }
  const norms = add(fromBits(bits, 0, normBits), fromBits(bits, normBits, normBits))
  const tooLong = subtract(norms, multiply(circuit.squaredBound, part))
  const tooFew = subtract(sumOf(isSuccess), multiply(circuit.successes, part))
  const bitCalls = chunks(bits.length, chunk)
  const rows = new Uint32Array(bitCalls * chunk)
  rows.set(bits)
  return ([forBits, forSums, forResult]) => {
    const ofSums = products(powers(forSums, checks), errors)
    return {
      inputs() {
        const inputs = new Uint32Array(gadget.calls * gadget.arity)
        const weights = powers(forBits, bits.length)
        for (let i = 0; i < bits.length; i++) {
          inputs[2 * i] = multiply(weights[i], bits[i])
          inputs[2 * i + 1] = subtract(bits[i], part)
        }
        for (let i = 0; i < checks; i++) {
          const at = bitCalls * gadget.arity + 2 * i
          inputs[at] = ofSums[i]
          inputs[at + 1] = isSuccess[i]
        }
        return inputs
      },
      combine(weights) {
        // The weight of bit i is the weight of its call times the weight of its position in the call.
        const places = powers(forBits, chunk)
        const calls = powers(multiply(places[chunk - 1], forBits), bitCalls)
        const left = combineRows(products(calls, weights), rows, chunk)
        const right = combineRows(weights, rows, chunk)
        const combined = new Uint32Array(gadget.arity)
        const ofLast = bits.length - (bitCalls - 1) * chunk
        const before = sumOf(weights.subarray(0, bitCalls - 1))
        const all = add(before, weights[bitCalls - 1])
        for (let j = 0; j < chunk; j++) {
          combined[2 * j] = multiply(places[j], left[j])
          combined[2 * j + 1] = subtract(right[j], multiply(part, j < ofLast ? all : before))
        }
        for (let i = 0; i < checks; i++) {
          const [at, weight] = [2 * (i % chunk), weights[bitCalls + Math.floor(i / chunk)]]
          combined[at] = add(combined[at], multiply(weight, ofSums[i]))
          combined[at + 1] = add(combined[at + 1], multiply(weight, isSuccess[i]))
        }
        return combined
      },
      result(outputs) {
        const bitsWrong = sumOf(outputs.subarray(0, bitCalls))
        const sumsWrong = sumOf(outputs.subarray(bitCalls))
        // Horner's method: the result is a polynomial in the last random element.
        return [tooFew, sumsWrong, tooLong, bitsWrong].reduce((sum, x) =>
          add(multiply(sum, forResult), x),
        )
      },
    }
  }
}
