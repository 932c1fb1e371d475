/** @module What the norm proof of a policy's reports looks like: the same for everybody. */
import { type Circuit, createCircuit } from '../privacy/pine/circuit.ts'
import { dimensionOf, integerClipNorm, type Policy } from './policy.ts'

/**
 * With five proofs and a hundred checks a device would have to try 2¹⁰⁰ times at home until a vector
 * that is too long looks short; two proofs of the norm make it 2⁴⁸ at the servers.
 */
const STRENGTH = { proofs: 5, normProofs: 2, checks: 100, successes: 100 }

const known = new Map<string, Circuit>()

export function circuitOf(policy: Policy): Circuit {
  const [dimension, normBound] = [dimensionOf(policy), integerClipNorm(policy)]
  const key = `${dimension} ${normBound}`
  const circuit = known.get(key) ?? createCircuit({ ...STRENGTH, dimension, normBound })
  known.set(key, circuit)
  return circuit
}
