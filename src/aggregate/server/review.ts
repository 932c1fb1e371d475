/**
 * @module A second look at what rounds have published. The gate judged it on the cases that there were
 * then; those that have come since may say otherwise. Then the last trained model is published once
 * more, as a new version.
 */

import { readLatest, readTrained } from '../../models/read.ts'
import { rollBack } from '../../models/rollBack.ts'
import type { LeaderOptions } from './rounds.ts'

type ReviewOptions = Pick<LeaderOptions, 'models' | 'gate' | 'signer' | 'log'>

/** @returns whether the published model was taken back: never a trained one, so that this ends */
export async function review({ models, gate, signer, log }: ReviewOptions): Promise<boolean> {
  const latest = await readLatest(models)
  const trained = await readTrained(models, latest)
  if (trained.hash === latest.hash) return false
  const unchanged = { manifest: latest.manifest, files: new Map() }
  const { accepted, reasons } = await gate(latest, unchanged, trained)
  if (accepted) return false
  const { version } = await rollBack(models, trained.version, signer?.sign)
  const what = `model ${version} is version ${trained.version} once more, in place of ${latest.version}`
  log?.([what, ...reasons].join(': '))
  return true
}
