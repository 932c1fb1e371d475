/**
 * @module Computes the next model from a round's mean update: a new `shared.safetensors`; other files stay as they
 * are.
 */
import { dirname, join } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import { applySharedDelta } from '@nearside/core/learning/sharedUpdate.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { readBaseModel, releaseShared } from '@nearside/core/model/files.ts'
import { MODEL_FILES } from '@nearside/core/model/parts.ts'
import { type PublishedModel, readFiles, readVersion } from '@nearside/train/models/read.ts'
import { norm } from '../privacy/clip.ts'
import type { Policy } from '../protocol/policy.ts'
import type { ApplyUpdate, Candidate } from './rounds.ts'

/** Number of parameters in an update; it covers the feature weights w. */
export function layoutOf(model: PublishedModel): Policy['parameters'] {
  return { featureWeights: model.manifest.features.length }
}

/** @throws NearsideError `model-corrupt` | `model-incompatible` | `fit-diverged` */
export const applyUpdate: ApplyUpdate = async (
  parent,
  meanUpdate,
  learningRate,
  version,
  momentum = 0,
) => {
  const model = await readBaseModel(parent.manifest, await readFiles(parent))
  const mean = Float32Array.from(meanUpdate)
  const last = momentum > 0 ? await lastStep(parent) : null
  const moved = applySharedDelta(model.featureWeights, mean, learningRate)
  const featureWeights = moved.map((weight, f) => weight + momentum * (last?.[f] ?? 0))
  if (!featureWeights.every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'The updated parameters are not finite')
  const metrics = { 'federation.updateNorm': norm(mean) * learningRate }
  const released = await releaseShared({ ...model, featureWeights }, version, metrics)
  return {
    manifest: released.manifest,
    files: new Map([[MODEL_FILES.shared, released.file]]),
  }
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
