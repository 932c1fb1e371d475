/** @module The model that follows from a round's mean update: a new `shared.safetensors`, the rest as it was. */
import { NearsideError } from '../../core/error.ts'
import { type BaseModel, DIMENSION } from '../../core/model/baseModel.ts'
import { readBaseModel, releaseShared } from '../../core/model/files.ts'
import { MODEL_FILES } from '../../core/model/parts.ts'
import { applySharedDelta } from '../../core/personal/sharedUpdate.ts'
import { type PublishedModel, readFiles } from '../../train/models/read.ts'
import { norm } from '../privacy/clip.ts'
import type { Policy } from '../protocol/policy.ts'
import type { ApplyUpdate, Candidate } from './rounds.ts'

/** An update is the diagonal of A, then w. */
export function layoutOf(model: PublishedModel): Policy['parameters'] {
  return { projectionDiagonal: DIMENSION, featureWeights: model.manifest.features.length }
}

/** @throws NearsideError `model-corrupt` | `model-incompatible` | `fit-diverged` */
export const applyUpdate: ApplyUpdate = async (parent, meanUpdate, learningRate, version) => {
  const model = await readBaseModel(parent.manifest, await readFiles(parent))
  const mean = Float32Array.from(meanUpdate)
  const next = applySharedDelta(model.projection, model.featureWeights, mean, learningRate)
  if (![...next.projection, ...next.featureWeights].every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'The updated parameters are not finite')
  const metrics = { 'federation.updateNorm': norm(mean) * learningRate }
  const released = await releaseShared({ ...model, ...next }, version, metrics)
  return {
    manifest: released.manifest,
    files: new Map([[MODEL_FILES.shared, released.file]]),
  }
}

/** How far the candidate's diagonal of A and w are from those of `trained`. */
export async function distanceOf(trained: PublishedModel, candidate: Candidate): Promise<number> {
  const from = await readBaseModel(trained.manifest, await readFiles(trained))
  const to = await readCandidate(trained, candidate)
  const moved = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a, (value, i) => b[i] - value)
  return norm([
    ...moved(from.projection, to.projection),
    ...moved(from.featureWeights, to.featureWeights),
  ])
}

/** A model of which some files are still in memory. */
export async function readCandidate(
  { directory }: PublishedModel,
  { manifest, files }: Candidate,
): Promise<BaseModel> {
  return readBaseModel(manifest, await readFiles({ manifest, directory }, files))
}
