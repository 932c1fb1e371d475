/** @module Stores the models of a long evaluation, so that an interrupted evaluation resumes. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import type { WrittenModel } from '@nearside/core/model/files.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { isoDay } from '../cases.ts'

export interface Made {
  readonly model: BaseModel
  readonly did: string
  /** Processor time, seconds. */
  readonly seconds: number
}

/** Returns the stored model of an arm at a time, or makes it. */
export type Kept = (
  arm: string,
  until: number,
  make: () => Promise<Made & WrittenModel>,
) => Promise<Made>

const SECONDS = 'cpuSeconds'

/**
 * @param directory absent: nothing is stored
 * @param of identity that the stored models must have
 */
export function keptIn(
  directory: string | undefined,
  of: { readonly shop: string; readonly seed: number },
): Kept {
  return async (arm, until, make) => {
    if (directory === undefined) return make()
    const [models, version] = [join(directory, arm), isoDay(until)]
    if (existsSync(join(models, version))) {
      const model = await readModel(join(models, version))
      const { metrics, update, shop, seed } = model.manifest
      if (shop !== of.shop || seed !== of.seed || metrics[SECONDS] === undefined)
        throw new NearsideError(
          'input-invalid',
          `${join(models, version)} belongs to another evaluation, of '${shop}' with seed ${seed}: choose another folder for --keep`,
        )
      return { model, did: update?.did ?? 'trained in full', seconds: metrics[SECONDS] }
    }
    const made = await make()
    const metrics = { ...made.manifest.metrics, [SECONDS]: made.seconds }
    await publishModel(models, { ...made, manifest: { ...made.manifest, metrics } }, { version })
    return made
  }
}
