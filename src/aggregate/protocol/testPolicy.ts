/** @module A valid policy for tests. */
import { toBase64 } from '../../core/bytes.ts'
import type { Policy } from './policy.ts'

const key = (byte: number) => toBase64(new Uint8Array(32).fill(byte))

export const TEST_POLICY: Policy = {
  format: 1,
  trust: 'two-aggregators',
  task: 'nearside-demo',
  clipNorm: 0.05,
  scale: 1_048_576,
  noiseMultiplier: 1,
  delta: 1e-6,
  aggregationGoal: 32,
  learningRate: 0.5,
  maxParticipations: 4,
  minSeparationSeconds: 60,
  periodDays: 365,
  model: { version: '1', hash: 'ab'.repeat(32) },
  parameters: { projectionDiagonal: 64, featureWeights: 24 },
  leader: { sealing: key(1), signing: key(2) },
  helper: { sealing: key(3), signing: key(4) },
}
