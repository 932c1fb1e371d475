/** @module Rolls back: publishes an earlier model again, under a new version. */
import { join } from 'node:path'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import { publishModel } from './publish.ts'
import { readFiles, readModel, readVersion } from './read.ts'
import type { SignRelease } from './sign.ts'

/** @throws NearsideError as `readModel` of the version `to`, and as `publishModel` */
export async function rollBack(
  models: string,
  to: string,
  sign: SignRelease | undefined,
): Promise<LatestModel> {
  const directory = join(models, to)
  // `readModel` verifies every file.
  await readModel(directory)
  const { manifest } = await readVersion(directory)
  // The training reports stay with the earlier version.
  const { reports: _, ...kept } = manifest
  const files = await readFiles({ manifest, directory })
  return publishModel(models, { manifest: kept, files }, { sign })
}
