/**
 * @module Signed releases of the base model that this device has seen. The newest release is stored before its model is
 * used, so that an older release is refused later.
 */
import { utf8 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import type { readLatestFile } from '../learning/modelSource.ts'
import { checkRelease, readModelKeys, requireSigned } from '../learning/release.ts'
import type { Download } from '../storage/store.ts'
import type { Services } from './services.ts'

export type Releases = ReturnType<typeof createReleases>

/**
 * @param readLatest function of the model code; passed in, because this file, which few shops load, must not import
 * that code
 * @throws NearsideError `input-invalid` for invalid keys
 */
export function createReleases(
  { config, notices, now, store }: Services,
  readLatest: typeof readLatestFile,
) {
  const url = config.baseModel
  const keys = readModelKeys(config.modelKeys)
  /** Newest release seen by this tab, in case the release can't be stored. */
  let seen: LatestModel | null = null

  const isSigned = async (latest: LatestModel) =>
    requireSigned(latest, keys).then(
      () => true,
      () => false,
    )

  /** Newest release known. A stored release with other keys or from an earlier address doesn't count. */
  async function newest(): Promise<LatestModel | null> {
    const row = await store.download('release').catch(() => null)
    const kept = row?.url === url ? readLatest(row) : null
    return kept && releaseOf(kept) > releaseOf(seen) && (await isSigned(kept)) ? kept : seen
  }

  async function keep(latest: LatestModel): Promise<void> {
    seen = latest
    const files = { 'latest.json': utf8(JSON.stringify(latest)) }
    const row: Download = { key: 'release', version: latest.manifest, url, time: now(), files }
    try {
      await store.putDownload(row)
    } catch (cause) {
      const message =
        'The base model’s release number could not be stored: after this tab closes, an older release goes unnoticed.'
      notices.add(new NearsideError('storage-unavailable', message, { cause }))
    }
  }

  return {
    /** @throws NearsideError as `checkRelease` */
    async check(latest: LatestModel): Promise<void> {
      const known = await newest()
      await checkRelease(latest, keys, known, now())
      if (releaseOf(latest) > releaseOf(known)) await keep(latest)
    },
    /** Whether the stored model is allowed. Its release may have expired, but today's keys must have signed it. */
    async isVouched(kept: Download): Promise<boolean> {
      const latest = readLatest(kept)
      if (latest?.manifest !== kept.version || !(await isSigned(latest))) return false
      if (releaseOf(latest) > releaseOf(seen)) seen = latest
      return true
    },
  }
}

const releaseOf = (latest: LatestModel | null): number => latest?.signed?.release ?? 0
