/**
 * @module PINE: two additive shares of a vector, and a proof that its norm is within a bound. To check the proof, each
 * aggregator sends the other one message, and learns only whether the proof holds. This module implements the 32-bit
 * variant with HMAC of draft-chen-cfrg-vdaf-pine (version of `poc/test_vec/01`); unaudited.
 */
import { type Bytes, concat, encodeVector, equalBytes } from '@nearside/core/bytes.ts'
import {
  type Circuit,
  encodeNorm,
  encodeSums,
  evaluateChecks,
  evaluateNorm,
  streamBytes,
  wraparoundSums,
} from './circuit.ts'
import { add, decodeElements, subtract } from './field.ts'
import { decide, outputsOf, proofLength, prove, query, verifierLength } from './flp.ts'
import { USAGE, webXof, type Xof } from './xof.ts'

const SEED_BYTES = 32
/** Random bytes that a device needs for the proof: two blinds of the leader's commitments, and the prover's seed. */
export const PROOF_RANDOM_BYTES = 3 * SEED_BYTES
/** Bytes of the commitments to both shares: two for the leader's, two for the helper's. */
export const PUBLIC_SHARE_BYTES = 4 * SEED_BYTES

type Role = 'leader' | 'helper'

const ROLES = ['leader', 'helper'] as const

export function leaderShareBytes({ measurementLength, proofsLength }: Circuit): number {
  return 4 * (measurementLength + proofsLength) + 2 * SEED_BYTES
}

const seedsOf = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / SEED_BYTES }, (_, i) =>
    bytes.slice(i * SEED_BYTES, (i + 1) * SEED_BYTES),
  )

/** Two commitments to a share: before and after the bits of the wraparound checks are added to the share. */
const STAGES = {
  wraparound: { part: USAGE.wraparoundPart, seed: USAGE.wraparoundSeed },
  proof: { part: USAGE.jointPart, seed: USAGE.jointSeed },
} as const
type Stage = (typeof STAGES)[keyof typeof STAGES]

const commitment = (
  xof: Xof,
  stage: Stage,
  role: Role,
  blind: Uint8Array,
  share: Uint32Array,
  nonce: Uint8Array,
) => {
  const binder = concat(Uint8Array.of(ROLES.indexOf(role)), nonce, encodeVector(share))
  return xof.bytes(blind, stage.part, binder, SEED_BYTES)
}

const jointSeed = (xof: Xof, stage: Stage, commitments: Uint8Array) =>
  xof.bytes(new Uint8Array(SEED_BYTES), stage.seed, commitments, SEED_BYTES)

const signStream = (xof: Xof, circuit: Circuit, seed: Uint8Array) =>
  xof.bytes(seed, USAGE.wraparoundRandomness, new Uint8Array(0), streamBytes(circuit))

const jointElements = (xof: Xof, { proofs }: Circuit, seed: Uint8Array) =>
  xof.elements(seed, USAGE.jointRandomness, Uint8Array.of(proofs), 3 * proofs)

/**
 * Expands the helper's share, or its first `length` elements. The first d elements (d: length of the vector) are the
 * share of the vector.
 */
export function expandHelperShare(
  seeds: Uint8Array,
  length: number,
  xof: Xof = webXof,
): Promise<Uint32Array> {
  const seed = seeds.slice(0, SEED_BYTES)
  return xof.elements(seed, USAGE.measurementShare, Uint8Array.of(1), length)
}

function expandHelperProofs(xof: Xof, circuit: Circuit, seeds: Uint8Array): Promise<Uint32Array> {
  const { normProofs, proofs, proofsLength } = circuit
  const seed = seeds.slice(SEED_BYTES, 2 * SEED_BYTES)
  const binder = Uint8Array.of(normProofs, proofs, 1)
  return xof.elements(seed, USAGE.proofShare, binder, proofsLength)
}

