/** @module Terms of the demo, and of a shop with many shoppers. */
import type { PolicyParameters } from './policy.ts'

/**
 * Terms of a demonstration. 32 devices and noise of one clip norm give ε = 11.0 for one update and 26.4 for four (ε by
 * substitution, see `substitutionMu`; δ = 1e-6). Devices accept these terms in a demonstration only.
 */
export const DEMO_PARAMETERS: PolicyParameters = {
  task: 'nearside-demo',
  clipNorm: 0.4,
  scale: 2 ** 12,
  noiseMultiplier: 1,
  delta: 1e-6,
  aggregationGoal: 32,
  learningRate: 0.1,
  momentum: 0,
  maxParticipations: 4,
  // A device may send again after a minute, so that a demonstration can show several rounds. A real shop waits a day or
  // more.
  minSeparationSeconds: 60,
  periodDays: 365,
}

/** Terms that a real shop's devices accept: ε = 1.85 for one update, 3.98 for the four that a year allows. */
export const SHOP_PARAMETERS: PolicyParameters = {
  ...DEMO_PARAMETERS,
  task: 'my-shop',
  noiseMultiplier: 4.8,
  aggregationGoal: 1000,
  minSeparationSeconds: 604_800,
}
