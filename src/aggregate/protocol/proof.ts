/** @module Circuit of the norm proof for a policy's reports; the same for all devices. */
import { type Circuit, createCircuit } from '../privacy/pine/circuit.ts'
import { dimensionOf, integerClipNorm, type Policy } from './policy.ts'

/**
 * Number of proofs and checks. A device that wants a too long vector to pass needs about 2¹⁰⁰ attempts offline
 * (five proofs, a hundred checks). Against the servers it needs 2⁴⁸ (two proofs of the norm).
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
