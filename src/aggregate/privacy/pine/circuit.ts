/**
 * @module What PINE proves of a vector: that Σ x², taken as an integer and not mod q, is at most B². Two
 * circuits: Σ x² is the number whose bits are given; and those bits are bits, so that the number is at
 * most B², and of 100 sums of ±x, drawn after x was fixed, as many as due are too small to have wrapped.
 * @see Rothblum, Omri, Chen, Talwar, "PINE" (arXiv 2311.10237), Figures 1 and 2
 */
import { add, bitsOf, fromBits, MODULUS, multiply, residue, subtract } from './field.ts'
import { type Gadget, type GadgetInputs, proofLength, verifierLength } from './flp.ts'

export interface PineParameters {
  /** d. */
  readonly dimension: number
  /** B, an integer. */
  readonly normBound: number
  /** Pairs of factors, and squares, in one gadget call; absent: as many as make the shortest proof. */
  readonly chunk?: number
  readonly normChunk?: number
  /** Proofs of either circuit, each on its own randomness; so many must be forged at once. */
  readonly proofs: number
  readonly normProofs: number
  readonly checks: number
  readonly successes: number
}

/** How far out the ±x sums may lie: this many times B, which chance reaches once in e⁷⁵. */
const ALPHA = 8.7

export type Circuit = ReturnType<typeof createCircuit>

const chunks = (length: number, chunk: number) => Math.ceil(length / chunk)

/** The smallest of those with the shortest proof. */
function chooseChunk(most: number, gadgetOf: (chunk: number) => Gadget): number {
  let best = 1
  for (let chunk = 2; chunk <= most; chunk++)
    if (proofLength(gadgetOf(chunk)) < proofLength(gadgetOf(best))) best = chunk
  return best
}

/** All that follows from the parameters. */
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
    /** Bits of a squared norm. */
    normBits,
    /** The ±x sums lie in (−this, this]. */
    wraparoundBound,
    wraparoundBits,
    /** Vector and bits of its squared norm: what the ±1 are drawn from. */
    gradientLength: dimension + 2 * normBits,
    /** What is shared: also the bits of the ±x sums. */
    measurementLength: dimension + bits,
    gadget,
    normGadget,
    /** Of all proofs. */
    proofsLength: normProofs * proofLength(normGadget) + proofs * proofLength(gadget),
    verifiersLength:
      normProofs * (1 + verifierLength(normGadget)) + proofs * (1 + verifierLength(gadget)),
  }
}

/**
 * A vector's residues, then the bits of Σ x² and of B² − Σ x². Of a vector that is too long they are
 * not: nothing is refused here, its proof will be.
 */
export function encodeNorm(circuit: Circuit, vector: Uint32Array): Uint32Array {
  const { squaredBound, normBits } = circuit
  const squared = vector.reduce((sum, x) => add(sum, multiply(x, x)), 0)
  const rest = subtract(squaredBound, squared)
  return Uint32Array.of(...vector, ...bitsOf(squared, normBits), ...bitsOf(rest, normBits))
}

/** By two bits of the stream. */
const SIGNS = [-1, 0, 0, 1]

/** [checks] sums of ±x; `stream` has two bits for each number. */
export function wraparoundSums(
  { dimension, checks }: Circuit,
  vector: Uint32Array,
  stream: Uint8Array,
): Uint32Array {
  // Nearly all of a check's time where d is large: so four numbers at a time, and no call a sum.
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

/** For each sum its bits, above the lowest allowed, and whether it counts as a success. */
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

/** A circuit on a measurement or on one of `shares` shares of it. */
export interface Evaluation {
  readonly inputs: GadgetInputs
  /** From the gadget's outputs to the circuit's output, which is 0 for a valid measurement. */
  readonly result: (outputs: Uint32Array) => number
}

/** That the norm's bits are those of Σ x². */
export function evaluateNorm(circuit: Circuit, measurement: Uint32Array): Evaluation {
  const { dimension, normBits, normGadget } = circuit
  const inputs = new Uint32Array(normGadget.calls * normGadget.arity)
  inputs.set(measurement.subarray(0, dimension))
  const claimed = fromBits(measurement, dimension, normBits)
  return { inputs, result: (outputs) => subtract(claimed, outputs.reduce(add, 0)) }
}

/** All else; `joint` are three random elements that were drawn after the measurement was fixed. */
export function evaluateChecks(
  circuit: Circuit,
  measurement: Uint32Array,
  sums: Uint32Array,
  joint: Uint32Array,
  shares: 1 | 2,
): Evaluation {
  const { dimension, normBits, wraparoundBits, wraparoundBound, checks, chunk, gadget } = circuit
  const [forBits, forSums, forResult] = joint
  // A constant, in as many parts as there are shares.
  const part = shares === 1 ? 1 : (MODULUS + 1) / 2
  const bits = measurement.subarray(dimension)
  const inputs = new Uint32Array(gadget.calls * gadget.arity)
  let weight = 1
  for (let i = 0; i < bits.length; i++) {
    inputs[2 * i] = multiply(weight, bits[i])
    inputs[2 * i + 1] = subtract(bits[i], part)
    weight = multiply(weight, forBits)
  }
  const bitCalls = chunks(bits.length, chunk)
  const lowest = multiply(wraparoundBound - 1, part)
  let successes = 0
  weight = 1
  for (let i = 0; i < checks; i++) {
    const start = 2 * normBits + i * (wraparoundBits + 1)
    const claimed = fromBits(bits, start, wraparoundBits)
    const isSuccess = bits[start + wraparoundBits]
    const at = bitCalls * gadget.arity + 2 * i
    inputs[at] = multiply(weight, subtract(sums[i], subtract(claimed, lowest)))
    inputs[at + 1] = isSuccess
    successes = add(successes, isSuccess)
    weight = multiply(weight, forSums)
  }
  const norms = add(fromBits(bits, 0, normBits), fromBits(bits, normBits, normBits))
  const tooLong = subtract(norms, multiply(circuit.squaredBound, part))
  const tooFew = subtract(successes, multiply(circuit.successes, part))
  return {
    inputs,
    result: (outputs) => {
      const ofBits = outputs.subarray(0, bitCalls).reduce(add, 0)
      const ofSums = outputs.subarray(bitCalls).reduce(add, 0)
      // Horner in the last random element.
      return [tooFew, ofSums, tooLong, ofBits].reduce((sum, x) => add(multiply(sum, forResult), x))
    },
  }
}
