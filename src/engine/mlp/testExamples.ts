/** @module Examples for tests and benchmarks of the network, from a seed. */

import { createRandom } from '../../core/model/random.ts'
import type { Example } from '../../core/personal/learners/learner.ts'

/** Zeros among the inputs, as features have, and a third of the classes weighted. */
export function testExamples(inputs: number, count: number, seed: number): Example[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const x = Float32Array.from({ length: inputs }, () =>
      random.next() < 0.2 ? 0 : random.normal(),
    )
    const label = random.next() < 0.3 ? 1 : 0
    return random.next() < 0.3 ? { x, label, weight: 0.25 + 2 * random.next() } : { x, label }
  })
}
