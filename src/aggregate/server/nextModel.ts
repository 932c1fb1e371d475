/**
 * @module Computes the next model from a round's mean update: a new `shared.safetensors` and, from item counts, a new
 * `popularity.safetensors`. Other files stay as they are.
 */
import { dirname, join } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import { applySharedDelta } from '@nearside/core/learning/sharedUpdate.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { readBaseModel, releaseShared } from '@nearside/core/model/files.ts'
import { type PublishedModel, readFiles, readVersion } from '@nearside/train/models/read.ts'
import { norm } from '../privacy/clip.ts'
import { MAX_DIMENSION, type Policy, type PolicyParameters } from '../protocol/policy.ts'
import { splitMean } from '../protocol/updateParts.ts'
import { popularityOfCounts, signalOf } from './popularityOfCounts.ts'
import type { ApplyUpdate, Candidate } from './rounds.ts'

/**
 * Numbers of parameters in an update: the feature weights w and, with `countShare`, all items.
 * @throws NearsideError `input-invalid` if the catalog is too large for counts
 */
export function layoutOf(
  { manifest: { features, items } }: PublishedModel,
  { countShare }: Pick<PolicyParameters, 'countShare'> = {},
): Policy['parameters'] {
  const featureWeights = features.length
  if (countShare === undefined) return { featureWeights }
  if (featureWeights + items > MAX_DIMENSION)
    throw new NearsideError(
      'input-invalid',
      `The model has ${items} items, and updates can count ${MAX_DIMENSION - featureWeights}: leave countShare out`,
    )
  return { featureWeights, itemCounts: items }
}

/** @throws NearsideError `model-corrupt` | `model-incompatible` | `fit-diverged` */
export const applyUpdate: ApplyUpdate = async (parent, meanUpdate, terms, version) => {
  const { learningRate, momentum, countShare, noiseMultiplier } = terms
  const model = await readBaseModel(parent.manifest, await readFiles(parent))
  const { featureWeights: weights, itemCounts = 0 } = layoutOf(parent, terms)
  if (meanUpdate.length !== weights + itemCounts)
    throw new NearsideError('model-incompatible', 'the mean update does not fit the model')
  const { gradient, counts } = splitMean(meanUpdate, terms, weights)
  const last = momentum > 0 ? await lastStep(parent) : null
  const moved = applySharedDelta(model.featureWeights, Float32Array.from(gradient), learningRate)
  const featureWeights = moved.map((weight, f) => weight + momentum * (last?.[f] ?? 0))
  if (!featureWeights.every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'The updated parameters are not finite')
  const noise = (Math.SQRT2 * noiseMultiplier) / Math.sqrt(countShare ?? 1)
  const popularity = countShare === undefined ? null : popularityOfCounts(counts, noise)
  const metrics = {
    'federation.updateNorm': norm(gradient) * learningRate,
    ...(countShare !== undefined && { 'federation.countSignal': signalOf(counts, noise) }),
  }
  const statistics = { ...model.statistics, ...popularity }
  const next = { ...model, featureWeights, statistics }
  return releaseShared(next, version, metrics, popularity !== null)
}

/**
 * Step that w took in the round that made this version; null if no round made it.
 * @throws NearsideError `model-unreachable`
 */
async function lastStep({ manifest, directory }: PublishedModel): Promise<number[] | null> {
  if (manifest.parent === null) return null
  const before = await readVersion(join(dirname(directory), manifest.parent))
  return manifest.features.map(({ weight }, f) => weight - before.manifest.features[f].weight)
}

/** L2 distance between w of the candidate and w of `trained`. */
export async function distanceOf(trained: PublishedModel, candidate: Candidate): Promise<number> {
  const from = await readBaseModel(trained.manifest, await readFiles(trained))
  const to = await readCandidate(trained, candidate)
  return norm(from.featureWeights.map((weight, f) => to.featureWeights[f] - weight))
}

/** Reads a model that is only partly on disk; its new files are in memory. */
export async function readCandidate(
  { directory }: PublishedModel,
  { manifest, files }: Candidate,
): Promise<BaseModel> {
  return readBaseModel(manifest, await readFiles({ manifest, directory }, files))
}
