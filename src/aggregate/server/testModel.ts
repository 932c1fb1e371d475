/** @module A tiny model and the terms of its rounds, for tests and for the processes that tests start. */

import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { MANIFEST_FORMAT, type ModelManifest } from '@nearside/core/model/manifest.ts'
import type { NoiseSampler } from '../privacy/discreteGaussian.ts'
import type { Policy, PolicyParameters } from '../protocol/policy.ts'
import type { Candidate } from './rounds.ts'

export const ORIGIN = 'http://shop.test'
export const OPERATORS = { leader: 'Test shop', helper: 'Test trustee' }
export const LAYOUT: Policy['parameters'] = { featureWeights: 70 }

export const PARAMETERS: PolicyParameters = {
  task: 'test',
  clipNorm: 0.1,
  scale: 2 ** 14,
  noiseMultiplier: 1,
  delta: 1e-6,
  aggregationGoal: 4,
  learningRate: 0.5,
  momentum: 0,
  maxParticipations: 4,
  minSeparationSeconds: 0,
  periodDays: 365,
}

export const noNoise: NoiseSampler = (_variance, dimension) => new Int32Array(dimension)

export async function candidateOf(
  version: string,
  parent: string | null,
  shared: Uint8Array<ArrayBuffer>,
): Promise<Candidate> {
  const describe = async (name: string, bytes: Uint8Array) => ({
    name,
    bytes: bytes.length,
    sha256: await sha256Hex(bytes),
    tensors: {},
  })
  const manifest: ModelManifest = {
    format: MANIFEST_FORMAT,
    version,
    parent,
    shop: 'test',
    items: 1,
    dimension: 64,
    features: Array.from({ length: LAYOUT.featureWeights }, (_, f) => ({
      name: `feature ${f}`,
      scale: 1,
      weight: 0,
      kept: true,
      reason: 'test',
    })),
    files: [
      await describe('encoder.safetensors', utf8('encoder')),
      await describe('shared.safetensors', shared),
    ],
    data: { from: '2011-01-01', to: '2011-08-31', until: '2011-09-01' },
    seed: 1,
    holdout: { fraction: 0.2, shoppers: 0 },
    metrics: {},
  }
  const files = new Map([['shared.safetensors', shared]])
  return { manifest, files }
}
