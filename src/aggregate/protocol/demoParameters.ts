/** @module The demo's terms. */
import type { PolicyParameters } from './policy.ts'

/**
 * A demo's terms: 32 devices and noise of one clip norm give ε = 4.9 for one report and 11.0 for
 * four (δ = 1e-6). A shop with thousands of devices a round takes more noise and a larger goal.
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
  // A minute, so that the demo can be played through; a real shop waits a day or more.
  minSeparationSeconds: 60,
  periodDays: 365,
}
