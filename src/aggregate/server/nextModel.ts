/** @module The model that follows from a round's mean update: a new `shared.safetensors`, the rest as it was. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NearsideError } from '../../core/error.ts'
import { type BaseModel, DIMENSION } from '../../core/model/baseModel.ts'
import { manifestBytes, readBaseModel, releaseShared } from '../../core/model/files.ts'
import type { ModelManifest } from '../../core/model/manifest.ts'
import { MODEL_FILES } from '../../core/model/parts.ts'
import { applySharedDelta } from '../../core/personal/sharedUpdate.ts'
import { norm } from '../privacy/clip.ts'
import type { Policy } from '../protocol/policy.ts'
import type { Candidate, PublishedModel } from './publish.ts'
import type { ApplyUpdate } from './rounds.ts'

/** An update is the diagonal of A, then w. */
export function layoutOf(model: PublishedModel): Policy['parameters'] {
  return { projectionDiagonal: DIMENSION, featureWeights: model.manifest.features.length }
}

/** @throws NearsideError `model-corrupt` | `model-incompatible` | `fit-diverged` */
export const applyUpdate: ApplyUpdate = async (parent, meanUpdate, learningRate, version) => {
  const model = await readPublished(parent.manifest, parent.directory)
  const mean = Float32Array.from(meanUpdate)
  const next = applySharedDelta(model.projection, model.featureWeights, mean, learningRate)
  if (![...next.projection, ...next.featureWeights].every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'The updated parameters are not finite')
  const metrics = { 'federation.updateNorm': norm(mean) * learningRate }
  const released = await releaseShared({ ...model, ...next }, version, metrics)
  return {
    manifest: released.manifest,
    manifestBytes: manifestBytes(released.manifest),
    files: new Map([[MODEL_FILES.shared, released.file]]),
  }
}

/** A model of which some files are still in memory. */
export function readCandidate(parent: PublishedModel, candidate: Candidate): Promise<BaseModel> {
  return readPublished(candidate.manifest, parent.directory, candidate.files)
}

export async function readPublished(
  manifest: ModelManifest,
  directory: string,
  changed: Candidate['files'] = new Map(),
): Promise<BaseModel> {
  const files = new Map<string, Uint8Array>()
  for (const { name } of manifest.files) {
    try {
      // A copy: a Buffer's own `slice` shares memory, which a tensor reader doesn't expect.
      files.set(name, changed.get(name) ?? new Uint8Array(await readFile(join(directory, name))))
    } catch (thrown) {
      throw NearsideError.from(thrown, 'model-corrupt', `${name} of model ${manifest.version}`)
    }
  }
  return readBaseModel(manifest, files)
}
