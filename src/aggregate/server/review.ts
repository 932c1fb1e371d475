/**
 * @module Second review of models that rounds have published. The gate judged them on the test cases of that time.
 * Newer cases may show a loss. Then the last trained model is published again, as a new version.
 */

import { readLatest, readTrained } from '@nearside/train/models/read.ts'
import { rollBack } from '@nearside/train/models/rollBack.ts'
import type { LeaderOptions } from './rounds.ts'

type ReviewOptions = Pick<LeaderOptions, 'models' | 'gate' | 'signer' | 'log'>

/** @returns whether the published model was rolled back; a trained model never is, so repeated reviews end */
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