const minus = (a: Uint32Array, b: Uint32Array) => a.map((x, i) => subtract(x, b[i]))

/**
 * @param vector [d] residues
 * @param nonce 16 random public bytes of this report alone
 * @param helperSeeds seeds from which the helper expands its share
 * @param random `PROOF_RANDOM_BYTES` bytes, used for nothing else
 */
export async function shard(
  circuit: Circuit,
  vector: Uint32Array,
  nonce: Uint8Array,
  helperSeeds: Uint8Array,
  random: Uint8Array,
): Promise<{ readonly publicShare: Bytes; readonly leaderShare: Bytes }> {
  const { normProofs, proofs, gadget, normGadget, gradientLength, measurementLength } = circuit
  const [wraparoundBlind, proofBlind, proveSeed] = seedsOf(random)
  const [, , helperWraparoundBlind, helperProofBlind] = seedsOf(helperSeeds)
  const helperShare = await expandHelperShare(helperSeeds, measurementLength)
  const xof = webXof
  const commit = async (
    stage: Stage,
    leaderBlind: Uint8Array,
    helperBlind: Uint8Array,
    measurement: Uint32Array,
  ) => {
    const ofHelper = helperShare.subarray(0, measurement.length)
    const share = minus(measurement, ofHelper)
    const commitments = concat(
      await commitment(xof, stage, 'leader', leaderBlind, share, nonce),
      await commitment(xof, stage, 'helper', helperBlind, ofHelper, nonce),
    )
    return { share, commitments, seed: await jointSeed(xof, stage, commitments) }
  }
  const gradient = encodeNorm(circuit, vector)
  const { wraparound, proof } = STAGES
  const first = await commit(wraparound, wraparoundBlind, helperWraparoundBlind, gradient)
  const sums = wraparoundSums(circuit, vector, await signStream(xof, circuit, first.seed))
  const measurement = new Uint32Array(measurementLength)
  measurement.set(gradient)
  measurement.set(encodeSums(circuit, sums), gradientLength)
  const second = await commit(proof, proofBlind, helperProofBlind, measurement)
  const joint = await jointElements(xof, circuit, second.seed)
  const proofSeeds = await xof.elements(
    proveSeed,
    USAGE.proveRandomness,
    Uint8Array.of(normProofs, proofs),
    normProofs * normGadget.arity + proofs * gadget.arity,
  )
  const whole = new Uint32Array(circuit.proofsLength)
  let drawn = 0
  let written = 0
  for (const { evaluation, of } of evaluations(circuit, measurement, sums, joint, 1)) {
    const seeds = proofSeeds.subarray(drawn, drawn + of.arity)
    whole.set(prove(of, evaluation.inputs(), seeds), written)
    drawn += of.arity
    written += proofLength(of)
  }
  const proofShare = minus(whole, await expandHelperProofs(xof, circuit, helperSeeds))
  return {
    publicShare: concat(first.commitments, second.commitments),
    leaderShare: concat(
      encodeVector(second.share),
      encodeVector(proofShare),
      wraparoundBlind,
      proofBlind,
    ),
  }
}

/** Circuit and gadget of each proof, in the sequence of the proofs. */
function* evaluations(
  circuit: Circuit,
  measurement: Uint32Array,
  sums: Uint32Array,
  joint: Uint32Array,
  shares: 1 | 2,
) {
  for (let i = 0; i < circuit.normProofs; i++)
    yield { evaluation: evaluateNorm(circuit, measurement), of: circuit.normGadget }
  const evaluation = evaluateChecks(circuit, measurement, sums, shares)
  for (let i = 0; i < circuit.proofs; i++)
    yield { evaluation: evaluation(joint.subarray(3 * i, 3 * i + 3)), of: circuit.gadget }
}

