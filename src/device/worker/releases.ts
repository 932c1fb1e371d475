/**
 * @module Signed releases of the base model as this device knows them: the newest one that it has seen is
 * kept, before its model is used, so that an older one is refused.
 */
import { utf8 } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import type { LatestModel } from '../../core/model/manifest.ts'
import type { readLatestFile } from '../learning/modelSource.ts'
import { checkRelease, readModelKeys, requireSigned } from '../learning/release.ts'
import type { Download } from '../storage/downloadRows.ts'
import type { Parts } from './parts.ts'

interface Deps extends Pick<Parts, 'config' | 'notices' | 'now' | 'store'> {
  /** Handed in, so that this file, which few shops load, doesn't draw the whole model with it. */
  readonly readLatestFile: typeof readLatestFile
}

export type Releases = ReturnType<typeof createReleases>

/** @throws NearsideError `input-invalid` for keys that can't be meant */
export function createReleases({ config, notices, now, readLatestFile, store }: Deps) {
  const url = config.baseModel
  const keys = readModelKeys(config.modelKeys)
  /** Where nothing can be kept, this tab still knows. */
  let seen: LatestModel | null = null

  const isSigned = async (latest: LatestModel) =>
    requireSigned(latest, keys).then(
      () => true,
      () => false,
    )

  /** Of other keys, as of an address before, it says nothing. */
  async function newest(): Promise<LatestModel | null> {
    const row = await store.download('release').catch(() => null)
    const kept = row?.url === url ? readLatestFile(row) : null
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
        'Which release of the base model this is could not be kept: an older one will not be noticed once this tab is closed.'
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
    /** Whether what is kept may be used: its release may have ended, but the keys must be today's. */
    async isVouched(kept: Download): Promise<boolean> {
      const latest = readLatestFile(kept)
      if (latest?.manifest !== kept.version || !(await isSigned(latest))) return false
      if (releaseOf(latest) > releaseOf(seen)) seen = latest
      return true
    },
  }
}

const releaseOf = (latest: LatestModel | null): number => latest?.signed?.release ?? 0