/**
 * Computes an aggregator's half of the check: its share of the vector, to be summed if the proof holds, and its share
 * of the verifiers. The aggregators exchange their shares of the verifiers; a single share is random.
 * @param verifyKey 32 bytes that both aggregators know and devices don't
 * @param input the leader's share, or the helper's seeds
 * @returns null for a malformed share, or for a share that the public share doesn't commit to
 */
export async function prepare(
  circuit: Circuit,
  role: Role,
  verifyKey: Uint8Array,
  nonce: Uint8Array,
  publicShare: Uint8Array,
  input: Uint8Array,
  xof: Xof = webXof,
): Promise<{ readonly share: Uint32Array; readonly verifiers: Uint32Array } | null> {
  const { dimension, gradientLength, normProofs, proofs, measurementLength } = circuit
  const isLeader = role === 'leader'
  if (isLeader && input.length !== leaderShareBytes(circuit)) return null
  const elements = isLeader ? decodeElements(input.subarray(0, -2 * SEED_BYTES)) : null
  if (isLeader && elements === null) return null
  const measurement = elements
    ? elements.subarray(0, measurementLength)
    : await expandHelperShare(input, measurementLength, xof)
  const proofShare = elements
    ? elements.subarray(measurementLength)
    : await expandHelperProofs(xof, circuit, input)
  const [wraparoundBlind, proofBlind] = seedsOf(input.slice(-2 * SEED_BYTES))
  const check = async (stage: Stage, blind: Uint8Array, share: Uint32Array, given: Uint8Array) => {
    const own = await commitment(xof, stage, role, blind, share, nonce)
    const said = seedsOf(given)[ROLES.indexOf(role)]
    return equalBytes(own, said) ? jointSeed(xof, stage, given) : null
  }
  const [ofSums, ofProof] = [0, 1].map((i) =>
    publicShare.slice(2 * i * SEED_BYTES, 2 * (i + 1) * SEED_BYTES),
  )
  const gradient = measurement.subarray(0, gradientLength)
  const signs = await check(STAGES.wraparound, wraparoundBlind, gradient, ofSums)
  const seed = await check(STAGES.proof, proofBlind, measurement, ofProof)
  if (signs === null || seed === null) return null
  const vector = measurement.slice(0, dimension)
  const sums = wraparoundSums(circuit, vector, await signStream(xof, circuit, signs))
  const joint = await jointElements(xof, circuit, seed)
  const binder = concat(Uint8Array.of(normProofs, proofs), nonce)
  const points = await xof.elements(verifyKey, USAGE.queryRandomness, binder, normProofs + proofs)
  const verifiers = new Uint32Array(circuit.verifiersLength)
  let proof = 0
  let read = 0
  let written = 0
  for (const { evaluation, of } of evaluations(circuit, measurement, sums, joint, 2)) {
    const one = proofShare.subarray(read, read + proofLength(of))
    const verifier = query(of, evaluation.combine, one, points[proof])
    // With a chance of one in millions, the random point is a root of unity. Retries with the same report id fail, too.
    if (verifier === null) return null
    verifiers[written] = evaluation.result(outputsOf(of, one))
    verifiers.set(verifier, written + 1)
    proof++
    read += proofLength(of)
    written += 1 + verifierLength(of)
  }
  return { share: vector, verifiers }
}

export function isProven(circuit: Circuit, leader: Uint32Array, helper: Uint32Array): boolean {
  const { normProofs, proofs, normGadget, gadget, verifiersLength } = circuit
  if (leader.length !== verifiersLength || helper.length !== verifiersLength) return false
  const verifiers = new Uint32Array(verifiersLength)
  for (let i = 0; i < verifiersLength; i++) verifiers[i] = add(leader[i], helper[i])
  let read = 0
  for (let i = 0; i < normProofs + proofs; i++) {
    const of = i < normProofs ? normGadget : gadget
    const end = read + 1 + verifierLength(of)
    if (verifiers[read] !== 0 || !decide(of, verifiers.subarray(read + 1, end))) return false
    read = end
  }
  return true
}
